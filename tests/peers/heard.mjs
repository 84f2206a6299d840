// What a Socket.IO client is told, in the order in which it comes.
import assert from "node:assert/strict";
import { io } from "socket.io-client";

const PATIENCE = 20_000;

/** Rejects when a promise takes too long, and says what was waited for. */
export function inTime(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class Heard {
  #waiting = [];
  #wake = () => {};

  constructor(url, options) {
    this.socket = io(url, { forceNew: true, ...options });
    this.socket.onAny((event, payload) => {
      this.#waiting.push([event, payload]);
      this.#wake();
    });
  }

  async next() {
    while (this.#waiting.length === 0) {
      await inTime("an event", new Promise((resolve) => (this.#wake = resolve)));
    }
    return this.#waiting.shift();
  }

  /** The next event must be this one: nothing comes in between. */
  async expect(name) {
    const [event, payload] = await this.next();
    assert.equal(event, name, JSON.stringify(payload));
    return payload;
  }

  /** Says something, and waits for what comes of it. */
  ask(event, payload, answer) {
    this.socket.emit(event, payload);
    return this.expect(answer);
  }

  hasMore() {
    return this.#waiting.length > 0;
  }
}

/** A change over REST. */
export async function rest(url, method, path, body) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}
