// What is heard: the steps, a little ahead and on the jam's clock, and notes as they come. Off until somebody wants it.

import { noteOf } from "./music.js";
import { eachStrike } from "./played.js";
import { patternOf } from "./pattern.js";
import { drum, tone } from "./voices.js";

const AHEAD_US = 120_000;
/** A page that is not seen is called once a second. */
const AHEAD_HIDDEN_US = 1_600_000;
const EVERY_MS = 25;
/** Notes older than that were for those who heard them. */
const TOO_LATE_US = 1_500_000;
const PLUCK_US = 180_000;

export class Sound {
  #state;
  #clock;
  #context = null;
  #outs = new Map();
  #analyser = null;
  #until = 0;
  #held = new Map();

  constructor(state, clock) {
    this.#state = state;
    this.#clock = clock;
  }

  get isOn() {
    return this.#context?.state === "running";
  }

  /** Browsers let a page be heard only when somebody has touched it. */
  async switch(on) {
    if (on) {
      this.#context ??= this.#built();
      await this.#context.resume();
    } else {
      await this.#context?.suspend();
      this.#held.clear();
    }
  }

  #built() {
    const context = new AudioContext({ latencyHint: "interactive" });
    this.#analyser = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0.7 });
    const limiter = new DynamicsCompressorNode(context, { threshold: -12, ratio: 8, attack: 0.003, release: 0.15 });
    limiter.connect(this.#analyser).connect(context.destination);
    for (const module of ["drum-machine", "piano", "isometric-sequencer"]) {
      const out = new GainNode(context);
      out.connect(limiter);
      this.#outs.set(module, out);
    }
    setInterval(() => this.#schedule(), EVERY_MS);
    return context;
  }

  /** How loud each pitch is at the moment, up to 255; null while nothing is heard. */
  spectrum(into) {
    if (!this.isOn) return null;
    this.#analyser.getByteFrequencyData(into);
    return into;
  }

  #out(module) {
    const out = this.#outs.get(module);
    const { enabled, volume } = this.#state.shown.modules[module];
    out.gain.value = enabled ? (volume / 100) ** 1.5 : 0;
    return out;
  }

  /** When, of the sound card's time, an instant of the jam is heard. */
  #when(at) {
    const { contextTime, performanceTime } = this.#context.getOutputTimestamp();
    const heard = performanceTime > 0
      ? contextTime + (performance.now() - performanceTime) / 1000
      : this.#context.currentTime - (this.#context.outputLatency || 0);
    return Math.max(heard + (at - this.#clock.now()) / 1e6, this.#context.currentTime);
  }

  /** Every strike is in exactly one of the pieces. */
  #schedule() {
    const jam = this.#state.shown;
    if (!this.isOn || !jam || !this.#clock.isKnown) return;
    const now = this.#clock.now();
    const until = now + (document.hidden ? AHEAD_HIDDEN_US : AHEAD_US);
    const from = Math.max(this.#until, now);
    if (from >= until) return;
    this.#until = until;
    eachStrike(jam, from, until, (strike) => this.#strike(jam, strike));
  }

  #strike(jam, { module, track, of, velocity, at }) {
    const when = this.#when(at);
    if (module === "drum-machine") return drum(this.#context, this.#out(module), of.id, when, velocity);
    const release = tone(this.#context, this.#out(module), noteOf(jam.key, jam.scale, 48, track), when, velocity);
    release(when + PLUCK_US / 1e6);
  }

  /** A note that somebody plays by hand, `at` in microseconds of the jam's time. */
  play({ module = "piano", note, velocity = 80, on = true }, by, at) {
    const jam = this.#state.shown;
    if (!this.isOn || !jam || this.#clock.now() - at > TOO_LATE_US) return;
    const when = this.#when(at);
    if (module === "drum-machine") {
      const track = patternOf(jam, jam.drums.pattern).tracks[note];
      if (on && track) drum(this.#context, this.#out(module), track.id, when, velocity);
      return;
    }
    const key = `${module} ${note} ${by}`;
    this.#held.get(key)?.(when);
    this.#held.delete(key);
    if (!on) return;
    const release = tone(this.#context, this.#out(module), note, when, velocity);
    this.#held.set(key, release);
    // As long as the server lets it sound.
    setTimeout(() => {
      if (this.#held.get(key) !== release) return;
      this.#held.delete(key);
      release(this.#context.currentTime);
    }, 10_000);
  }
}
