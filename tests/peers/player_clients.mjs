// Clients that steer the player at random and follow what becomes of it: node player_clients.mjs URL COUNT STEPS LONGEST
// Says when they have joined; is told on standard input up to which number they follow; says what each was told.
import assert from "node:assert/strict";
import readline from "node:readline";
import { io } from "socket.io-client";
import { check } from "./shapes.mjs";

const [url, count, steps, longest] = process.argv.slice(2);
const LIMIT = 1_500_000;
const below = (limit) => Math.floor(Math.random() * limit);
const say = (what) => new Promise((resolve) => process.stdout.write(`${JSON.stringify(what)}\n`, resolve));

/** Seldom twice the same; as often in a row as with a pause. */
function step() {
  const control = (action, more = {}) => ({ command: "control_player", control: { action, ...more } });
  const dice = below(100);
  if (dice < 35) return control("seek", { position_ms: below(18_000) });
  if (dice < 45) return control("pause");
  if (dice < 65) return control("play");
  if (dice < 78) return control("next");
  if (dice < 86) return control("previous");
  return { command: "change_player", patch: { volume: 40 + below(61) } };
}

class Client {
  seen = [];

  constructor(number) {
    this.number = number;
    this.socket = io(url, { transports: ["websocket"], forceNew: true, reconnection: false });
    this.socket.onAny(check);
    this.socket.on("disconnect", (reason) => assert.fail(`disconnected: ${reason}`));
    this.joined = new Promise((resolve) => this.socket.on("ack:join", resolve));
    this.finished = new Promise((resolve) => (this.finish = resolve));
    this.socket.on("state:player", ({ server_seq, data, timestamp }) => {
      const { state, active_track_id: track, play, volume, position_ms } = data;
      this.seen.push({ seq: server_seq, at: timestamp, state, track, play, volume, position_ms });
      if (server_seq >= last) this.finish();
    });
    this.socket.emit("join:player", {});
  }

  async steer() {
    for (let number = 0; number < steps; number++) {
      const pause = below(2) === 0 ? below(300) : below(longest);
      await new Promise((resolve) => setTimeout(resolve, pause));
      const answer = await this.socket.emitWithAck("command", { ...step(), client_op_id: `io-${this.number}-${number}` });
      assert.equal(answer.success, true, JSON.stringify(answer));
    }
  }
}

let last = Infinity;
setTimeout(() => assert.fail("it takes too long"), LIMIT).unref();
const clients = Array.from({ length: Number(count) }, (_, number) => new Client(number));
const told = readline.createInterface({ input: process.stdin });
told.once("line", (line) => {
  last = Number(line);
  for (const client of clients.filter(({ seen }) => seen.at(-1)?.seq >= last)) client.finish();
});
told.once("close", () => process.exit(1));
await Promise.all(clients.map(({ joined }) => joined));
await say("joined");
await Promise.all(clients.map((client) => client.steer()));
await say("steered");
await Promise.all(clients.map(({ finished }) => finished));
await say(clients.map(({ seen }) => seen));
process.exit(0);
