// The bytes of jam.v1 as the page writes and reads them: node --test tests/peers
// The vectors are written by the server's own code.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Malformed, Reader, number, signed } from "../../src/api/face/jam/bytes.js";
import { MOST_ASKS, asks, hello, probe, read, placeAfterWhole } from "../../src/api/face/jam/wire.js";

const { frames, stories } = JSON.parse(readFileSync(new URL("jam_vectors.json", import.meta.url)));
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const step = { type: "drum-step", pattern: 2, track: 3, step: 63, enabled: true, velocity: 100, extra: 5 };

/** What JSON may leave out. */
const USUAL = { "drum-step": { pattern: 0, velocity: 80, extra: 0 }, note: { velocity: 80, module: "piano", on: true } };
const whole = ({ event, ...entry }) => ({ ...entry, event: { ...USUAL[event.type], ...event } });

/** The layout is promised to others, so it is written out here. */
test("a step is seven bytes and a note two or three", () => {
  const one = (ask) => [...asks(1, [ask])].slice(2);
  assert.deepEqual(one(step), [0x01, 2, 3, 63, 1, 100, 5]);
  assert.deepEqual(one({ type: "note", note: 60, velocity: 80 }), [0x80 | 60, 80]);
  assert.deepEqual(one({ type: "note", note: 60, velocity: 80, on: false }), [0x80 | 60, 0x80 | 80]);
  assert.deepEqual(one({ type: "note", note: 60, velocity: 80, module: "isometric-sequencer" }), [0x12, 60, 80]);
  assert.deepEqual(one({ type: "color-mode", mode: "spectrum" }), [0x02, 2]);
  assert.deepEqual(one({ type: "key-change", key: "Eb", scale: "dorian" }), [0x03, 3, 2]);
  assert.deepEqual(one({ type: "leave" }), [0x20, 16, ...Buffer.from('{"type":"leave"}')]);
});

test("numbers are written as everybody writes them, and none is rounded", () => {
  assert.deepEqual(number(300), [0xac, 0x02]);
  for (const value of [0, 127, 128, 300, 2 ** 32, 1_763_872_239_000_123, Number.MAX_SAFE_INTEGER]) {
    assert.equal(new Reader(Uint8Array.from(number(value))).number(), value);
  }
  for (const value of [0, -1, 1, -64, 64, -1_763_872_239_000_123, 1_763_872_239_000_123]) {
    assert.equal(new Reader(Uint8Array.from(signed(value))).signed(), value);
  }
  const large = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
  assert.throws(() => new Reader(large).number(), Malformed);
});

const place = () => placeAfterWhole(0, 0);

test("what goes up is what the server writes", () => {
  assert.equal(hex(hello({ code: "AB12CD", name: "Jürgen", seq: 7 })), frames.hello);
  assert.equal(hex(probe({ id: 300, t0: 1_700_000_000_000_123, rtt: 80 })), frames.probe);
  for (const { wishes } of stories) {
    for (const { ask, op, bytes } of wishes) assert.equal(hex(asks(op, [JSON.parse(ask)])), bytes, ask);
  }
});

test("what comes down is read as it was written", () => {
  const probed = { type: "probed", id: 300, t0: 1_700_000_000_000_123, t1: 1_700_000_000_100_000, t2: 1_700_000_000_100_007 };
  assert.deepEqual(read(bytes(frames.probed), place()), probed);
  const message = "only the host of a jam may do this – no";
  assert.deepEqual(read(bytes(frames.refused), place()), { type: "refused", op: 4_294_967_295, code: "host_only", message });
  for (const { created_at, entries, frames } of stories) {
    const told = frames.map((frame) => read(bytes(frame), placeAfterWhole(0, created_at)));
    assert.deepEqual(told.flatMap((frame) => frame.entries), entries.map(whole));
    assert.ok(told.some((frame) => frame.acks.length === 1));
  }
});

test("what follows on a connection does not say again what was said", () => {
  const where = placeAfterWhole(41, 500);
  const frame = (...rest) => read(Uint8Array.from([0x04, ...rest]), where).entries.map(({ seq, at, by }) => [seq, at, by]);
  assert.deepEqual(frame(10, 0x05, 3, 0, 0x02, 0), [[42, 510, 3]]);
  assert.deepEqual(frame(7, 0x02, 1, 0, 0x02, 2), [[43, 517, 3], [44, 517, 3]]);
});

test("what a later version tells is skipped, and has its number all the same", () => {
  assert.deepEqual(read(Uint8Array.from([0x70, 1, 2]), place()), { type: "unknown" });
  const frame = [0x01, 5, 0, 0x66, 2, 9, 9, 0, 0x1f, 60, 80, 1, 0x02, 0];
  const { entries } = read(Uint8Array.from(frame), placeAfterWhole(0, 1000));
  assert.deepEqual(entries.map(({ seq, at }) => [seq, at]), [[5, 1000], [6, 1000], [7, 1001]]);
  assert.deepEqual(entries.map(({ event }) => event?.type), [undefined, undefined, "color-mode"]);
});

test("what is no frame is told", () => {
  for (const bad of [[], [0x01], [0x01, 5, 0, 0x01, 0, 0], [0x01, 5, 0, 0x0e], [0x01, 5, 0, 0x02, 9], [0x01, 5, 0, 0x30, 200]]) {
    assert.throws(() => read(Uint8Array.from(bad), place()), Malformed, JSON.stringify(bad));
  }
  assert.equal(MOST_ASKS, 256);
});
