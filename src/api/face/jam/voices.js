// What drums and tones sound like, made by the browser's own oscillators.

let noiseBuffer = null;

function noise(context) {
  if (noiseBuffer?.sampleRate !== context.sampleRate) {
    noiseBuffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
    const samples = noiseBuffer.getChannelData(0);
    for (let place = 0; place < samples.length; place += 1) samples[place] = Math.random() * 2 - 1;
  }
  const source = context.createBufferSource();
  source.buffer = noiseBuffer;
  source.loop = true;
  return source;
}

/** Loud at once, and gone after so many seconds. */
function fading(context, out, when, level, seconds) {
  const gain = context.createGain();
  gain.gain.setValueAtTime(level, when);
  gain.gain.exponentialRampToValueAtTime(0.0008, when + seconds);
  gain.connect(out);
  return gain;
}

function hiss({ context, out, when, level }, { kind, frequency, seconds, q = 0.7 }) {
  const source = noise(context);
  const filter = new BiquadFilterNode(context, { type: kind, frequency, Q: q });
  source.connect(filter).connect(fading(context, out, when, level, seconds));
  source.start(when, Math.random());
  source.stop(when + seconds);
}

function drop({ context, out, when, level }, { from, to, fall, seconds, shape = "sine" }) {
  const source = new OscillatorNode(context, { type: shape, frequency: from });
  source.frequency.setValueAtTime(from, when);
  source.frequency.exponentialRampToValueAtTime(to, when + fall);
  source.connect(fading(context, out, when, level, seconds));
  source.start(when);
  source.stop(when + seconds);
}

const louder = (struck, times) => ({ ...struck, level: struck.level * times });
const later = (struck, seconds) => ({ ...struck, when: struck.when + seconds });

const DRUMS = {
  kick: (struck) => drop(struck, { from: 165, to: 46, fall: 0.11, seconds: 0.42 }),
  snare: (struck) => {
    drop(louder(struck, 0.5), { from: 240, to: 160, fall: 0.06, seconds: 0.16, shape: "triangle" });
    hiss(louder(struck, 0.6), { kind: "highpass", frequency: 1_600, seconds: 0.19 });
  },
  "hihat-closed": (struck) => hiss(louder(struck, 0.4), { kind: "highpass", frequency: 8_200, seconds: 0.06 }),
  "hihat-open": (struck) => hiss(louder(struck, 0.38), { kind: "highpass", frequency: 7_400, seconds: 0.38 }),
  clap: (struck) => [0, 0.011, 0.024].forEach((wait) => {
    hiss(louder(later(struck, wait), 0.5), { kind: "bandpass", frequency: 1_350, seconds: wait < 0.02 ? 0.03 : 0.17, q: 1.3 });
  }),
  "tom-low": (struck) => drop(louder(struck, 0.8), { from: 150, to: 82, fall: 0.2, seconds: 0.4 }),
  "tom-high": (struck) => drop(louder(struck, 0.8), { from: 235, to: 138, fall: 0.18, seconds: 0.32 }),
  crash: (struck) => hiss(louder(struck, 0.38), { kind: "highpass", frequency: 4_800, seconds: 1.2 }),
};
const blip = (struck) => drop(louder(struck, 0.5), { from: 900, to: 620, fall: 0.03, seconds: 0.09, shape: "square" });

/** `velocity` of 0 to 100; a drum that nobody knows is a blip. */
export function drum(context, out, id, when, velocity) {
  const level = (velocity / 100) ** 1.5 * 0.8;
  if (level > 0.001) (DRUMS[id] ?? blip)({ context, out, when, level });
}

const RELEASE = 0.35;

/** A note that sounds until it is let go; comes back with how to do so. */
export function tone(context, out, note, when, velocity) {
  const frequency = 440 * 2 ** ((note - 69) / 12);
  const level = 0.05 + (velocity / 100) ** 1.5 * 0.2;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, when);
  gain.gain.linearRampToValueAtTime(level, when + 0.006);
  gain.gain.setTargetAtTime(level * 0.45, when + 0.006, 0.35);
  const filter = new BiquadFilterNode(context, { type: "lowpass", frequency: Math.min(frequency * 6, 12_000), Q: 0.4 });
  const sources = [["triangle", 0, 1], ["sine", 1200, 0.35]].map(([type, detune, share]) => {
    const source = new OscillatorNode(context, { type, frequency, detune });
    source.connect(new GainNode(context, { gain: share })).connect(filter);
    source.start(when);
    return source;
  });
  filter.connect(gain).connect(out);
  return (end) => {
    gain.gain.cancelScheduledValues(end);
    gain.gain.setTargetAtTime(0, end, RELEASE / 4);
    for (const source of sources) source.stop(end + RELEASE);
  };
}
