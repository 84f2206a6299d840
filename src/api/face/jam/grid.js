// The grid of steps: one pattern, a page of it at a time. A tap sets a step, a stroke sets a row of them, a long press says how.

import { byId, element } from "../page.js";
import { CellEditor } from "./cell.js";
import { css, noteColor } from "./colors.js";
import { trackColor } from "./glow.js";
import { noteName, noteOf } from "./music.js";
import { nameOf } from "./names.js";
import { extraOf, isDrums, patternOf } from "./pattern.js";
import { stepAt } from "./played.js";

const LONG_PRESS_MS = 450;
const NARROW = matchMedia("(max-width: 760px)");

export class Grid {
  #ask;
  #jam = null;
  #pattern = 0;
  #page = 0;
  #built = "";
  #rows = [];
  #seen = [];
  #now = null;
  #stroke = null;
  #editor;

  constructor(ask) {
    this.#ask = ask;
    this.#editor = new CellEditor((place, cell) => this.#set(place, cell));
    this.#listen(byId("grid"));
    NARROW.addEventListener("change", () => this.#jam && this.show(this.#jam, this.#pattern));
  }

  show(jam, id) {
    const isOther = id !== this.#pattern;
    [this.#jam, this.#pattern] = [jam, id];
    const pattern = patternOf(jam, id);
    const steps = pattern.tracks[0].cells.length;
    const wide = Math.min(steps, NARROW.matches ? 16 : 32);
    const pages = steps / wide;
    this.#page = isOther ? 0 : Math.min(this.#page, pages - 1);
    this.#showPages(pages);
    const key = JSON.stringify([id, wide, this.#page, pattern.tracks.map((track) => track.id)]);
    if (key !== this.#built) this.#build(pattern, wide);
    this.#built = key;
    this.#update(jam, pattern);
  }

  #showPages(pages) {
    const place = byId("pages");
    place.hidden = pages < 2;
    while (place.children.length > pages) place.lastChild.remove();
    for (let page = 0; page < pages; page += 1) {
      const button = place.children[page] ?? place.appendChild(this.#pageButton(page));
      button.setAttribute("aria-pressed", String(page === this.#page));
    }
  }

  #pageButton(page) {
    const button = element("button", { type: "button", textContent: String(page + 1) });
    button.setAttribute("aria-label", `Part ${page + 1} of the pattern`);
    button.addEventListener("click", () => {
      this.#page = page;
      this.show(this.#jam, this.#pattern);
    });
    return button;
  }

  #build(pattern, wide) {
    this.#seen = [];
    this.#now = null;
    byId("grid").style.setProperty("--steps", wide);
    this.#rows = pattern.tracks.map((track, at) => this.#row(track, at, wide));
    // The sequencer's lowest note lies at the bottom, as on paper.
    const shown = this.#rows.map((row) => row.root);
    byId("grid").replaceChildren(...(isDrums(this.#pattern) ? shown : shown.reverse()));
  }

  #row({ id }, track, wide) {
    const toggle = (text, label, field) => {
      const button = element("button", { type: "button", textContent: text, className: field });
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => {
        this.#ask({ type: "track", pattern: this.#pattern, track, [field]: button.getAttribute("aria-pressed") !== "true" });
      });
      return button;
    };
    const name = element("span", { className: "name", textContent: nameOf(id) });
    const [muted, solo] = [toggle("M", `Mute ${nameOf(id)}`, "muted"), toggle("S", `Only ${nameOf(id)}`, "solo")];
    const volume = element("input", { type: "range", min: 0, max: 100, step: 5 });
    volume.setAttribute("aria-label", `Volume of ${nameOf(id)}`);
    volume.addEventListener("input", () => this.#ask({ type: "track", pattern: this.#pattern, track, volume: Number(volume.value) }));
    const cells = Array.from({ length: wide }, (_, place) => cellButton(track, this.#page * wide + place, place));
    const head = element("div", { className: "head" }, name, muted, solo, volume);
    const root = element("div", { className: "row" }, head, element("div", { className: "cells" }, ...cells));
    return { root, name, muted, solo, volume, cells, first: this.#page * wide };
  }

  #update(jam, pattern) {
    const anySolo = pattern.tracks.some((track) => track.solo);
    pattern.tracks.forEach((track, at) => {
      const row = this.#rows[at];
      const note = noteOf(jam.key, jam.scale, 48, at);
      const isDrum = isDrums(this.#pattern);
      const color = isDrum ? trackColor(jam, at) : noteColor(note, jam.color_mode, jam.key, jam.scale);
      row.root.style.setProperty("--color", css(color));
      row.root.classList.toggle("silent", track.muted || (anySolo && !track.solo));
      const name = isDrum ? nameOf(track.id) : noteName(note);
      if (row.name.textContent !== name) row.name.textContent = name;
      row.muted.setAttribute("aria-pressed", String(track.muted));
      row.solo.setAttribute("aria-pressed", String(track.solo));
      if (document.activeElement !== row.volume) row.volume.value = track.volume;
      row.cells.forEach((button, place) => this.#updateCell(button, track.cells[row.first + place], name));
    });
    if (!byId("grid").querySelector('.cell[tabindex="0"]')) this.#rows[0].cells[0].tabIndex = 0;
  }

  #updateCell(button, cell, name) {
    const key = `${button.dataset.track} ${button.dataset.step}`;
    if (this.#seen[key]?.cell === cell && this.#seen[key].name === name) return;
    this.#seen[key] = { cell, name };
    button.setAttribute("aria-pressed", String(cell.enabled));
    const words = [`${name}, step ${Number(button.dataset.step) + 1}`];
    if (cell.enabled && cell.again > 0) words.push(`${cell.again + 1} times`);
    if (cell.enabled && cell.skipped > 0) words.push("now and then");
    button.setAttribute("aria-label", words.join(", "));
    button.style.setProperty("--velocity", cell.velocity / 100);
    button.classList.toggle("again", cell.enabled && cell.again > 0);
    button.classList.toggle("chance", cell.enabled && cell.skipped > 0);
    button.style.setProperty("--again", cell.again + 1);
  }

  /** Where it plays at the moment. */
  light(jam, time) {
    const step = stepAt(jam, time);
    const steps = patternOf(jam, this.#pattern).tracks[0].cells.length;
    const now = step === null ? null : step % steps;
    if (now === this.#now) return;
    this.#now = now;
    for (const { cells, first } of this.#rows) {
      cells.forEach((cell, place) => cell.classList.toggle("now", now !== null && first + place === now));
    }
    const width = steps / Math.max(byId("pages").children.length, 1);
    [...byId("pages").children].forEach((button, page) => button.classList.toggle("now", now !== null && Math.floor(now / width) === page));
  }

  #cellOf({ track, step }) {
    return patternOf(this.#jam, this.#pattern).tracks[track]?.cells[step];
  }

  #set({ track, step }, change) {
    const known = this.#cellOf({ track, step });
    if (!known) return;
    const cell = { ...known, ...change };
    const velocity = cell.enabled && cell.velocity === 0 ? 80 : cell.velocity;
    this.#ask({ type: "drum-step", pattern: this.#pattern, track, step, enabled: cell.enabled, velocity, extra: extraOf(cell) });
  }

  #listen(grid) {
    const placeOf = (target) => {
      const cell = target?.closest?.(".cell");
      return cell ? { track: Number(cell.dataset.track), step: Number(cell.dataset.step) } : null;
    };
    const isSame = (one, other) => one.track === other.track && one.step === other.step;
    grid.addEventListener("pointerdown", (event) => {
      const place = placeOf(event.target);
      if (!place || event.button !== 0) return;
      event.target.releasePointerCapture?.(event.pointerId);
      const timer = setTimeout(() => this.#edit(place), LONG_PRESS_MS);
      this.#stroke = { place, last: place, enabled: !this.#cellOf(place).enabled, isDrawn: false, timer };
    });
    document.addEventListener("pointermove", (event) => {
      const stroke = this.#stroke;
      if (!stroke) return;
      const place = placeOf(document.elementFromPoint(event.clientX, event.clientY));
      if (!place || isSame(place, stroke.last)) return;
      clearTimeout(stroke.timer);
      if (!stroke.isDrawn) this.#set(stroke.place, { enabled: stroke.enabled });
      Object.assign(stroke, { isDrawn: true, last: place });
      if (this.#cellOf(place).enabled !== stroke.enabled) this.#set(place, { enabled: stroke.enabled });
    });
    const end = () => {
      clearTimeout(this.#stroke?.timer);
      // The click that ends a stroke comes after this.
      const stroke = this.#stroke;
      setTimeout(() => { if (this.#stroke === stroke) this.#stroke = null; });
    };
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
    grid.addEventListener("click", (event) => {
      const place = placeOf(event.target);
      if (place && !this.#stroke?.isDrawn) this.#set(place, { enabled: !this.#cellOf(place).enabled });
    });
    grid.addEventListener("contextmenu", (event) => {
      const place = placeOf(event.target);
      if (!place) return;
      event.preventDefault();
      this.#edit(place);
    });
    grid.addEventListener("keydown", (event) => this.#walk(event));
  }

  #edit(place) {
    clearTimeout(this.#stroke?.timer);
    if (this.#stroke) this.#stroke.isDrawn = true;
    const { name } = this.#rows[place.track];
    this.#editor.open(place, this.#cellOf(place), `${name.textContent}, step ${place.step + 1}`);
  }

  /** The arrows walk; one cell at a time is a stop of the Tab key. */
  #walk(event) {
    const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const cell = event.target.closest(".cell");
    if (!cell || !ways[event.key]) return;
    event.preventDefault();
    const [down, right] = ways[event.key];
    const rows = [...byId("grid").children];
    const row = rows.indexOf(cell.closest(".row"));
    const cells = [...cell.parentElement.children];
    const next = rows[row + down]?.querySelectorAll(".cell")[cells.indexOf(cell) + right];
    if (!next) return;
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

function cellButton(track, step, place) {
  const cell = element("button", { type: "button", className: place % 4 === 0 ? "cell beat" : "cell", tabIndex: -1 });
  Object.assign(cell.dataset, { track, step });
  return cell;
}
