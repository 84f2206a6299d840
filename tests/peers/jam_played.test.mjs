// Beats, strikes, colours, and what events make of a jam: the page and the server agree on every one.
// The vectors are written by the server's own code.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { beatAt, bpm, timeOf } from "../../src/api/face/jam/beat.js";
import { brightness, noteColor } from "../../src/api/face/jam/colors.js";
import { evolve, toldJam } from "../../src/api/face/jam/evolve.js";
import { COLOR_MODES, KEYS, MODULES, SCALE_NAMES } from "../../src/api/face/jam/music.js";
import { eachStrike, stepAt } from "../../src/api/face/jam/played.js";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url)));
const vectors = read("jam_vectors.json");

/** The server alone knows these. */
const known = ({ ops, ...jam }) => toldJam(jam);

function strikes(jam, from, until) {
  const seen = [];
  eachStrike(jam, from, until, ({ module, track, velocity, at, step }) => {
    seen.push([MODULES.indexOf(module), track, velocity, at, step]);
  });
  return seen;
}

/** Calls `see` with the jam after each of its events. */
function replay(story, see) {
  let jam = known(story.start);
  for (const entry of story.entries) {
    jam = evolve(jam, entry);
    see(jam, entry.seq);
  }
  return jam;
}

test("events make the same of a jam", () => {
  for (const story of vectors.stories) assert.deepEqual(replay(story, () => {}), known(story.end));
});

test("an event leaves the jam before it as it was", () => {
  for (const story of vectors.stories) {
    const start = known(story.start);
    const before = structuredClone(start);
    story.entries.reduce(evolve, start);
    assert.deepEqual(start, before);
  }
});

test("beats, times and steps are the same to the last microsecond", () => {
  let looked = 0;
  for (const story of vectors.stories) {
    replay(story, (jam, now) => {
      for (const [seq, at, beat, far, time, step] of story.looks) {
        if (seq !== now) continue;
        assert.equal(beatAt(jam.course, at), beat);
        assert.equal(timeOf(jam.course, far), time);
        assert.equal(stepAt(jam, at), step);
        looked += 1;
      }
    });
  }
  assert.ok(looked > 20, `${looked}`);
});

test("the same strikes, at the same microsecond", () => {
  const { jam, from, until, strikes: expected } = vectors.groove;
  assert.deepEqual(strikes(known(jam), from, until), expected);
  assert.ok(expected.length > 300, `${expected.length}`);
  let heard = 0;
  for (const story of vectors.stories) {
    replay(story, (jam, now) => {
      for (const [seq, from, until, expected] of story.strikes) {
        if (seq !== now) continue;
        assert.deepEqual(strikes(jam, from, until), expected);
        heard += expected.length;
      }
    });
  }
  assert.ok(heard > 20, `${heard}`);
});

test("every strike is in exactly one of the pieces that time is cut into", () => {
  const { jam, from, until, strikes: expected } = vectors.groove;
  const pieces = [];
  for (let at = from; at < until; at += 7_001) pieces.push(...strikes(known(jam), at, Math.min(at + 7_001, until)));
  const inOrder = (all) => all.map(String).sort();
  assert.deepEqual(inOrder(pieces), inOrder(expected));
});

test("every note has the same colour in every mode, key and scale", () => {
  let hash = 2166136261;
  for (const mode of COLOR_MODES) for (const key of KEYS) for (const scale of SCALE_NAMES) for (let note = 0; note < 256; note += 1) {
    for (const part of noteColor(note, mode, key, scale)) hash = Math.imul(hash ^ part, 16777619);
  }
  assert.equal((hash >>> 0).toString(16).padStart(8, "0"), vectors.colors);
  assert.deepEqual(vectors.brightness.map((_, velocity) => brightness(velocity)), vectors.brightness);
});

test("the written table is this one", () => {
  const { version, modes } = read("../../docs/jam-colors.json");
  assert.equal(version, 1);
  assert.deepEqual(Object.keys(modes).sort(), COLOR_MODES);
  for (const [mode, keys] of Object.entries(modes)) {
    assert.deepEqual(Object.keys(keys).sort(), [...KEYS].sort());
    for (const [key, scales] of Object.entries(keys)) {
      assert.deepEqual(Object.keys(scales).sort(), ["major", "minor_pentatonic"]);
      for (const [scale, colors] of Object.entries(scales)) {
        const notes = Array.from({ length: 128 }, (_, note) => noteColor(note, mode, key, scale));
        assert.equal(Buffer.from(notes.flat()).toString("hex"), colors, `${mode} ${key} ${scale}`);
      }
    }
  }
});

test("tempos are shown to the hundredth", () => {
  assert.deepEqual([3_000_000, 1_000_000, 500_000, 472_441, 60_060].map(bpm), [20, 60, 120, 127, 999]);
});
