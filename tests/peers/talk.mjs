// Everything that docs/API.md says of Socket.IO, said and heard by its own client: node talk.mjs URL TRANSPORT[,TRANSPORT]
import assert from "node:assert/strict";
import { Heard, inTime, rest } from "./heard.mjs";

const [url, transports] = process.argv.slice(2);
const heard = new Heard(url, { transports: transports.split(",") });
const { socket } = heard;
const upgraded = new Promise((resolve) => socket.io.engine.once("upgrade", resolve));

async function joins() {
  const status = await heard.expect("connection_status");
  assert.equal(status.status, "connected");
  assert.equal(status.sid, socket.id);
  assert.match(status.epoch, /^[0-9a-f]{16}$/);
  const state = await heard.ask("join:scenes", {}, "state:scenes");
  assert.equal(state.event_type, "state:scenes");
  assert.equal(state.server_seq, status.server_seq);
  assert.deepEqual(state.data, { scenes: [], versions: [] });
  // The state is as old as the last change, and here there was none.
  assert.equal(typeof state.timestamp, "number");
  assert.match(state.event_id, /./);
  const joined = await heard.expect("ack:join");
  assert.deepEqual(joined, { room: "scenes", success: true, server_seq: state.server_seq, room_seq: state.room_seq });
  const nowhere = await heard.ask("join:attic", {}, "ack:join");
  assert.equal(nowhere.success, false);
  return state;
}

async function hearsOfChanges(state) {
  await rest(url, "PUT", "/api/scenes/a", { layers: [], client_op_id: "rest-1" });
  const change = await heard.expect("change:scenes");
  assert.equal(change.server_seq, state.server_seq + 1);
  assert.equal(change.room_seq, state.room_seq + 1);
  assert.equal(change.event_type, "change:scenes");
  assert.equal(change.cause_op, "rest-1");
  assert.ok(Math.abs(change.timestamp - Date.now() / 1000) < 3600, "seconds of Unix time");
  assert.equal(change.data.events[0].scene.id, "a");
  assert.notEqual(change.event_id, state.event_id);
}

const putB = { command: "put_scene", scene: { id: "b", layers: [] }, client_op_id: "op-1" };

async function commands() {
  const acknowledged = socket.emitWithAck("command", putB);
  const change = await heard.expect("change:scenes");
  assert.equal(change.cause_op, "op-1");
  const ack = await heard.expect("ack:op");
  const done = { client_op_id: "op-1", success: true, server_seq: change.server_seq };
  assert.deepEqual(ack, { ...done, data: { created: true, repeated: false } });
  assert.deepEqual(await inTime("the acknowledgement", acknowledged), ack);
  const again = await heard.ask("command", putB, "ack:op");
  assert.deepEqual(again, { ...done, data: { created: true, repeated: true } });
}

async function badCommands() {
  const refused = socket.emitWithAck("command", { command: "take_scene", scene: "zzz", client_op_id: "op-2" });
  const err = await heard.expect("err:op");
  assert.equal(err.client_op_id, "op-2");
  assert.equal(err.success, false);
  assert.equal(err.code, "scene_not_found");
  assert.match(err.message, /zzz/);
  assert.deepEqual(await inTime("the acknowledgement", refused), err);
  assert.equal((await heard.ask("command", "nonsense", "err:op")).code, "invalid_body");
  assert.equal((await heard.ask("dance", {}, "err:op")).code, "unknown_event");
}

async function asks() {
  const pong = await heard.ask("client_ping", { timestamp: 5 }, "client_pong");
  assert.equal(pong.timestamp, 5);
  assert.equal(pong.server_seq, 2);
  assert.ok(pong.server_time > 1e9);
  const health = await heard.ask("health_check", {}, "health_status");
  assert.equal(health.connected_clients, 1);
  assert.equal(health.health_metrics.health.status, "ok");
  const player = await heard.ask("client:request_current_state", {}, "state:player");
  assert.equal(player.data.state, "stopped");
  const state = await heard.expect("state:show");
  assert.deepEqual(state.data.scenes.map((scene) => scene.id), ["a", "b"]);
}

async function syncs() {
  const from = { last_global_seq: 1, requested_rooms: ["scenes", "attic"] };
  assert.deepEqual((await heard.ask("sync:request", from, "sync:error")).requested_rooms, ["attic"]);
  assert.equal((await heard.expect("change:scenes")).server_seq, 2);
  const complete = await heard.expect("sync:complete");
  assert.deepEqual(complete.synced_rooms, ["scenes"]);
  assert.equal(complete.server_seq, 2);
  // A number from another life of the server means nothing: everything is told.
  const elsewhere = { last_global_seq: 1, epoch: "0123456789abcdef", requested_rooms: ["scenes"] };
  await heard.ask("sync:request", elsewhere, "state:scenes");
  assert.equal((await heard.expect("sync:complete")).epoch, complete.epoch);
}

async function leaves() {
  assert.deepEqual(await heard.ask("leave:scenes", {}, "ack:leave"), { room: "scenes", success: true });
  await rest(url, "PUT", "/api/scenes/c", { layers: [] });
  // Had there been a word of the scene, it would come first.
  assert.equal((await heard.ask("client_ping", {}, "client_pong")).server_seq, 3);
}

const state = await joins();
await hearsOfChanges(state);
await commands();
await badCommands();
await asks();
await syncs();
if (transports.startsWith("polling,")) await inTime("the upgrade", upgraded);
assert.equal(socket.io.engine.transport.name, transports.split(",").at(-1));
await leaves();
const disconnected = new Promise((resolve) => socket.once("disconnect", resolve));
socket.disconnect();
assert.equal(await disconnected, "io client disconnect");
