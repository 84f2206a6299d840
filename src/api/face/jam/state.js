// A jam as it was told, and as it is shown: with what was asked and is not answered yet.

import { evolve, toldJam } from "./evolve.js";
import { expected } from "./wish.js";

export class JamState {
  /** As the server has it; null before it was told. */
  jam = null;
  /** The same with one's own wishes. */
  shown = null;
  epoch = null;
  seq = 0;
  createdAt = 0;
  /** Whom this page is in it. */
  me = null;

  get isKnown() {
    return this.jam !== null;
  }

  /** What is shown stays until all of it is told again. */
  forget() {
    [this.jam, this.epoch] = [null, null];
  }

  /** True where the numbers go on; false where this is another jam than before. */
  welcome({ epoch, seq, created_at, jam, id }) {
    const goesOn = this.epoch === null || this.epoch === epoch;
    Object.assign(this, { epoch, seq, createdAt: created_at, me: id ?? null });
    if (jam) this.jam = toldJam(jam);
    return goesOn;
  }

  whole({ seq, jam }) {
    Object.assign(this, { seq, jam: toldJam(jam) });
  }

  /** The entries that are new; null where one is missing. */
  happened(entries) {
    const news = entries.filter((entry) => entry.seq > this.seq);
    for (const entry of news) {
      if (entry.seq !== this.seq + 1) return null;
      if (entry.event) this.jam = evolve(this.jam, entry);
      this.seq = entry.seq;
    }
    return news;
  }

  /** `wishes`: [{asks, at}], oldest first. */
  show(wishes) {
    const wish = (jam, ask, at) => {
      const event = expected(jam, ask, this.me);
      return event ? evolve(jam, { at, by: this.me, event }) : jam;
    };
    const all = wishes.flatMap(({ asks, at }) => asks.map((ask) => [ask, at]));
    this.shown = all.reduce((jam, [ask, at]) => wish(jam, ask, at), this.jam);
  }
}
