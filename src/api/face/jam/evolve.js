// Lets what was decided happen, as the server does (src/jam/evolve.rs). A jam is never changed: there is another one, which shares
// with it what stayed the same.

import { beatAt, goOn } from "./beat.js";
import { patternAt } from "./played.js";
import { emptyPattern, patternOf, patternOfTracks } from "./pattern.js";

const MOST_PARTICIPANTS = 32;
const MOST_NOTES = 64;
const LONGEST_NOTE_MS = 10_000;
const FADING_MS = 4_000;

/** A jam as it is told, with everything in it that may be left out. */
export function toldJam(jam) {
  return {
    ...jam,
    transport: { from: jam.transport.from ?? null, until: jam.transport.until ?? null },
    patterns: mapped(jam.patterns, patternOfTracks),
    participants: mapped(jam.participants, (participant) => ({ outputs: 0, ...participant })),
    notes: jam.notes ?? [],
  };
}

const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

export function evolve(jam, { at, by, event }) {
  const known = Object.hasOwn(HAPPENS, event.type) ? HAPPENS[event.type](jam, event, { at, by }) : {};
  return { ...jam, ...known, changed_at: Math.max(jam.changed_at, at) };
}

/** What becomes of each part that changes. */
const HAPPENS = {
  "drum-step": (jam, step) => withPattern(jam, step.pattern ?? 0, (pattern) => withStep(pattern, step)),
  note: (jam, note, given) => ({ notes: struck(jam.notes, note, given) }),
  "color-mode": (_, { mode }) => ({ color_mode: mode }),
  "key-change": (_, { key, scale }) => ({ key, scale }),
  "tempo-change": (jam, { line }, { at }) => ({ course: goOn(jam.course, line, at * 1000) }),
  "playback-control": ({ transport }, { isPlaying, beat }) => ({
    transport: isPlaying ? { from: beat, until: null } : { ...transport, until: beat },
  }),
  bar: (_, { meter, quantum, swing }) => ({ meter, quantum, swing }),
  "pattern-select": (jam, { pattern, since }, { at }) => {
    const of = pattern < 8 ? "drums" : "sequencer";
    const before = patternAt(jam[of], beatAt(jam.course, at * 1000));
    return { [of]: { pattern, since, before } };
  },
  "drum-pattern-reset": (jam, { pattern = 0, tracks }) => withPattern(jam, pattern, () => patternOfTracks(tracks)),
  track: (jam, { pattern = 0, track, muted, solo, volume }) =>
    withPattern(jam, pattern, (known) => withTrack(known, track, (one) => ({ ...one, muted, solo, volume }))),
  module: (jam, { module, setting }) => ({ modules: { ...jam.modules, [module]: setting } }),
  visual: (_, { visual }) => ({ visual }),
  joined: (jam, { participant }) => joined(jam, participant),
  left: (jam, { id }) => left(jam, id),
  presence: (jam, { id, present, outputs }) => withParticipant(jam, id, { present, outputs }),
  profile: (jam, { id, name, color }) => withParticipant(jam, id, { name, color }),
  host: (jam, { id }) => ({ participants: hosted(jam.participants, id) }),
  room: (_, { name, open }) => ({ name, open }),
  // What it is called, and who is there, stays.
  whole: ({ code, name, created_at, open, participants, next_participant }, { jam }) => ({
    ...toldJam(jam), code, name, created_at, open, participants, next_participant,
  }),
};

function withPattern(jam, id, change) {
  return { patterns: { ...jam.patterns, [id]: change(patternOf(jam, id) ?? emptyPattern(id)) } };
}

function withTrack(pattern, place, change) {
  if (!pattern.tracks[place]) return pattern;
  return { tracks: pattern.tracks.with(place, change(pattern.tracks[place])) };
}

function withStep(pattern, { track, step, enabled, velocity = 80, extra = 0 }) {
  const cell = { enabled, velocity, again: extra & 7, skipped: (extra >> 3) & 15 };
  return withTrack(pattern, track, (one) => (one.cells[step] ? { ...one, cells: one.cells.with(step, cell) } : one));
}

function struck(notes, { note, velocity = 80, module = "piano", on = true }, { at, by }) {
  const isSame = (known) => known.module === module && known.note === note && known.by === by && known.until > at;
  const rest = notes
    .filter((known) => known.until + FADING_MS > at)
    .map((known) => (isSame(known) ? { ...known, until: at } : known));
  if (!on) return rest;
  const room = rest.length >= MOST_NOTES ? rest.slice(1) : rest;
  return [...room, { module, note, velocity, by, at, until: at + LONGEST_NOTE_MS }];
}

function joined(jam, participant) {
  if (Object.keys(jam.participants).length >= MOST_PARTICIPANTS) return {};
  return {
    next_participant: Math.max(jam.next_participant, participant.id + 1),
    participants: { ...jam.participants, [participant.id]: { outputs: 0, ...participant } },
  };
}

/** The host's place goes to whoever has been there for longest. */
function left(jam, id) {
  const { [id]: gone, ...participants } = jam.participants;
  const rest = Object.values(participants);
  const next = rest.find((participant) => participant.present) ?? rest[0];
  return { participants: gone?.isHost && next ? hosted(participants, next.id) : participants };
}

function hosted(participants, id) {
  if (!participants[id]) return participants;
  return mapped(participants, (participant) => ({ ...participant, isHost: participant.id === id }));
}

function withParticipant(jam, id, change) {
  const known = jam.participants[id];
  return known ? { participants: { ...jam.participants, [id]: { ...known, ...change } } } : {};
}
