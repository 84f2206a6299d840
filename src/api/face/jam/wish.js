// What will probably become of what somebody asks, so that they see it at once: the event that the server will decide, as far as
// that is plain. What begins on a bar is the server's to say: null.

import { patternOf } from "./pattern.js";

export function expected(jam, ask, by) {
  switch (ask.type) {
    case "drum-step":
    case "note":
    case "color-mode":
    case "key-change":
    case "visual":
    case "drum-pattern-reset":
      return ask;
    case "bar":
      return { meter: jam.meter, quantum: jam.quantum, swing: jam.swing, ...ask };
    case "track": {
      const known = patternOf(jam, ask.pattern ?? 0).tracks[ask.track];
      return known ? { muted: known.muted, solo: known.solo, volume: known.volume, ...ask } : null;
    }
    case "module": {
      const { type, module, ...changes } = ask;
      return { type, module, setting: { ...jam.modules[module], ...changes } };
    }
    case "profile": {
      const known = jam.participants[by];
      return known ? { id: by, name: known.name, color: known.color, ...ask } : null;
    }
    case "room":
      return { name: jam.name, open: jam.open, ...ask };
    default:
      return null;
  }
}
