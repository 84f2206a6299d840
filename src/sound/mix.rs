//! The mix: a beep for each test pattern on air, in time with the pattern's flash. A pure function of the show and the time.

use std::f32::consts::TAU;

use crate::frame::sound::{CHANNELS, ChunkNumber, SAMPLE_RATE, SAMPLES_PER_CHUNK};
use crate::show::Show;
use crate::show::layer::{Content, Layer};
use crate::show::stream::Stream;

/// Pieces from the beginning of each second that the beep lasts: 100 ms, as long as the pattern's flash is white.
pub const BEEP_CHUNKS: u64 = 10;

const CHUNKS_PER_SECOND: u64 = 100;
const PITCH_HZ: f32 = 1_000.0;
/// -18 dBFS.
const AMPLITUDE: f32 = 0.125_892_54;
/// 1.5 ms of rise and fall, so that the beep has no click.
const FADE_SAMPLES: f32 = 72.0;

/// What a piece of sound holds. Equal ones sound alike, so they can be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Silence,
    Beep {
        /// How many patterns beep at once.
        voices: u16,
        /// Which piece of the beep it is, below `BEEP_CHUNKS`.
        piece: u16,
    },
}

/// What is heard during a chunk.
pub fn heard(show: &Show, chunk: ChunkNumber) -> Heard {
    let piece = chunk.0 % CHUNKS_PER_SECOND;
    // While the show is held its time stands still, and so does its sound.
    if piece >= BEEP_CHUNKS || matches!(show.stream, Stream::Paused { .. }) {
        return Heard::Silence;
    }
    let beeping = show.program_scene().map_or(0, |scene| scene.layers.iter().filter(|layer| beeps(layer)).count());
    match u16::try_from(beeping).unwrap_or(u16::MAX) {
        0 => Heard::Silence,
        voices => Heard::Beep { voices, piece: piece as u16 },
    }
}

fn beeps(layer: &Layer) -> bool {
    layer.visible && layer.opacity > 0.0 && matches!(layer.content, Content::Pattern { beep: true })
}

/// The samples of a chunk; `out` has room for `SAMPLES_PER_CHUNK * CHANNELS` of them.
pub fn mix(show: &Show, chunk: ChunkNumber, out: &mut [f32]) {
    render(heard(show, chunk), out);
}

/// The samples of what is heard.
pub fn render(heard: Heard, out: &mut [f32]) {
    let Heard::Beep { voices, piece } = heard else {
        out.fill(0.0);
        return;
    };
    let first = usize::from(piece) * SAMPLES_PER_CHUNK;
    for (index, frame) in out.chunks_exact_mut(CHANNELS).enumerate() {
        let value = f32::from(voices) * beep(first + index);
        frame.fill(value.clamp(-1.0, 1.0));
    }
}

/// The beep, this many samples after its beginning.
fn beep(sample: usize) -> f32 {
    let (at, end) = (sample as f32, (BEEP_CHUNKS as usize * SAMPLES_PER_CHUNK) as f32);
    let fade = (at / FADE_SAMPLES).min((end - at) / FADE_SAMPLES).clamp(0.0, 1.0);
    AMPLITUDE * fade * (TAU * PITCH_HZ / SAMPLE_RATE as f32 * at).sin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::time::ShowTime;

    const LENGTH: usize = SAMPLES_PER_CHUNK * CHANNELS;

    fn show(layers: &str) -> Show {
        serde_json::from_str(&format!(
            r#"{{"config":{},"stream":{{"status":"stopped"}},"scenes":{{"s":{{"id":"s","layers":[{layers}]}}}},
                "program":{{"scene":"s","since":0}},"destinations":{{}},"assets":{{}}}}"#,
            serde_json::to_string(&crate::show::stream::StreamConfig::default()).expect("a config"),
        ))
        .expect("a show")
    }

    fn second(show: &Show) -> Vec<f32> {
        let mut samples = vec![f32::NAN; LENGTH * CHUNKS_PER_SECOND as usize];
        for (chunk, out) in (700..).zip(samples.chunks_exact_mut(LENGTH)) {
            mix(show, ChunkNumber(chunk), out);
        }
        samples
    }

    #[test]
    fn a_pattern_beeps_for_a_tenth_of_each_second() {
        let samples = second(&show(r#"{"id":"a","kind":"pattern"}"#));
        let beep = LENGTH * BEEP_CHUNKS as usize;
        let peak = samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
        assert!((20.0 * peak.log10() + 18.0).abs() < 0.1, "{peak}");
        assert!(samples[beep..].iter().all(|sample| *sample == 0.0));
        let rising = |pair: &&[f32]| pair[0] < 0.0 && pair[CHANNELS] >= 0.0;
        let periods = samples[..beep].windows(CHANNELS + 1).step_by(CHANNELS).filter(rising).count();
        assert!((98..=100).contains(&periods), "1 kHz: {periods}");
        let steepest = samples.windows(3).map(|pair| (pair[2] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < AMPLITUDE * TAU * PITCH_HZ / SAMPLE_RATE as f32 * 1.2, "no click: {steepest}");
    }

    #[test]
    fn only_what_is_on_air_beeps() {
        let chunk = ChunkNumber(100);
        let check = |layers: &str, expected: Heard| assert_eq!(heard(&show(layers), chunk), expected, "{layers}");
        let pattern = |id: &str, extra: &str| format!(r#"{{"id":"{id}","kind":"pattern"{extra}}}"#);
        check("", Heard::Silence);
        check(&pattern("a", ""), Heard::Beep { voices: 1, piece: 0 });
        check(&[pattern("a", ""), pattern("b", "")].join(","), Heard::Beep { voices: 2, piece: 0 });
        check(&pattern("a", r#","beep":false"#), Heard::Silence);
        check(&pattern("a", r#","visible":false"#), Heard::Silence);
        check(&pattern("a", r#","opacity":0"#), Heard::Silence);
        let mut held = show(&pattern("a", ""));
        held.stream = Stream::Paused { since: ShowTime(0), at: ShowTime(1) };
        assert_eq!(heard(&held, chunk), Heard::Silence);
        held.program = None;
        assert_eq!(heard(&held, chunk), Heard::Silence);
    }
}
