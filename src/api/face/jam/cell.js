// How a single step is struck: how hard, how often, and how seldom.

import { byId } from "../page.js";

export class CellEditor {
  #set;
  #place = null;

  constructor(set) {
    this.#set = set;
    for (const id of ["cell-velocity", "cell-again", "cell-chance"]) byId(id).addEventListener("input", () => this.#change());
    byId("cell").addEventListener("click", (event) => event.target === byId("cell") && byId("cell").close());
  }

  open(place, cell, title) {
    this.#place = place;
    byId("cell-title").textContent = title;
    byId("cell-velocity").value = cell.velocity || 80;
    byId("cell-again").value = cell.again + 1;
    byId("cell-chance").value = 16 - cell.skipped;
    this.#words();
    byId("cell").showModal();
  }

  #change() {
    this.#words();
    const number = (id) => Number(byId(id).value);
    this.#set(this.#place, { enabled: true, velocity: number("cell-velocity"), again: number("cell-again") - 1, skipped: 16 - number("cell-chance") });
  }

  #words() {
    byId("cell-velocity-word").value = byId("cell-velocity").value;
    byId("cell-again-word").value = `${byId("cell-again").value} ×`;
    byId("cell-chance-word").value = `${byId("cell-chance").value} of 16`;
  }
}
