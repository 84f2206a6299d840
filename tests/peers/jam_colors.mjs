// Writes docs/jam-colors.json, the colours of all notes, for those who make a client of their own: node tests/peers/jam_colors.mjs
import { writeFileSync } from "node:fs";

const face = new URL("../../src/api/face/jam/", import.meta.url);
const { noteColor } = await import(new URL("colors.js", face));
const { COLOR_MODES, KEYS } = await import(new URL("music.js", face));

const hex = (colors) => Buffer.from(colors.flat()).toString("hex");
const notes = Array.from({ length: 128 }, (_, note) => note);
const each = (all, make) => Object.fromEntries(all.map((one) => [one, make(one)]));
const modes = each(COLOR_MODES, (mode) =>
  each(KEYS, (key) => each(["major", "minor_pentatonic"], (scale) => hex(notes.map((note) => noteColor(note, mode, key, scale))))));
writeFileSync(new URL("../../docs/jam-colors.json", import.meta.url), `${JSON.stringify({ version: 1, modes })}\n`);
