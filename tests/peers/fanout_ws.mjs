// A peer of the WebSocket: node's HTTP server, and the npm package ws, which tells everyone each change.
import http from "node:http";
import { WebSocketServer } from "ws";
import { epoch, listen, scenes, seq, serve } from "./scene.mjs";

const room = "scenes";
const members = new Set();

/** Made once, sent to everyone. */
function tell(events) {
  const payload = { at: Date.now(), by: { door: "rest" }, events, room, room_seq: seq };
  const message = Buffer.from(JSON.stringify({ payload, seq, type: "change" }));
  for (const socket of members) socket.send(message, { binary: false });
}

function welcome(socket) {
  const say = (type, payload) => socket.send(JSON.stringify({ payload: { epoch, ...payload }, seq, type }));
  say("welcome", { protocol: 1, role: "admin", rooms: [room], time: Date.now(), user: null });
  // The only thing that is ever said is `subscribe`.
  socket.on("message", () => {
    say("snapshot", { at: Date.now(), room, room_seq: seq, state: { scenes } });
    say("subscribed", { preview: null, rooms: [room] });
    members.add(socket);
  });
  socket.on("close", () => members.delete(socket));
  socket.on("error", () => members.delete(socket));
}

const door = http.createServer();
new WebSocketServer({ server: door }).on("connection", welcome);
await listen({ http: serve(tell), ws: door });
