// Keys and scales, in the order in which they are numbered on the wire.

export const KEYS = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"];
const SHARPS = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/** Half tones above the root, rising. */
export const SCALES = {
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
  dorian: [0, 2, 3, 5, 7, 9, 10],
  phrygian: [0, 1, 3, 5, 7, 8, 10],
  lydian: [0, 2, 4, 6, 7, 9, 11],
  mixolydian: [0, 2, 4, 5, 7, 9, 10],
  locrian: [0, 1, 3, 5, 6, 8, 10],
  harmonic_minor: [0, 2, 3, 5, 7, 8, 11],
  melodic_minor: [0, 2, 3, 5, 7, 9, 11],
  major_pentatonic: [0, 2, 4, 7, 9],
  minor_pentatonic: [0, 3, 5, 7, 10],
  blues: [0, 3, 5, 6, 7, 10],
  whole_tone: [0, 2, 4, 6, 8, 10],
  chromatic: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};
export const SCALE_NAMES = Object.keys(SCALES);
export const COLOR_MODES = ["chromatic", "harmonic", "spectrum"];
export const MODULES = ["drum-machine", "piano", "isometric-sequencer", "dj-visualizer"];
export const BLENDS = ["normal", "add", "screen", "multiply", "max", "min", "subtract", "difference", "overlay"];
export const VISUALS = ["spectrum", "pulse", "level"];

export const halfTones = (key) => (KEYS.includes(key) ? KEYS.indexOf(key) : SHARPS.indexOf(key));

/** The note so many steps above the root that is `base` or the next one above it. */
export function noteOf(key, scale, base, degree) {
  const steps = SCALES[scale];
  const above = (12 + halfTones(key) - (base % 12)) % 12;
  return Math.min(127, base + above + 12 * Math.floor(degree / steps.length) + steps[degree % steps.length]);
}

/** As musicians write it: C4 is the one in the middle. */
export function noteName(note) {
  return `${KEYS[note % 12].replace("b", "♭")}${Math.floor(note / 12) - 1}`;
}
