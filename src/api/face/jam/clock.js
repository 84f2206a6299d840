// The jam's clock, which is the server's: asked for there and back, the shortest way believed, and followed slowly.

const KEPT = 16;
/** A clock that is wrong by more is put right at once. */
const STEP_US = 80_000;
/** One millisecond in a hundred. */
const SLEW = 0.01;

const machineTime = () => Math.round((performance.timeOrigin + performance.now()) * 1000);

export class Clock {
  #local;
  #samples = [];
  #offset = null;
  #target = 0;
  #movedAt = 0;
  #number = 0;
  #sent = new Map();

  /** `local`: microseconds of this machine's clock. */
  constructor(local = machineTime) {
    this.#local = local;
  }

  get isKnown() {
    return this.#offset !== null;
  }

  /** The shortest way there and back that was seen, in milliseconds. */
  get rtt() {
    return this.#samples.length > 0 ? this.#best().rtt / 1000 : null;
  }

  /** For how long the oldest probe on its way has not been answered, in microseconds. */
  get silence() {
    const [oldest] = this.#sent.values();
    return oldest === undefined ? 0 : this.#local() - oldest;
  }

  /** Microseconds of the jam's time. */
  now() {
    return Math.round(this.#local() + this.#followed());
  }

  /** By how much the jam's clock is ahead of this machine's. */
  get offset() {
    return this.#followed();
  }

  /** The machine slept, or the connection is another one: what was measured before says nothing any more. */
  forget() {
    this.#samples = [];
    this.#sent.clear();
  }

  probe() {
    this.#number += 1;
    const t0 = this.#local();
    this.#sent.set(this.#number, t0);
    return { id: this.#number, t0, rtt: Math.ceil(this.rtt ?? 0) };
  }

  probed({ id, t0, t1, t2 }) {
    const t3 = this.#local();
    if (this.#sent.get(id) !== t0) return;
    // What comes later was sent later: those before it are lost.
    for (const known of this.#sent.keys()) if (known <= id) this.#sent.delete(known);
    this.#samples.push({ rtt: Math.max(t3 - t0 - (t2 - t1), 0), offset: (t1 - t0 + (t2 - t3)) / 2 });
    if (this.#samples.length > KEPT) this.#samples.shift();
    this.#aim(this.#best().offset, t3);
  }

  #best() {
    return this.#samples.reduce((best, sample) => (sample.rtt < best.rtt ? sample : best));
  }

  #aim(target, now) {
    this.#followed();
    this.#target = target;
    if (this.#offset === null || Math.abs(target - this.#offset) > STEP_US) [this.#offset, this.#movedAt] = [target, now];
  }

  #followed() {
    if (this.#offset === null) return 0;
    const now = this.#local();
    const most = Math.max(now - this.#movedAt, 0) * SLEW;
    const wrong = this.#target - this.#offset;
    this.#offset += Math.min(Math.max(wrong, -most), most);
    this.#movedAt = now;
    return this.#offset;
  }
}
