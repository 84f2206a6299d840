// The colour of a note, in whole numbers, equal to the server's table (src/show/jam/color.rs, version 1).

import { SCALES, halfTones } from "./music.js";

/** Steps around the colours: 510 from red to yellow, and so on. */
const SEXTANT = 510;
const AROUND = 6 * SEXTANT;
/** The keys of a piano: what is below or above has the colour of its end. */
const LOWEST = 21;
const HIGHEST = 108;

const known = new Map();

/** Of a note that is struck as hard as it can be: three numbers up to 255. */
export function noteColor(note, mode, key, scale) {
  const name = `${note} ${mode} ${key} ${scale}`;
  let color = known.get(name);
  if (color === undefined) known.set(name, (color = madeColor(Math.min(note, 127), mode, key, scale)));
  return color;
}

function madeColor(note, mode, key, scale) {
  const degree = (12 + (note % 12) - halfTones(key)) % 12;
  let color = full(hueOf(note, degree, mode));
  if (!SCALES[scale].includes(degree)) color = color.map((part) => paler(part, 35));
  if (mode === "spectrum") return color;
  // The octave of middle C is as it is; those above are paler, those below darker.
  const octave = Math.floor(note / 12);
  if (octave >= 6) return color.map((part) => paler(part, 100 - 6 * (octave - 5)));
  return color.map((part) => Math.floor((part * (100 - 10 * (5 - octave))) / 100));
}

function hueOf(note, degree, mode) {
  if (mode === "chromatic") return Math.floor((degree * AROUND) / 12);
  if (mode === "harmonic") return Math.floor((((degree * 7) % 12) * AROUND) / 12);
  // Three quarters around: red and violet must not be the same.
  const pitch = Math.min(Math.max(note, LOWEST), HIGHEST) - LOWEST;
  return Math.floor((pitch * AROUND * 3) / 4 / (HIGHEST - LOWEST));
}

/** The same, struck with that velocity of 0 to 100. */
export function struckColor(color, velocity) {
  const value = brightness(velocity);
  return color.map((part) => Math.floor((part * value) / 255));
}

/** Of 255: as the square, and never dark. */
export function brightness(velocity) {
  const struck = Math.min(velocity, 100);
  return 26 + Math.floor((229 * struck * struck) / 10_000);
}

function full(hue) {
  const rise = Math.floor((hue % SEXTANT) / 2);
  const fall = 255 - rise;
  const around = [[255, rise, 0], [fall, 255, 0], [0, 255, rise], [0, fall, 255], [rise, 0, 255], [255, 0, fall]];
  return around[Math.floor(hue / SEXTANT) % 6];
}

/** What is left of its colour, in hundredths; the rest is white. */
function paler(part, left) {
  return 255 - Math.floor(((255 - part) * left) / 100);
}

export const css = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;
