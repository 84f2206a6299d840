// Patterns: tracks of steps that go round (src/show/jam/pattern.rs).

const DRUMS = ["kick", "snare", "hihat-closed", "hihat-open", "clap", "tom-low", "tom-high", "crash"];
const DEGREES = DRUMS.map((_, degree) => `degree-${degree}`);
const OFF = { enabled: false, velocity: 0, again: 0, skipped: 0 };

export const isDrums = (id) => id < 8;

export function emptyPattern(id) {
  const empty = (name) => ({ id: name, cells: Array(16).fill(OFF), muted: false, solo: false, volume: 100 });
  return { tracks: (isDrums(id) ? DRUMS : DEGREES).map(empty) };
}

const empty = { drums: emptyPattern(0), sequencer: emptyPattern(8) };

/** One that nobody has written in is empty. */
export function patternOf(jam, id) {
  return jam.patterns[id] ?? (isDrums(id) ? empty.drums : empty.sequencer);
}

/** From the tracks as they are written in JSON. */
export function patternOfTracks(tracks) {
  return { tracks: tracks.map(trackOf) };
}

function trackOf({ id, steps, velocities = [], extras = [], muted = false, solo = false, volume = 100 }) {
  const cells = steps.map((enabled, place) => {
    const extra = extras[place] ?? 0;
    const velocity = velocities[place] ?? (enabled ? 80 : 0);
    return { enabled, velocity, again: extra & 7, skipped: (extra >> 3) & 15 };
  });
  return { id, cells, muted, solo, volume };
}

export function tracksOf({ tracks }) {
  return tracks.map(({ id, cells, muted, solo, volume }) => ({
    id,
    steps: cells.map((cell) => cell.enabled),
    velocities: cells.map((cell) => cell.velocity),
    extras: cells.map(extraOf),
    muted,
    solo,
    volume,
  }));
}

export const extraOf = (cell) => cell.again | (cell.skipped << 3);
