// The connection: says hello, hears what happens, asks, and asks again what was not answered. What was edited while it was cut
// off is kept, under the numbers that it has, so that nothing is done twice.

import { Malformed } from "./bytes.js";
import { MOST_ASKS, asks as asksFrame, hello as helloFrame, placeAfterWhole, probe as probeFrame, read } from "./wire.js";

/** Seconds between tries; a server that restarts is back at once, one that is gone is not hammered. */
const BACK_OFF = [0.5, 1, 2, 4, 8, 10];
const FIRST_PROBES = 16;
const FIRST_EVERY_MS = 50;
const PROBE_EVERY_MS = 2_500;
/** A question that is unanswered for so long, and nobody is there. */
const SILENT_US = 8_000_000;
const WAKE_MS = 2_000;
/** What may be better the next time. */
const PASSING = new Set(["overloaded", "closing", "storage_unavailable", "rate_limited", "too_many_requests"]);

function websocket() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}/ws`, ["jam.v1"]);
}

/** Events: `change` (what is shown), `told` (detail: entries), `status`, `refused` (detail: {code, message}), `bye` (the same). */
export class Link extends EventTarget {
  /** idle, connecting, connected, lost or over. */
  status = "idle";
  retryAt = 0;

  #state;
  #place = placeAfterWhole(0, 0);
  #clock;
  #open;
  #socket = null;
  #guest = null;
  #pending = [];
  #unsent = [];
  #op = 0;
  #failures = 0;
  #timers = { retry: null, probe: null, wake: null };

  constructor(state, clock, open = websocket) {
    super();
    this.#state = state;
    this.#clock = clock;
    this.#open = open;
  }

  /** What was asked and is not answered yet. */
  get pending() {
    return [...this.#pending, ...(this.#unsent.length > 0 ? [{ op: 0, asks: this.#unsent, at: this.#millis() }] : [])];
  }

  get token() {
    return this.#guest?.token ?? null;
  }

  /** `guest`: {code, name, color, token}. */
  enter(guest) {
    this.#guest = guest;
    this.#connect();
  }

  /** Asked together with whatever else is asked in this moment. */
  ask(...all) {
    if (this.#unsent.length === 0) queueMicrotask(() => this.#flush());
    this.#unsent.push(...all);
    this.#tellChange();
  }

  /** The computer slept, or somebody looks again: is it still there, and what time is it? */
  wake() {
    if (this.#socket === null) {
      if (this.status === "lost") this.#connect();
      return;
    }
    if (this.status !== "connected") return;
    this.#clock.forget();
    this.#probeOften(FIRST_PROBES);
    clearTimeout(this.#timers.wake);
    this.#timers.wake = setTimeout(() => {
      if (this.#clock.rtt === null) this.#lose();
    }, WAKE_MS);
  }

  close() {
    const socket = this.#socket;
    this.#end("over");
    socket?.close();
  }

  #connect() {
    clearTimeout(this.#timers.retry);
    this.#become("connecting");
    const socket = this.#open();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket === this.#socket && this.#greet();
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(data);
    socket.onclose = () => socket === this.#socket && this.#lose();
    this.#socket = socket;
  }

  #greet() {
    this.#clock.forget();
    this.#send(probeFrame(this.#clock.probe()));
    const { code, name, color, token } = this.#guest;
    const { epoch, seq, isKnown } = this.#state;
    this.#send(helloFrame({ code, name, color, token, ...(isKnown ? { epoch, seq } : {}) }));
  }

  #send(bytes) {
    if (this.#socket?.readyState === 1) this.#socket.send(bytes);
  }

  /** What can not be read is a row with a hole in it: all of the jam is asked for again. */
  #hear(data) {
    try {
      this.#heard(read(data, this.#place));
    } catch (error) {
      if (!(error instanceof Malformed || error instanceof SyntaxError)) throw error;
      this.#startAnew();
    }
  }

  #startAnew() {
    this.#state.forget();
    this.#lose();
  }

  #heard(frame) {
    switch (frame.type) {
      case "welcome": return this.#welcomed(frame);
      case "events": return this.#happened(frame);
      case "probed": return this.#clock.probed(frame);
      case "snapshot": return this.#whole(frame);
      case "refused": return this.#refused(frame);
      case "bye": return this.#farewell(frame);
    }
  }

  #welcomed(welcome) {
    this.#place = placeAfterWhole(welcome.seq, welcome.created_at);
    this.#guest.token = welcome.token ?? this.#guest.token;
    // In another jam, what was asked in the one before means nothing.
    if (!this.#state.welcome(welcome)) this.#pending = [];
    this.#failures = 0;
    this.#become("connected");
    this.#askAgain();
    this.#probeOften(FIRST_PROBES - 1);
    this.#tellChange();
  }

  /** A note that comes too late is a wrong one; that it ends is right at any time. */
  #askAgain() {
    const isWorthSaying = (ask) => ask.type !== "note" || ask.on === false;
    this.#pending = this.#pending
      .map((wish) => ({ ...wish, asks: wish.asks.filter(isWorthSaying) }))
      .filter((wish) => wish.asks.length > 0);
    for (const { op, asks } of this.#pending) this.#send(asksFrame(op, asks));
  }

  #happened({ entries, acks }) {
    const news = this.#state.happened(entries);
    if (news === null) return this.#startAnew();
    this.#pending = this.#pending.filter(({ op }) => !acks.includes(op));
    this.#tellChange();
    if (news.length > 0) this.dispatchEvent(new CustomEvent("told", { detail: news }));
  }

  #whole(frame) {
    this.#state.whole(frame);
    this.#place = placeAfterWhole(frame.seq, this.#state.createdAt);
    this.#tellChange();
  }

  #refused({ op, code, message }) {
    this.#pending = this.#pending.filter((wish) => wish.op !== op);
    this.#tellChange();
    this.dispatchEvent(new CustomEvent("refused", { detail: { code, message } }));
  }

  #farewell({ code, message }) {
    // Its place was given to somebody else: it comes in anew.
    if (code === "not_a_participant" && this.#guest.token && this.#guest.name) {
      this.#guest.token = null;
      return this.#lose();
    }
    if (PASSING.has(code)) return this.#lose();
    this.#end("over");
    this.dispatchEvent(new CustomEvent("bye", { detail: { code, message } }));
  }

  #flush() {
    const all = this.#unsent;
    this.#unsent = [];
    const isConnected = this.status === "connected";
    const kept = isConnected ? all : all.filter((ask) => ask.type !== "note");
    for (let from = 0; from < kept.length; from += MOST_ASKS) {
      const wish = { op: this.#nextOp(), asks: kept.slice(from, from + MOST_ASKS), at: this.#millis() };
      this.#pending.push(wish);
      if (isConnected) this.#send(asksFrame(wish.op, wish.asks));
    }
    if (kept.length < all.length) this.#tellChange();
  }

  /** Later ones are larger, also after the page was loaded anew, or in another tab: hundredths of a second, as the jam has them. */
  #nextOp() {
    const hundredths = Math.floor((this.#millis() - this.#state.createdAt) / 10);
    this.#op = Math.max(this.#op + 1, this.#clock.isKnown ? hundredths : 0);
    return this.#op;
  }

  #millis() {
    return Math.floor(this.#clock.now() / 1000);
  }

  #probeOften(left) {
    clearTimeout(this.#timers.probe);
    if (this.#clock.silence > SILENT_US) return this.#lose();
    this.#send(probeFrame(this.#clock.probe()));
    const wait = left > 1 ? FIRST_EVERY_MS : PROBE_EVERY_MS;
    this.#timers.probe = setTimeout(() => this.#probeOften(left - 1), wait);
  }

  #lose() {
    const socket = this.#socket;
    this.#end("lost");
    socket?.close();
    const wait = BACK_OFF[Math.min(this.#failures, BACK_OFF.length - 1)] * (0.75 + Math.random() / 2) * 1000;
    this.#failures += 1;
    this.retryAt = Date.now() + wait;
    this.#timers.retry = setTimeout(() => this.#connect(), wait);
    this.#become("lost");
  }

  #end(status) {
    this.#socket = null;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    if (status === "over") this.#become("over");
  }

  #become(status) {
    this.status = status;
    this.dispatchEvent(new Event("status"));
  }

  #tellChange() {
    if (!this.#state.isKnown) return;
    this.#state.show(this.pending);
    this.dispatchEvent(new Event("change"));
  }
}
