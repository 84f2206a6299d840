// jam.v1, the bytes that travel (docs/JAM.md), in both directions.

import { Malformed, Reader, counted, number, textOf } from "./bytes.js";
import { bpm } from "./beat.js";
import { COLOR_MODES, KEYS, MODULES, SCALE_NAMES, halfTones } from "./music.js";

const KIND = { events: 0x01, asks: 0x02, refused: 0x03, more: 0x04, probe: 0x10, probed: 0x11, hello: 0x20, lease: 0x24 };
const WRITTEN = { 0x21: "welcome", 0x22: "snapshot", 0x23: "bye", 0x25: "leased" };
const ITEM = { step: 0x01, mode: 0x02, key: 0x03, tempo: 0x04, by: 0x05, ack: 0x06, playback: 0x07, select: 0x08, op: 0x09, note: 0x10, json: 0x20, piano: 0x80 };
const OFF = 0x80;

/** A frame of asks holds at most so many. */
export const MOST_ASKS = 256;

// ---------------------------------------------------------------- up

export function hello(fields) {
  return Uint8Array.from([KIND.hello, ...textOf(JSON.stringify(fields))]);
}

export function probe({ id, t0, rtt }) {
  return Uint8Array.from([KIND.probe, ...number(id), ...number(t0), ...number(rtt)]);
}

export function asks(op, all) {
  return Uint8Array.from([KIND.asks, ...number(op), ...all.flatMap(ask)]);
}

function ask(one) {
  switch (one.type) {
    case "drum-step": {
      const { pattern = 0, track, step, enabled, velocity = 80, extra = 0 } = one;
      return [ITEM.step, pattern, track, step, enabled ? 1 : 0, velocity, extra];
    }
    case "note": {
      const { note, velocity = 80, module = "piano", on = true } = one;
      const off = on ? 0 : OFF;
      if (module === "piano") return [ITEM.piano | note, off | velocity];
      return [ITEM.note | MODULES.indexOf(module), off | note, velocity];
    }
    case "color-mode":
      return [ITEM.mode, COLOR_MODES.indexOf(one.mode)];
    case "key-change":
      return [ITEM.key, halfTones(one.key), SCALE_NAMES.indexOf(one.scale)];
    default:
      return [ITEM.json, ...counted(textOf(JSON.stringify(one)))];
  }
}

// ---------------------------------------------------------------- down

/** Where a reader is: the last event that it was told; what follows does not say all of it again. */
export function placeAfterWhole(seq, createdAt) {
  return { seq, at: createdAt, by: 0 };
}

/** What a frame says, by its `type`; `place` moves on. Of a later version: `unknown`. */
export function read(message, place) {
  const reader = new Reader(new Uint8Array(message));
  const kind = reader.byte();
  if (kind === KIND.events) Object.assign(place, { seq: reader.number() - 1, by: 0 });
  if (kind === KIND.events || kind === KIND.more) return { type: "events", ...events(reader, place) };
  if (kind === KIND.probed) {
    return { type: "probed", id: reader.number(), t0: reader.number(), t1: reader.number(), t2: reader.number() };
  }
  if (kind === KIND.refused) {
    return { type: "refused", op: reader.number(), code: reader.countedText(), message: reader.countedText() };
  }
  if (kind in WRITTEN) return { ...reader.restAsJson(), type: WRITTEN[kind] };
  return { type: "unknown" };
}

/** Entries with their numbers (without an `event` where it is of a later version), and which operations are done. */
function events(reader, place) {
  const [entries, acks] = [[], []];
  while (!reader.isEmpty()) {
    place.at += reader.number();
    const kind = reader.byte();
    if (kind === ITEM.by) place.by = reader.number();
    else if (kind === ITEM.ack) acks.push(reader.number());
    else if (kind === ITEM.op) reader.number();
    else {
      place.seq += 1;
      entries.push({ ...place, event: event(kind, reader) });
    }
  }
  return { entries, acks };
}

function event(kind, reader) {
  switch (kind) {
    case ITEM.step: {
      const [pattern, track, step, enabled, velocity, extra] = reader.bytes(6);
      return { type: "drum-step", pattern, track, step, enabled: (enabled & 1) === 1, velocity, extra };
    }
    case ITEM.mode:
      return { type: "color-mode", mode: oneOf(COLOR_MODES, reader.byte()) };
    case ITEM.key:
      return { type: "key-change", key: oneOf(KEYS, reader.byte()), scale: oneOf(SCALE_NAMES, reader.byte()) };
    case ITEM.tempo: {
      const line = { tempo: reader.number(), beat_origin: reader.signed(), time_origin: reader.signed() };
      return { type: "tempo-change", tempo: bpm(line.tempo), line };
    }
    case ITEM.playback:
      return { type: "playback-control", isPlaying: (reader.byte() & 1) === 1, beat: reader.signed() };
    case ITEM.select:
      return { type: "pattern-select", pattern: reader.byte(), since: reader.signed() };
    case ITEM.json:
      return reader.countedJson();
    default:
      return note(kind, reader);
  }
}

function note(kind, reader) {
  if (kind >= ITEM.piano) {
    const second = reader.byte();
    return { type: "note", note: kind & 0x7f, velocity: second & 0x7f, module: "piano", on: (second & OFF) === 0 };
  }
  if (kind > ITEM.json) {
    reader.counted();
    return undefined;
  }
  // Nobody knows how long it is.
  if (kind < ITEM.note) throw new Malformed(`nothing of kind ${kind} is known`);
  const [first, velocity] = reader.bytes(2);
  const module = MODULES[kind & 0x0f];
  return module && { type: "note", note: first & 0x7f, velocity, module, on: (first & OFF) === 0 };
}

function oneOf(all, place) {
  if (place >= all.length) throw new Malformed("a value is out of range");
  return all[place];
}
