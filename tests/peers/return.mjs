// A client that is cut off, comes back by itself, and asks for what it missed: node return.mjs URL TRANSPORT
import assert from "node:assert/strict";
import { Heard, inTime, rest } from "./heard.mjs";

const [url, transport] = process.argv.slice(2);
// It is in again only once all that it shall miss has happened.
let missed = Promise.resolve();
const auth = (enter) => missed.then(() => enter({}));
const heard = new Heard(url, { transports: [transport], reconnectionDelay: 100, auth });
const { socket } = heard;

const known = { room_seq: 0, server_seq: 0, epoch: "" };

/** Holds a change against the one before. */
function learn(change) {
  assert.equal(change.room_seq_from ?? change.room_seq, known.room_seq + 1, "no gap and no double");
  known.room_seq = change.room_seq;
  known.server_seq = change.server_seq;
}

function begin(state) {
  known.room_seq = state.room_seq;
  known.server_seq = state.server_seq;
  known.epoch = state.epoch;
}

const putScene = (id) => rest(url, "PUT", `/api/scenes/${id}`, { layers: [] });

async function cutOff() {
  const disconnected = new Promise((resolve) => socket.once("disconnect", resolve));
  socket.io.engine.close();
  await inTime("the cut", disconnected);
}

async function missSome(round) {
  for (let number = 0; number < 5; number++) await putScene(`missed-${round}-${number}`);
  // One that is not in the room has a number of its own.
  await rest(url, "PUT", `/api/destinations/tape-${round}`, { kind: "record", format: "mkv", enabled: false });
  await putScene(`last-${round}`);
  assert.equal(socket.connected, false, "it was away all the while");
}

async function comeBack() {
  const status = await heard.expect("connection_status");
  assert.equal(status.epoch, known.epoch);
  const { server_seq: last_global_seq, epoch } = known;
  socket.emit("sync:request", { last_global_seq, epoch, requested_rooms: ["scenes"] });
  const before = known.room_seq;
  for (let number = 0; number < 6; number++) learn(await heard.expect("change:scenes"));
  assert.equal(known.room_seq, before + 6, "all that was missed");
  assert.equal((await heard.expect("sync:complete")).server_seq, status.server_seq);
}

await heard.expect("connection_status");
begin(await heard.ask("join:scenes", {}, "state:scenes"));
await heard.expect("ack:join");
for (let round = 0; round < 3; round++) {
  await putScene(`seen-${round}`);
  learn(await heard.expect("change:scenes"));
  await cutOff();
  missed = missSome(round);
  await missed;
  await comeBack();
}
await putScene("end");
learn(await heard.expect("change:scenes"));
await heard.ask("client_ping", {}, "client_pong");
assert.equal(heard.hasMore(), false);
socket.disconnect();
