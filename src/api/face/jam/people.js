// Who plays: names and colours, who is there, and what the host may do. Names come from strangers: they are text, never markup.

import { announce, byId, element, reconcile, setText, twice } from "../page.js";
import { put } from "./transport.js";

export class People {
  #ask;
  #seen = null;

  constructor(ask) {
    this.#ask = ask;
    byId("my-name").addEventListener("change", () => ask({ type: "profile", name: byId("my-name").value }));
    byId("my-color").addEventListener("change", () => ask({ type: "profile", color: byId("my-color").value }));
    byId("room-title").addEventListener("change", () => ask({ type: "room", name: byId("room-title").value }));
    byId("room-open").addEventListener("change", () => ask({ type: "room", open: byId("room-open").checked }));
  }

  show(jam, me) {
    const all = Object.values(jam.participants);
    const isHost = jam.participants[me]?.isHost ?? false;
    this.#announce(all);
    setText("people-count", String(all.filter((one) => one.present).length));
    reconcile(byId("participants"), all, ({ id }) => String(id), (one) => this.#made(one), (row, one) => update(row, one, { me, isHost }));
    put("my-name", jam.participants[me]?.name ?? "");
    put("my-color", jam.participants[me]?.color ?? "#ffffff");
    put("room-title", jam.name);
    byId("room-open").checked = jam.open;
    for (const id of ["room-title", "room-open"]) byId(id).disabled = !isHost;
  }

  #made({ id }) {
    const host = element("button", { type: "button", textContent: "Make host", className: "make-host" });
    host.addEventListener("click", () => this.#ask({ type: "host", id }));
    const remove = element("button", { type: "button", textContent: "Remove", className: "remove" });
    twice(remove, "Really?", () => this.#ask({ type: "leave", id }));
    const words = element("span", { className: "words" }, element("span", { className: "name" }), element("small"));
    return element("li", {}, element("i", { className: "dot" }), words, element("span", { className: "tools" }, host, remove));
  }

  /** Those who listen to the page are told who comes and goes. */
  #announce(all) {
    const present = new Map(all.filter((one) => one.present).map((one) => [one.id, one.name]));
    const before = this.#seen;
    this.#seen = present;
    if (!before) return;
    for (const [id, name] of present) if (!before.has(id)) announce(`${name} is here`);
    for (const [id, name] of before) if (!present.has(id)) announce(`${name} has gone`);
  }
}

function update(row, one, { me, isHost }) {
  const words = [one.id === me && "you", one.isHost && "host", !one.present && "away", one.outputs > 0 && `${one.outputs} LEDs`];
  row.dataset.id = one.id;
  row.dataset.present = one.present;
  row.style.setProperty("--color", one.color);
  row.querySelector(".name").textContent = one.name;
  row.querySelector("small").textContent = words.filter(Boolean).join(" · ");
  row.querySelector(".tools").hidden = !isHost || one.id === me;
}
