// The light of a jam on LEDs in rows: a function of the jam and the time, module by module, laid over each other.

import { beatAt } from "./beat.js";
import { noteColor, struckColor } from "./colors.js";
import { MODULES, noteOf } from "./music.js";
import { isHeard, patternAt, stepAt } from "./played.js";
import { patternOf } from "./pattern.js";

/** How long what was struck can be seen. */
export const FLASH_US = 280_000;
const RING_US = 420_000;
const LOWEST = 21;
const HIGHEST = 108;

const BLENDS = {
  normal: (below, above) => above || below,
  add: (below, above) => below + above,
  screen: (below, above) => 255 - ((255 - below) * (255 - above)) / 255,
  multiply: (below, above) => (below * above) / 255,
  max: Math.max,
  min: Math.min,
  subtract: (below, above) => below - above,
  difference: (below, above) => Math.abs(below - above),
  overlay: (below, above) => (below < 128 ? (2 * below * above) / 255 : 255 - (2 * (255 - below) * (255 - above)) / 255),
};

/** The colour of a track: that of its step of the scale. */
export function trackColor(jam, track) {
  return noteColor(noteOf(jam.key, jam.scale, 60, track), jam.color_mode, jam.key, jam.scale);
}

export class Glow {
  constructor(columns, rows) {
    [this.columns, this.rows] = [columns, rows];
    this.leds = new Float32Array(columns * rows * 3);
    this.layer = new Float32Array(this.leds.length);
  }

  /** `strikes`: those of the last moment; `spectrum`: of what is heard, or null. */
  paint(jam, time, strikes, spectrum) {
    this.leds.fill(0);
    for (const module of MODULES) {
      const { enabled, opacity, blend } = jam.modules[module];
      if (!enabled || opacity === 0) continue;
      this.layer.fill(0);
      PAINTERS[module](this, jam, time, strikes, spectrum);
      const meet = BLENDS[blend] ?? BLENDS.add;
      for (let at = 0; at < this.leds.length; at += 1) {
        const below = this.leds[at];
        const above = Math.min(Math.max(meet(below, Math.min(this.layer[at], 255)), 0), 255);
        this.leds[at] = below + ((above - below) * opacity) / 100;
      }
    }
    return this.leds;
  }

  add(column, row, [red, green, blue], value) {
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows || value <= 0) return;
    const at = 3 * ((this.rows - 1 - row) * this.columns + column);
    this.layer[at] += red * value;
    this.layer[at + 1] += green * value;
    this.layer[at + 2] += blue * value;
  }
}

const faded = (time, at, lasting) => Math.max(0, 1 - (time - at) / lasting) ** 2;
const columnOf = (glow, place, steps) => Math.floor((place * glow.columns) / steps);

function drums(glow, jam, time, strikes) {
  const pattern = patternOf(jam, patternAt(jam.drums, beatAt(jam.course, time)));
  const lanes = pattern.tracks.length;
  const steps = pattern.tracks[0].cells.length;
  const now = stepAt(jam, time);
  const anySolo = pattern.tracks.some((track) => track.solo);
  pattern.tracks.forEach((track, lane) => {
    if (!isHeard(track, anySolo)) return;
    const color = trackColor(jam, lane);
    track.cells.forEach((cell, place) => {
      if (!cell.enabled) return;
      const isNow = now !== null && now % steps === place;
      if (glow.rows > 1) fillCell(glow, { lane, lanes, place, steps }, color, isNow ? 0.24 : 0.13);
      else fillLane(glow, lane, lanes, color, 0.012);
    });
  });
  const flash = (lane, place, velocity, at) => {
    const color = struckColor(trackColor(jam, lane), velocity);
    const value = faded(time, at, FLASH_US);
    if (glow.rows === 1) return fillLane(glow, lane, lanes, color, value);
    fillLane(glow, lane, lanes, color, 0.14 * value);
    if (place !== null) fillCell(glow, { lane, lanes, place, steps }, color, value);
    else fillLane(glow, lane, lanes, color, 0.6 * value);
  };
  for (const { module, track, velocity, at, step } of strikes) {
    if (module === "drum-machine") flash(track, step % steps, velocity, at);
  }
  for (const { module, note, velocity, at } of jam.notes) {
    if (module === "drum-machine" && note < lanes) flash(note, null, velocity, at * 1000);
  }
}

function fillCell(glow, { lane, lanes, place, steps }, color, value) {
  for (let row = Math.floor((lane * glow.rows) / lanes); row < Math.floor(((lane + 1) * glow.rows) / lanes); row += 1) {
    glow.add(columnOf(glow, place, steps), row, color, value);
  }
}

function fillLane(glow, lane, lanes, color, value) {
  if (glow.rows > 1) {
    for (let row = Math.floor((lane * glow.rows) / lanes); row < Math.floor(((lane + 1) * glow.rows) / lanes); row += 1) {
      for (let column = 0; column < glow.columns; column += 1) glow.add(column, row, color, value);
    }
    return;
  }
  const [first, end] = [Math.floor((lane * glow.columns) / lanes), Math.floor(((lane + 1) * glow.columns) / lanes)];
  for (let column = first; column < end; column += 1) {
    const away = Math.abs((column + 0.5 - (first + end) / 2) / ((end - first) / 2));
    glow.add(column, 0, color, value * (1 - 0.75 * away * away));
  }
}

/** Something that sounds at a pitch: high where it is struck hard, soft at its sides. */
function pitch(glow, note, color, velocity, value) {
  const place = ((Math.min(Math.max(note, LOWEST), HIGHEST) - LOWEST) * (glow.columns - 1)) / (HIGHEST - LOWEST);
  const wide = glow.rows > 1 ? 0.8 : 1.9;
  const high = glow.rows > 1 ? Math.max(2, Math.round((glow.rows * velocity) / 100)) : 1;
  for (let column = Math.floor(place - 3 * wide); column <= place + 3 * wide; column += 1) {
    const beside = Math.exp(-(((column - place) / wide) ** 2));
    for (let row = 0; row < high; row += 1) glow.add(column, row, color, value * beside * (1 - (0.6 * row) / high));
  }
}

function piano(glow, jam, time) {
  for (const { module, note, velocity, at, until } of jam.notes) {
    if (module !== "piano" || at * 1000 > time) continue;
    const color = struckColor(noteColor(note, jam.color_mode, jam.key, jam.scale), velocity);
    pitch(glow, note, color, velocity, time < until * 1000 ? 1 : faded(time, until * 1000, RING_US));
  }
}

function sequencer(glow, jam, time, strikes) {
  const pattern = patternOf(jam, patternAt(jam.sequencer, beatAt(jam.course, time)));
  const steps = pattern.tracks[0].cells.length;
  const lanes = pattern.tracks.length;
  const colorOf = (note) => noteColor(note, jam.color_mode, jam.key, jam.scale);
  if (glow.rows > 1) {
    pattern.tracks.forEach((track, lane) => track.cells.forEach((cell, place) => {
      if (cell.enabled) bloom(glow, { lane, lanes, place, steps }, colorOf(noteOf(jam.key, jam.scale, 48, lane)), 0.08);
    }));
  }
  const ring = (note, velocity, at, lane, place) => {
    const [color, value] = [struckColor(colorOf(note), velocity), faded(time, at, RING_US)];
    if (glow.rows === 1 || lane === null) pitch(glow, note, color, velocity, value);
    else bloom(glow, { lane, lanes, place, steps }, color, value);
  };
  for (const { module, track, velocity, at, step } of strikes) {
    if (module === "isometric-sequencer") ring(noteOf(jam.key, jam.scale, 48, track), velocity, at, track, step % steps);
  }
  for (const { module, note, velocity, at } of jam.notes) {
    if (module === "isometric-sequencer") ring(note, velocity, at * 1000, null, 0);
  }
}

/** A tile that stands: its middle, and its neighbours fainter. */
function bloom(glow, { lane, lanes, place, steps }, color, value) {
  const [column, row] = [columnOf(glow, place, steps), Math.floor(((lane + 0.5) * glow.rows) / lanes)];
  glow.add(column, row, color, value);
  for (const [across, up] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) glow.add(column + across, row + up, color, value * 0.3);
}

/** What a DJ shows of the sound that is heard here, brighter where a drum strikes. */
function visualizer(glow, jam, time, strikes, spectrum) {
  if (!spectrum) return;
  const struck = strikes.reduce((most, { module, at }) => (module === "drum-machine" ? Math.max(most, faded(time, at, FLASH_US)) : most), 0);
  const lift = 0.5 + 0.5 * struck;
  const colorAt = (share) => noteColor(Math.round(36 + 60 * share), jam.color_mode, jam.key, jam.scale);
  const loudness = spectrum.slice(1, 200).reduce((sum, value) => sum + value, 0) / 199 / 255;
  for (let column = 0; column < glow.columns; column += 1) {
    const share = column / (glow.columns - 1);
    const bin = Math.floor(1 + 180 * share ** 2);
    const level = { spectrum: (spectrum[bin] / 255) ** 2, pulse: loudness * 1.4, level: share <= loudness * 2 ? 0.8 : 0 }[jam.visual];
    const high = jam.visual === "spectrum" && glow.rows > 1 ? Math.round(level * glow.rows) : glow.rows;
    for (let row = 0; row < high; row += 1) glow.add(column, row, colorAt(share), level * lift * 0.6);
  }
}

const PAINTERS = { "drum-machine": drums, piano, "isometric-sequencer": sequencer, "dj-visualizer": visualizer };
