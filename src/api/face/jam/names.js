// What things are called by people.

const NAMES = {
  kick: "Kick",
  snare: "Snare",
  "hihat-closed": "Closed hat",
  "hihat-open": "Open hat",
  clap: "Clap",
  "tom-low": "Low tom",
  "tom-high": "High tom",
  crash: "Crash",
  "drum-machine": "Drum machine",
  piano: "Piano",
  "isometric-sequencer": "Sequencer",
  "dj-visualizer": "Visualizer",
};

/** An id that nobody has a name for is its own. */
export function nameOf(id) {
  const plain = id.replaceAll(/[-_]/g, " ");
  return Object.hasOwn(NAMES, id) ? NAMES[id] : plain.charAt(0).toUpperCase() + plain.slice(1);
}
