// Pads for fingers and keys: notes of the scale, and the drums. Several at once; a finger that slides plays what it comes over.

import { announce, byId, element, setText } from "../page.js";
import { css, noteColor } from "./colors.js";
import { trackColor } from "./glow.js";
import { noteName, noteOf } from "./music.js";
import { patternOf } from "./pattern.js";
import { nameOf } from "./names.js";

const NOTE_KEYS = ["A", "S", "D", "F", "G", "H", "J", "K", "Q", "W", "E", "R", "T", "Y", "U", "I"];
const MIDDLE = 48;

export class Pads {
  #play;
  #octave = 0;
  /** Which pad each finger and key holds. */
  #held = new Map();
  #shownFor = "";

  /** `play`: is called with a note as it is asked for. */
  constructor(play) {
    this.#play = play;
    for (const id of ["notes", "drums"]) this.#listen(byId(id));
    document.addEventListener("keydown", (event) => this.#key(event, true));
    document.addEventListener("keyup", (event) => this.#key(event, false));
    window.addEventListener("blur", () => this.#letAllGo());
    byId("octave-down").addEventListener("click", () => this.#shift(-1));
    byId("octave-up").addEventListener("click", () => this.#shift(1));
  }

  #shift(by) {
    this.#letAllGo();
    this.#octave = Math.min(3, Math.max(-2, this.#octave + by));
    setText("octave", this.#octave > 0 ? `+${this.#octave}` : String(this.#octave));
    announce(`Octave ${this.#octave}`);
    if (this.jam) this.show(this.jam);
  }

  show(jam) {
    this.jam = jam;
    const tracks = patternOf(jam, jam.drums.pattern).tracks.map((track) => track.id);
    const key = JSON.stringify([jam.key, jam.scale, jam.color_mode, this.#octave, tracks]);
    if (key === this.#shownFor) return;
    this.#shownFor = key;
    const notes = NOTE_KEYS.map((letter, degree) => {
      const note = noteOf(jam.key, jam.scale, MIDDLE + 12 * this.#octave, degree);
      return { module: "piano", note, name: noteName(note), letter, color: noteColor(note, jam.color_mode, jam.key, jam.scale) };
    });
    const drums = tracks.map((id, note) => ({
      module: "drum-machine", note, name: nameOf(id), letter: note < 9 ? String(note + 1) : "", color: trackColor(jam, note),
    }));
    this.#fill(byId("notes"), notes);
    this.#fill(byId("drums"), drums);
  }

  #fill(place, pads) {
    while (place.children.length > pads.length) place.lastChild.remove();
    pads.forEach((pad, at) => {
      const button = place.children[at] ?? place.appendChild(element("button", { type: "button", className: "pad" }, element("span"), element("kbd")));
      button.dataset.module = pad.module;
      button.dataset.note = pad.note;
      button.style.setProperty("--color", css(pad.color));
      button.style.setProperty("--ink", inkOn(pad.color));
      button.firstChild.textContent = pad.name;
      button.lastChild.textContent = pad.letter;
      button.setAttribute("aria-label", pad.module === "piano" ? `Note ${pad.name}` : `Strike ${pad.name}`);
    });
  }

  /** Pads shine while anybody holds them, drums while they strike. */
  light(jam, time, strikes) {
    const sounding = new Set(jam.notes.filter((note) => note.until * 1000 > time).map((note) => `${note.module} ${note.note}`));
    const struck = strikes.filter(({ module, at }) => module === "drum-machine" && time - at < 120_000).map(({ track }) => track);
    const byHand = jam.notes.filter(({ module, at }) => module === "drum-machine" && time - at * 1000 < 120_000).map(({ note }) => note);
    for (const pad of byId("notes").children) pad.classList.toggle("lit", sounding.has(`piano ${pad.dataset.note}`));
    for (const pad of byId("drums").children) {
      const track = Number(pad.dataset.note);
      pad.classList.toggle("lit", struck.includes(track) || byHand.includes(track));
    }
  }

  #listen(place) {
    const padAt = ({ clientX, clientY }) => document.elementFromPoint(clientX, clientY)?.closest(".pad");
    place.addEventListener("pointerdown", (event) => {
      const pad = event.target.closest(".pad");
      if (!pad || event.button !== 0) return;
      pad.releasePointerCapture?.(event.pointerId);
      this.#press(event.pointerId, pad, velocityAt(event, pad));
    });
    document.addEventListener("pointermove", (event) => {
      const held = this.#held.get(event.pointerId);
      if (!held) return;
      const pad = padAt(event);
      if (pad === held.pad) return;
      this.#letGo(event.pointerId);
      if (pad) this.#press(event.pointerId, pad, velocityAt(event, pad));
      else this.#held.set(event.pointerId, { pad: null });
    });
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, (event) => this.#letGo(event.pointerId));
    // From the keyboard, or by a program: struck, and let go.
    place.addEventListener("click", (event) => {
      const pad = event.target.closest(".pad");
      if (!pad || event.detail > 0) return;
      this.#press("click", pad, 80);
      setTimeout(() => this.#letGo("click"), 250);
    });
    place.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  #key(event, isDown) {
    const code = event.code.replace(/^(Key|Digit)/, "");
    if (!isDown) return this.#letGo(code);
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (code === "Z" || code === "X") return this.#shift(code === "Z" ? -1 : 1);
    const place = NOTE_KEYS.indexOf(code);
    const pad = place >= 0 ? byId("notes").children[place] : byId("drums").children[Number(code) - 1];
    if (pad && !byId("room").hidden) this.#press(code, pad, event.shiftKey ? 100 : 80);
  }

  #press(finger, pad, velocity) {
    this.#letGo(finger);
    const ask = { type: "note", note: Number(pad.dataset.note), velocity, module: pad.dataset.module };
    this.#held.set(finger, { pad, ask });
    this.#play(ask);
  }

  #letGo(finger) {
    const held = this.#held.get(finger);
    this.#held.delete(finger);
    // A drum has faded by itself.
    if (held?.ask?.module === "piano") this.#play({ ...held.ask, on: false });
  }

  #letAllGo() {
    for (const finger of [...this.#held.keys()]) this.#letGo(finger);
  }
}

/** What can be read on that colour. */
function inkOn([red, green, blue]) {
  return 0.3 * red + 0.59 * green + 0.11 * blue > 100 ? "#0b0d14" : "#ffffff";
}

/** Hard at the lower edge, soft at the upper one. */
function velocityAt({ clientY }, pad) {
  const { top, height } = pad.getBoundingClientRect();
  return Math.round(45 + 55 * Math.min(1, Math.max(0, (clientY - top) / height)));
}

export function isWriting(target) {
  return target instanceof Element && (target.closest("dialog[open]") !== null || target.matches("select, textarea, input:not([type=range], [type=checkbox])"));
}
