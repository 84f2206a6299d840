// Play and stop, the tempo, the key and the colours, and which pattern: what all share.

import { byId, element, setText } from "../page.js";
import { BEAT, beatAt, bpm, lineAt } from "./beat.js";
import { COLOR_MODES, KEYS, SCALE_NAMES } from "./music.js";
import { isDrums, patternOf, tracksOf } from "./pattern.js";
import { isPlaying, isWanted } from "./played.js";
import { isWriting } from "./pads.js";
import { nameOf } from "./names.js";

const LONGEST_TAP_MS = 2_000;
const SLOTS = 8;

export class Transport {
  #ask;
  #jam = null;
  #taps = [];
  /** Whose patterns are looked at. */
  #of = "drums";
  #onLook;
  #asked = null;

  /** `onLook`: is called when other patterns are looked at. */
  constructor(ask, onLook) {
    [this.#ask, this.#onLook] = [ask, onLook];
    byId("play").addEventListener("click", () => this.#play());
    byId("tempo").addEventListener("change", () => this.#tempo(Number(byId("tempo").value)));
    byId("slower").addEventListener("click", () => this.#tempo(this.#bpm() - 1));
    byId("faster").addEventListener("click", () => this.#tempo(this.#bpm() + 1));
    byId("tap").addEventListener("pointerdown", () => this.#tap());
    byId("tap").addEventListener("click", (event) => event.detail === 0 && this.#tap());
    fill(byId("key"), KEYS.map((key) => [key, key.replace("b", "♭")]));
    fill(byId("scale"), SCALE_NAMES.map((scale) => [scale, nameOf(scale)]));
    fill(byId("colormode"), COLOR_MODES.map((mode) => [mode, nameOf(mode)]));
    for (const id of ["key", "scale"]) {
      byId(id).addEventListener("change", () => ask({ type: "key-change", key: byId("key").value, scale: byId("scale").value }));
    }
    byId("colormode").addEventListener("change", () => ask({ type: "color-mode", mode: byId("colormode").value }));
    byId("swing").addEventListener("input", () => ask({ type: "bar", swing: Number(byId("swing").value) }));
    byId("meter").addEventListener("change", () => ask({ type: "bar", meter: clamped("meter"), quantum: clamped("meter") }));
    byId("length").addEventListener("change", () => this.#resize(Number(byId("length").value)));
    for (const of of ["drums", "sequencer"]) byId(`look-${of}`).addEventListener("click", () => this.#look(of));
    byId("slots").append(...Array.from({ length: SLOTS }, (_, slot) => this.#slot(slot)));
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || event.repeat || byId("room").hidden || isWriting(event.target) || event.target.closest("button, summary, a")) return;
      event.preventDefault();
      this.#play();
    });
  }

  /** The pattern that is looked at. */
  get pattern() {
    return this.#jam[this.#of].pattern;
  }

  #look(of) {
    this.#of = of;
    this.#onLook();
  }

  #play() {
    const wanted = !(this.#asked ?? isWanted(this.#jam.transport));
    this.#asked = wanted;
    this.#ask({ type: "playback-control", isPlaying: wanted });
    this.show(this.#jam);
  }

  #bpm() {
    return bpm(this.#jam.course.at(-1).tempo);
  }

  #tempo(wanted) {
    if (!Number.isFinite(wanted)) return;
    const tempo = Math.min(999, Math.max(20, Math.round(wanted * 100) / 100));
    if (tempo !== this.#bpm()) this.#ask({ type: "tempo-change", tempo });
  }

  /** As fast as it is tapped; from the third tap on. */
  #tap() {
    const now = performance.now();
    if (now - (this.#taps.at(-1) ?? -Infinity) > LONGEST_TAP_MS) this.#taps = [];
    this.#taps = [...this.#taps, now].slice(-8);
    if (this.#taps.length >= 3) {
      const beats = this.#taps.length - 1;
      this.#tempo(Math.round((60_000 * beats) / (now - this.#taps[0])));
    }
  }

  #slot(slot) {
    const button = element("button", { type: "button", textContent: String(slot + 1) });
    button.dataset.slot = slot;
    button.setAttribute("aria-label", `Pattern ${slot + 1}`);
    button.addEventListener("click", () => this.#ask({ type: "pattern-select", pattern: slot + (this.#of === "drums" ? 0 : SLOTS) }));
    return button;
  }

  /** A longer pattern goes on as it began; a shorter one ends earlier. */
  #resize(steps) {
    const tracks = tracksOf(patternOf(this.#jam, this.pattern)).map((track) => {
      const repeated = (values) => Array.from({ length: steps }, (_, place) => values[place % values.length]);
      return { ...track, steps: repeated(track.steps), velocities: repeated(track.velocities), extras: repeated(track.extras) };
    });
    this.#ask({ type: "drum-pattern-reset", pattern: this.pattern, tracks });
  }

  /** Nothing is struck any more. */
  clear() {
    const tracks = tracksOf(patternOf(this.#jam, this.pattern)).map((track) => ({
      ...track, steps: track.steps.map(() => false), velocities: track.velocities.map(() => 0), extras: [],
    }));
    this.#ask({ type: "drum-pattern-reset", pattern: this.pattern, tracks });
  }

  /** What was decided is no longer only asked for. */
  told() {
    this.#asked = null;
  }

  show(jam) {
    this.#jam = jam;
    const wanted = this.#asked ?? isWanted(jam.transport);
    byId("play").setAttribute("aria-pressed", String(wanted));
    setText("play-word", wanted ? "Stop" : "Play");
    put("tempo", this.#bpm());
    put("key", jam.key);
    put("scale", jam.scale);
    put("colormode", jam.color_mode);
    put("swing", jam.swing);
    byId("swing-word").value = `${jam.swing} %`;
    put("meter", jam.meter);
    const pattern = patternOf(jam, this.pattern);
    put("length", pattern.tracks[0].cells.length);
    byId("look-drums").setAttribute("aria-pressed", String(isDrums(this.pattern)));
    byId("look-sequencer").setAttribute("aria-pressed", String(!isDrums(this.pattern)));
    for (const button of byId("slots").children) {
      const id = Number(button.dataset.slot) + (this.#of === "drums" ? 0 : SLOTS);
      button.setAttribute("aria-pressed", String(id === this.pattern));
      const isWritten = jam.patterns[id]?.tracks.some((track) => track.cells.some((cell) => cell.enabled)) ?? false;
      button.classList.toggle("written", isWritten);
    }
    this.#showDots(jam.meter);
  }

  #showDots(meter) {
    const dots = byId("beats");
    while (dots.children.length > meter) dots.lastChild.remove();
    while (dots.children.length < meter) dots.append(element("i"));
  }

  /** Where the bar is, and what is still to come. */
  light(jam, time) {
    const beat = beatAt(jam.course, time);
    const plays = isPlaying(jam.transport, beat);
    const state = plays ? "playing" : isWanted(jam.transport) ? "waiting" : "stopped";
    if (byId("play").dataset.state !== state) byId("play").dataset.state = state;
    const counted = plays ? beat - jam.transport.from : beat;
    const now = Math.floor(counted / BEAT) % jam.meter;
    [...byId("beats").children].forEach((dot, place) => dot.classList.toggle("now", place === now));
    const since = jam[this.#of].since;
    for (const button of byId("slots").children) {
      button.classList.toggle("waiting", beat < since && button.getAttribute("aria-pressed") === "true");
    }
    const tempo = String(bpm(lineAt(jam.course, time).tempo));
    if (byId("tempo").dataset.now !== tempo) byId("tempo").dataset.now = tempo;
  }
}

function fill(select, options) {
  select.append(...options.map(([value, textContent]) => element("option", { value, textContent })));
}

/** What somebody is just changing is left alone. */
export function put(id, value) {
  const place = byId(id);
  if (document.activeElement === place && place.type !== "range" && place.tagName !== "SELECT") return;
  if (place.value !== String(value)) place.value = value;
}

function clamped(id) {
  return Math.min(16, Math.max(1, Math.round(Number(byId(id).value) || 4)));
}
