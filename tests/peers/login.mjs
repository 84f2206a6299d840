// Who gets in, as what: node login.mjs URL TOKEN ROLE
import assert from "node:assert/strict";
import { Heard, inTime } from "./heard.mjs";

const [url, token, role] = process.argv.slice(2);

async function isTurnedAway(auth) {
  const { socket } = new Heard(url, { auth });
  const error = await inTime("connect_error", new Promise((resolve) => socket.once("connect_error", resolve)));
  assert.match(error.message, /log/);
  assert.equal(socket.connected, false);
  socket.disconnect();
}

async function isLetIn() {
  const heard = new Heard(url, { auth: { token } });
  assert.equal((await heard.expect("connection_status")).role, role);
  const take = { command: "put_scene", scene: { id: "a", layers: [] } };
  const answer = role === "viewer" ? "err:op" : "ack:op";
  assert.equal((await heard.ask("command", take, answer)).success, role !== "viewer");
  heard.socket.disconnect();
}

await isTurnedAway(undefined);
await isTurnedAway({ token: `${token}x` });
await isLetIn();
