// What strikes when: a function of the jam and the time, equal to the server's (src/show/jam/played.rs).

import { BEAT, beatAt, timeOf } from "./beat.js";

const STEP = BEAT / 4;
/** Whoever asks for more than this many steps at once means something else. */
const MOST_STEPS = 4096;

export function isPlaying(transport, beat) {
  return transport.from !== null && transport.from <= beat && (transport.until === null || beat < transport.until);
}

/** It plays, or will as soon as the bar begins, and nobody has asked it to stop. */
export function isWanted(transport) {
  return transport.from !== null && transport.until === null;
}

/** The number of the pattern that a module plays at a beat. */
export function patternAt(playing, beat) {
  return beat < playing.since ? playing.before : playing.pattern;
}

/** The step that was last, counted from where it began to play; null while it does not. */
export function stepAt(jam, time) {
  const beat = beatAt(jam.course, time);
  return isPlaying(jam.transport, beat) ? Math.floor((beat - jam.transport.from) / STEP) : null;
}

function beatOf(jam, step) {
  const late = step % 2 === 1 ? Math.floor((STEP * Math.min(jam.swing, 75)) / 100) : 0;
  return jam.transport.from + step * STEP + late;
}

/** Calls `see` with everything that strikes from `from` on and before `until`, in the order of its steps. */
export function eachStrike(jam, from, until, see) {
  const start = jam.transport.from;
  if (start === null) return;
  const steps = (time) => Math.floor((beatAt(jam.course, time) - start) / STEP);
  // One that swings, or strikes several times, may have begun a step before.
  const first = Math.max(steps(from) - 1, 0);
  const last = Math.min(steps(until), first + MOST_STEPS);
  for (let step = first; step <= last; step += 1) {
    const beat = beatOf(jam, step);
    if (!isPlaying(jam.transport, beat)) continue;
    for (const [module, playing] of [["drum-machine", jam.drums], ["isometric-sequencer", jam.sequencer]]) {
      const id = patternAt(playing, beat);
      if (jam.patterns[id]) strikesOf(jam, { module, id, step, beat, from, until }, see);
    }
  }
}

function strikesOf(jam, { module, id, step, beat, from, until }, see) {
  const { tracks } = jam.patterns[id];
  const anySolo = tracks.some((track) => track.solo);
  tracks.forEach((of, track) => {
    const cell = of.cells[step % of.cells.length];
    if (!cell.enabled || !isHeard(of, anySolo) || isLeftOut(cell, id, track, step)) return;
    const velocity = Math.floor((cell.velocity * of.volume) / 100);
    const times = cell.again + 1;
    for (let time = 0; time < times; time += 1) {
      const at = timeOf(jam.course, beat + Math.floor((STEP * time) / times));
      if (at >= from && at < until) see({ module, track, of, velocity, at, step });
    }
  });
}

/** Muted tracks are not heard; where one is solo, no others are. */
export function isHeard(track, anySolo) {
  return !track.muted && (track.solo || !anySolo);
}

const bits = (number) => BigInt.asUintN(64, number);

/** By the place alone (the last steps of SplitMix64), so that it is the same everywhere. */
function isLeftOut(cell, pattern, track, step) {
  if (cell.skipped === 0) return false;
  const place = ((BigInt(pattern) << 8n) | BigInt(track)) << 40n;
  let hash = bits((BigInt(step) ^ place) * 0x9e3779b97f4a7c15n);
  hash = bits((hash ^ (hash >> 30n)) * 0xbf58476d1ce4e5b9n);
  hash = bits((hash ^ (hash >> 27n)) * 0x94d049bb133111ebn);
  return hash >> 60n < BigInt(cell.skipped);
}
