// Many clients of the room `scenes` that hold every number against the one before: node followers.mjs URL COUNT
// Says when all have joined, is told on standard input up to which number they follow, and says what came to whom when.
import assert from "node:assert/strict";
import http from "node:http";
import readline from "node:readline";
import { io } from "socket.io-client";

const [url, count] = process.argv.slice(2);
const LIMIT = 300_000;
// A poll is a request, and without this a connection as well; browsers keep theirs.
const agent = new http.Agent({ keepAlive: true });

/** Unix time in milliseconds, finer than Date.now(). */
const now = () => Math.round((performance.timeOrigin + performance.now()) * 100) / 100;

class Follower {
  /** What came when, each number once however many came as one. */
  arrived = [];

  constructor(transport) {
    this.transport = transport;
    const options = transport === "polling" ? { agent } : {};
    this.socket = io(url, { transports: [transport], forceNew: true, reconnection: false, ...options });
    this.socket.on("connect", () => this.socket.emit("join:scenes", {}));
    this.socket.on("connect_error", (error) => assert.fail(error));
    this.socket.on("disconnect", (reason) => assert.fail(`disconnected: ${reason}`));
    this.joined = new Promise((resolve) => this.socket.on("ack:join", resolve));
    this.socket.on("state:scenes", (state) => this.begin(state));
    this.finished = new Promise((resolve) => (this.finish = resolve));
    this.socket.on("change:scenes", (change) => this.learn(change));
  }

  begin(state) {
    assert.equal(this.known, undefined, "changes were left out");
    this.known = state.room_seq;
  }

  learn({ room_seq, room_seq_from = room_seq }) {
    assert.equal(room_seq_from, this.known + 1, "no gap and no double");
    const at = now();
    for (let number = room_seq_from; number <= room_seq; number++) this.arrived.push([number, at]);
    this.known = room_seq;
    if (this.known >= last) this.finish();
  }
}

const say = (what) => new Promise((resolve) => process.stdout.write(`${JSON.stringify(what)}\n`, resolve));

let last = Infinity;
setTimeout(() => assert.fail("it takes too long"), LIMIT).unref();
const told = readline.createInterface({ input: process.stdin });
told.once("line", (line) => {
  last = Number(line);
  for (const follower of followers.filter(({ known }) => known >= last)) follower.finish();
});
// Whoever started this is gone.
told.once("close", () => process.exit(1));

const kind = (index) => (index % 2 === 0 ? "websocket" : "polling");
const followers = Array.from({ length: Number(count) }, (_, index) => new Follower(kind(index)));
await Promise.all(followers.map((follower) => follower.joined));
const used = process.cpuUsage();
const began = performance.now();
await say({ joined: followers[0].known });
await Promise.all(followers.map((follower) => follower.finished));
const { user, system } = process.cpuUsage(used);
const cores = (user + system) / 1e3 / (performance.now() - began);
await say({ cores, followers: followers.map(({ transport, arrived }) => ({ transport, arrived })) });
process.exit(0);
