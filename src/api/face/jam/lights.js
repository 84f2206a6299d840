// A strip and a matrix, as they would shine here: nothing of it comes from the server but the jam itself.

import { FLASH_US, Glow } from "./glow.js";
import { eachStrike } from "./played.js";
import { byId } from "../page.js";

const CALM_MS = 250;

/** What is held and written, but nothing that flashes. */
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

/** So wide is an LED of a strip. */
const LED_PX = 12;

class Panel {
  #canvas;
  #glow = null;
  #tiny;
  #back = document.createElement("canvas");

  /** `rows`: of a matrix; a strip has one, and as many LEDs as can be seen apart. */
  constructor(id, rows) {
    this.#canvas = byId(id);
    this.rows = rows;
  }

  #lay(columns) {
    if (this.#glow?.columns === columns) return;
    this.#glow = new Glow(columns, this.rows);
    this.#tiny = new ImageData(columns, this.rows);
    Object.assign(this.#back, { width: columns, height: this.rows });
  }

  /** The size in device's pixels follows the page's. */
  #fit() {
    const scale = Math.min(devicePixelRatio || 1, 2);
    const [width, height] = [Math.round(this.#canvas.clientWidth * scale), Math.round(this.#canvas.clientHeight * scale)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) [this.#canvas.width, this.#canvas.height] = [width, height];
    if (width === 0 || height === 0) return false;
    this.#lay(this.rows > 1 ? this.rows : Math.max(16, Math.floor(this.#canvas.clientWidth / LED_PX)));
    return true;
  }

  draw(jam, time, strikes, spectrum) {
    if (!this.#fit()) return;
    const { columns, rows } = this.#glow;
    const leds = this.#glow.paint(jam, time, strikes, spectrum);
    for (let led = 0; led < columns * rows; led += 1) {
      for (let part = 0; part < 3; part += 1) this.#tiny.data[4 * led + part] = leds[3 * led + part];
      this.#tiny.data[4 * led + 3] = 255;
    }
    this.#back.getContext("2d").putImageData(this.#tiny, 0, 0);
    const pen = this.#canvas.getContext("2d", { alpha: false });
    const { width, height } = this.#canvas;
    // The air around the LEDs shines, too.
    pen.globalAlpha = 1;
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = "high";
    pen.fillStyle = "#05060a";
    pen.fillRect(0, 0, width, height);
    pen.globalAlpha = 0.5;
    pen.drawImage(this.#back, 0, 0, width, height);
    pen.globalAlpha = 1;
    this.#dots(pen, leds, width / columns, height / rows);
  }

  #dots(pen, leds, wide, high) {
    const { columns, rows } = this.#glow;
    const size = Math.min(wide, high) * 0.7;
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const at = 3 * (row * columns + column);
        const [red, green, blue] = [leds[at] + 12, leds[at + 1] + 13, leds[at + 2] + 18];
        pen.fillStyle = `rgb(${red | 0} ${green | 0} ${blue | 0})`;
        const [x, y] = [(column + 0.5) * wide - size / 2, (row + 0.5) * high - size / 2];
        pen.beginPath();
        pen.roundRect(x, y, size, size, size * 0.3);
        pen.fill();
      }
    }
  }
}

export class Lights {
  #panels = [new Panel("strip", 1), new Panel("matrix", 16)];
  #spectrum = new Uint8Array(512);
  #drawnAt = -Infinity;

  /** What strikes at the moment, for those who show it otherwise. */
  strikes(jam, time) {
    const strikes = [];
    eachStrike(jam, time - FLASH_US * 1.5, time + 1, (strike) => strikes.push(strike));
    return strikes;
  }

  draw(jam, time, strikes, sound) {
    if (isCalm.matches) {
      if (performance.now() - this.#drawnAt < CALM_MS) return;
      this.#drawnAt = performance.now();
    }
    const flashes = isCalm.matches ? [] : strikes;
    const spectrum = isCalm.matches ? null : sound.spectrum(this.#spectrum);
    for (const panel of this.#panels) panel.draw(jam, time, flashes, spectrum);
  }
}
