// The page's connection to a jam, and its clock, with a socket and a time of the test's own.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Reader, counted, number, textOf } from "../../src/api/face/jam/bytes.js";
import { Clock } from "../../src/api/face/jam/clock.js";
import { Link } from "../../src/api/face/jam/link.js";
import { JamState } from "../../src/api/face/jam/state.js";
import { emptyPattern, tracksOf } from "../../src/api/face/jam/pattern.js";

const CREATED = 1_700_000_000_000;
const STEP = { type: "drum-step", pattern: 0, track: 0, step: 7, enabled: true, velocity: 80, extra: 0 };
const json = (kind, value) => Uint8Array.from([kind, ...textOf(JSON.stringify(value))]).buffer;

function jam() {
  const setting = { enabled: true, volume: 100, opacity: 100, blend: "add" };
  return {
    code: "AB12CD", name: "Friday", created_at: CREATED, open: true, course: [{ tempo: 500_000, beat_origin: 0, time_origin: CREATED * 1000 }],
    transport: {}, meter: 4, quantum: 4, swing: 0, key: "C", scale: "major", color_mode: "harmonic",
    patterns: { 0: tracksOf(emptyPattern(0)) }, drums: { pattern: 0, since: 0, before: 0 }, sequencer: { pattern: 8, since: 0, before: 8 },
    modules: { piano: setting }, visual: "spectrum", next_participant: 2, changed_at: CREATED,
    participants: { 1: { id: 1, name: "Ada", isHost: true, joinedAt: CREATED, color: "#ff5d5d", present: true } },
  };
}

class Socket {
  readyState = 1;
  sent = [];
  send(bytes) { this.sent.push(bytes); }
  close() { this.readyState = 3; }
  tell(bytes) { this.onmessage({ data: bytes }); }
  cut() { this.readyState = 3; this.onclose(); }

  /** The first one, at once, by a clock that is the same. */
  answerProbe() {
    const reader = new Reader(this.sent.find((frame) => frame[0] === 0x10).subarray(1));
    const [id, t0] = [reader.number(), reader.number()];
    this.tell(Uint8Array.from([0x11, ...[id, t0, t0, t0].flatMap(number)]).buffer);
  }

  get hello() {
    return JSON.parse(Buffer.from(this.sent.find((frame) => frame[0] === 0x20).subarray(1)));
  }

  /** [[operation, the bytes of its asks], …] */
  get asks() {
    return this.sent.filter((frame) => frame[0] === 0x02).map((frame) => {
      const reader = new Reader(frame.subarray(1));
      const op = reader.number();
      return [op, Buffer.from(frame.subarray(1 + number(op).length)).toString("hex")];
    });
  }
}

function house(t) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: CREATED + 60_000 });
  t.after(() => mock.timers.reset());
  const sockets = [];
  const clock = new Clock(() => Date.now() * 1000);
  const state = new JamState();
  const link = new Link(state, clock, () => sockets[sockets.push(new Socket()) - 1]);
  const house = { link, state, clock, sockets, socket: () => sockets.at(-1) };
  house.welcome = (more = {}) => {
    const welcome = { id: 1, token: "secret", epoch: "e1", seq: 41, created_at: CREATED, color_table_version: 1, ...more };
    house.socket().tell(json(0x21, welcome));
  };
  house.enter = () => {
    link.enter({ code: "AB12CD", name: "Ada", color: "#ff5d5d", token: null });
    house.socket().onopen();
    house.socket().answerProbe();
    house.welcome({ jam: jam() });
  };
  house.back = () => {
    mock.timers.tick(20_000);
    house.socket().onopen();
  };
  return house;
}

/** Events told as JSON, from a number on, and operations that are done. */
function events(first, all, acks = []) {
  const items = all.flatMap((event) => [...number(60_000), ...[0x20], ...counted(textOf(JSON.stringify(event)))]);
  return Uint8Array.from([0x01, ...number(first), ...items, ...acks.flatMap((op) => [0, 6, ...number(op)])]).buffer;
}

/** In pieces: what is planned within one is planned from its end on. */
function pass(milliseconds) {
  for (let left = milliseconds; left > 0; left -= 50) mock.timers.tick(50);
}

const said = () => new Promise((done) => queueMicrotask(done));
const STEP_BYTES = "01000007015000";
const cell = (jam) => jam.patterns[0].tracks[0].cells[7].enabled;

test("what is asked is shown at once, and stays when it is told", async (t) => {
  const { link, state, socket, enter } = house(t);
  enter();
  assert.deepEqual([link.status, state.me, socket().hello.code, socket().hello.name], ["connected", 1, "AB12CD", "Ada"]);
  link.ask(STEP);
  assert.deepEqual([cell(state.shown), cell(state.jam)], [true, false]);
  await said();
  const [[op, bytes]] = socket().asks;
  assert.equal(bytes, STEP_BYTES);
  socket().tell(events(42, [STEP], [op]));
  assert.deepEqual([link.pending.length, state.seq, cell(state.shown), cell(state.jam)], [0, 42, true, true]);
});

test("what is asked in one moment is asked together, and operations rise", async (t) => {
  const { link, socket, enter } = house(t);
  enter();
  link.ask(STEP);
  link.ask({ ...STEP, step: 8 });
  await said();
  link.ask({ type: "color-mode", mode: "spectrum" });
  await said();
  const [[first, both], [second, mode]] = socket().asks;
  assert.equal(both, `${STEP_BYTES}01000008015000`);
  assert.equal(mode, "0202");
  assert.ok(second > first && first >= 6_000, `${first} ${second}`);
});

test("what is refused is no longer shown, and its words are", async (t) => {
  const { link, state, socket, enter } = house(t);
  enter();
  const words = [];
  link.addEventListener("refused", ({ detail }) => words.push(detail));
  link.ask(STEP);
  await said();
  const [[op]] = socket().asks;
  socket().tell(Uint8Array.from([0x03, ...number(op), ...counted(textOf("host_only")), ...counted(textOf("no"))]).buffer);
  assert.deepEqual(words, [{ code: "host_only", message: "no" }]);
  assert.deepEqual([cell(state.shown), link.pending.length], [false, 0]);
});

test("what was edited while it was cut off is asked when it is back; notes are over then", async (t) => {
  const { link, state, socket, sockets, enter, back, welcome } = house(t);
  enter();
  link.ask({ type: "note", note: 60, velocity: 80, module: "piano", on: true });
  await said();
  socket().cut();
  assert.equal(link.status, "lost");
  link.ask(STEP);
  link.ask({ type: "note", note: 62, velocity: 80, module: "piano", on: true });
  await said();
  assert.ok(cell(state.shown), "it is seen already");
  back();
  assert.equal(sockets.length, 2);
  const { token, epoch, seq } = socket().hello;
  assert.deepEqual({ token, epoch, seq }, { token: "secret", epoch: "e1", seq: 41 });
  assert.deepEqual(socket().asks, [], "nothing before the welcome");
  welcome();
  assert.deepEqual(socket().asks.map(([, bytes]) => bytes), [STEP_BYTES]);
  assert.equal(socket().asks[0][0], link.pending[0].op);
});

test("what was not answered is asked again under its own operation, and a key that was let go is let go", async (t) => {
  const { link, socket, enter, back, welcome } = house(t);
  enter();
  link.ask(STEP);
  link.ask({ type: "note", note: 60, velocity: 80, module: "piano", on: false });
  await said();
  const before = socket().asks;
  socket().cut();
  back();
  welcome();
  assert.deepEqual(socket().asks, before);
});

test("in another life of the numbers, what was asked before means nothing", async (t) => {
  const { link, state, socket, enter, back, welcome } = house(t);
  enter();
  socket().cut();
  link.ask(STEP);
  await said();
  back();
  welcome({ epoch: "e2", seq: 3, jam: jam() });
  assert.deepEqual([socket().asks, link.pending, state.seq, cell(state.shown)], [[], [], 3, false]);
});

test("where an event is missing, all of it is asked for again", (t) => {
  const { link, state, socket, enter, back, welcome } = house(t);
  enter();
  socket().tell(events(43, [STEP]));
  assert.equal(link.status, "lost");
  back();
  assert.deepEqual([socket().hello.epoch, socket().hello.seq], [undefined, undefined]);
  welcome({ seq: 43, jam: jam() });
  assert.deepEqual([link.status, state.seq], ["connected", 43]);
});

test("what can not be read is a hole, too", (t) => {
  const { link, socket, enter } = house(t);
  enter();
  socket().tell(Uint8Array.from([0x01, 42, 0, 0x0e]).buffer);
  assert.equal(link.status, "lost");
});

test("whoever lost the place comes in anew; whoever may not come in is told why", (t) => {
  const { link, socket, sockets, enter, back } = house(t);
  enter();
  socket().cut();
  back();
  assert.equal(socket().hello.token, "secret");
  socket().tell(json(0x23, { code: "not_a_participant", message: "no" }));
  back();
  assert.deepEqual([socket().hello.token ?? null, socket().hello.name], [null, "Ada"]);
  const words = [];
  link.addEventListener("bye", ({ detail }) => words.push(detail.code));
  socket().tell(json(0x23, { code: "login_required", message: "who is asking?" }));
  mock.timers.tick(60_000);
  assert.deepEqual([link.status, words, sockets.length], ["over", ["login_required"], 3]);
});

test("a server that no longer answers is given up", (t) => {
  const { link, enter } = house(t);
  enter();
  pass(5_000);
  assert.equal(link.status, "connected");
  pass(10_000);
  assert.notEqual(link.status, "connected");
});

test("whoever wakes asks for the time, and connects anew where nobody answers", (t) => {
  const { link, socket, enter } = house(t);
  enter();
  const probes = () => socket().sent.filter((frame) => frame[0] === 0x10).length;
  const before = probes();
  link.wake();
  assert.ok(probes() > before);
  mock.timers.tick(2_500);
  assert.notEqual(link.status, "connected");
});

// ---------------------------------------------------------------- the clock

/** A probe whose ways take so long, in microseconds, to a server that is ahead by so much. */
function probed(clock, machine, { there, back, ahead }) {
  const probe = clock.probe();
  const t1 = machine.now + there + ahead;
  machine.now += there + back;
  clock.probed({ ...probe, t1, t2: t1 });
}

test("the shortest way there and back is believed", () => {
  const machine = { now: 1_000_000 };
  const clock = new Clock(() => machine.now);
  for (const [there, back] of [[90_000, 1_000], [5_000, 5_000], [2_000, 70_000]]) probed(clock, machine, { there, back, ahead: 7_000_000 });
  assert.equal(clock.rtt, 10);
  machine.now += 60_000_000;
  assert.equal(clock.now() - machine.now, 7_000_000);
});

test("a clock is followed slowly, and put right at once where it is wrong by much", () => {
  const machine = { now: 1_000_000 };
  const clock = new Clock(() => machine.now);
  probed(clock, machine, { there: 5_000, back: 5_000, ahead: 0 });
  clock.forget();
  probed(clock, machine, { there: 4_000, back: 4_000, ahead: 20_000 });
  const at = clock.offset;
  assert.ok(at < 1_000, `${at}`);
  machine.now += 100_000;
  assert.equal(Math.round(clock.offset - at), 1_000);
  machine.now += 10_000_000;
  assert.equal(clock.offset, 20_000);
  clock.forget();
  probed(clock, machine, { there: 4_000, back: 4_000, ahead: 200_000 });
  assert.equal(clock.offset, 200_000);
});

test("an answer that nobody waits for is not believed", () => {
  const machine = { now: 1_000_000 };
  const clock = new Clock(() => machine.now);
  const probe = clock.probe();
  clock.probed({ ...probe, t0: probe.t0 + 1, t1: 5, t2: 5 });
  clock.probed({ ...probe, id: 99, t1: 5, t2: 5 });
  assert.equal(clock.isKnown, false);
  clock.probed({ ...probe, t1: probe.t0, t2: probe.t0 });
  clock.probed({ ...probe, t1: 5, t2: 5 });
  assert.deepEqual([clock.isKnown, Math.abs(clock.offset)], [true, 0]);
});
