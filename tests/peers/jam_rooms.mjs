// A jam over Socket.IO, as its own client plays it: node jam_rooms.mjs URL TRANSPORT
import assert from "node:assert/strict";
import { Heard, inTime, rest } from "./heard.mjs";

const [url, transport] = process.argv.slice(2);
const { code } = await rest(url, "POST", "/api/jams", { name: "test", by: "Host", open: true });
const room = `jam:${code}`;

/** Somebody who has come in: what they hear, and what they were told of the jam. */
async function player(name) {
  const heard = new Heard(url, { transports: [transport] });
  await heard.expect("connection_status");
  const state = heard.until("state:jam");
  heard.socket.emit("join:jam", { code, name });
  const { data, room_seq: seq } = await state;
  const joined = await heard.until("ack:join");
  assert.deepEqual([joined.room, joined.success, joined.room_seq], [room, true, seq]);
  assert.equal(data.participants[joined.id].name, name);
  return { heard, id: joined.id, token: joined.token, seq, epoch: joined.epoch };
}

const ada = await player("Ada");
const bob = await player("Bob");

/** Ada says it; Bob hears it by the same name, with the same in it, and Ada has her answer after it. */
async function plays(event, data) {
  const answered = ada.heard.socket.emitWithAck(event, { ...data, client_op_id: event });
  const told = await bob.heard.until(event);
  for (const [field, value] of Object.entries(data)) assert.equal(told[field], value, field);
  assert.deepEqual([told.room, told.epoch, told.by, told.event_type], [room, ada.epoch, ada.id, event]);
  await ada.heard.until(event);
  const ack = await ada.heard.expect("ack:op");
  assert.deepEqual([ack.client_op_id, ack.success, ack.room_seq], [event, true, told.room_seq]);
  assert.deepEqual(await inTime("the acknowledgement", answered), ack);
  return told;
}

await plays("drum-step", { track: 0, step: 7, enabled: true, velocity: 90 });
await plays("note", { note: 60, velocity: 70 });
await plays("color-mode", { mode: "spectrum" });
const tempo = await plays("tempo-change", { tempo: 127 });
assert.ok(tempo.line, "the line of time that it goes by");
await plays("playback-control", { isPlaying: true });
await plays("key-change", { key: "Eb", scale: "dorian" });

const refused = ada.heard.ask("drum-step", { track: 99, step: 0, enabled: true, client_op_id: "bad" }, "err:op");
assert.equal((await refused).code, "invalid_jam_value");

// Who comes back with a token and a number is who it was, and is told what it missed.
bob.heard.socket.disconnect();
const missed = await rest(url, "GET", `/api/jams/${code}`);
ada.heard.socket.emit("drum-step", { track: 1, step: 3, enabled: true });
await ada.heard.until("ack:op");
const again = new Heard(url, { transports: [transport] });
await again.expect("connection_status");
again.socket.emit("join:jam", { code, token: bob.token, epoch: bob.epoch, seq: missed.seq });
const joined = await again.until("ack:join");
assert.deepEqual([joined.id, joined.resumed, joined.room_seq], [bob.id, true, missed.seq]);
const step = await again.until("drum-step");
assert.deepEqual([step.track, step.step, step.by], [1, 3, ada.id]);
again.socket.emit("leave:jam", { code });
assert.deepEqual(await again.until("ack:leave"), { room, success: true });
for (const socket of [again.socket, ada.heard.socket]) socket.disconnect();
