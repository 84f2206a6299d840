// A peer of the Socket.IO door: the npm package socket.io, which tells a room each change.
import { Server } from "socket.io";
import { epoch, listen, scenes, seq, serve } from "./scene.mjs";

const room = "scenes";

function envelope(event_type, data) {
  const event_id = `${epoch}-${seq}-${room}`;
  return { data, epoch, event_id, event_type, room, room_seq: seq, server_seq: seq, timestamp: Date.now() / 1000 };
}

const door = serve((events) => io.to(room).emit("change:scenes", envelope("change:scenes", { events })));
const io = new Server(door);
io.on("connection", (socket) => {
  socket.emit("connection_status", { epoch, role: "admin", server_seq: seq, sid: socket.id, status: "connected" });
  socket.on("join:scenes", () => {
    socket.emit("state:scenes", envelope("state:scenes", { scenes }));
    socket.emit("ack:join", { room, room_seq: seq, server_seq: seq, success: true });
    socket.join(room);
  });
});
await listen({ http: door });
