// What a Socket.IO client is told, in the order in which it comes.
import assert from "node:assert/strict";
import { io } from "socket.io-client";

const PATIENCE = 180_000;

/** Rejects when a promise takes too long, and says what was waited for. */
export function inTime(what, promise, patience = PATIENCE) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${patience} ms`)), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class Heard {
  #waiting = [];
  #wake = () => {};

  constructor(url, { patience = PATIENCE, ...options }) {
    this.patience = patience;
    this.socket = io(url, { forceNew: true, ...options });
    this.socket.onAny((event, payload) => {
      this.#waiting.push([event, payload]);
      this.#wake();
    });
  }

  async next(what = "an event") {
    while (this.#waiting.length === 0) {
      await inTime(what, new Promise((resolve) => (this.#wake = resolve)), this.patience);
    }
    return this.#waiting.shift();
  }

  /** The next event must be this one: nothing comes in between. */
  async expect(name) {
    const [event, payload] = await this.next(name);
    assert.equal(event, name, JSON.stringify(payload));
    return payload;
  }

  /** The next event of that name that is the right one; what comes before it is left out. */
  async until(name, isIt = () => true) {
    for (;;) {
      const [event, payload] = await this.next(name);
      if (event === name && isIt(payload)) return payload;
    }
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
