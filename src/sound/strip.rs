//! One input in the mix: its samples, its place between left and right, its loudness, its meter.

use std::collections::BTreeMap;
use std::f32::consts::{FRAC_PI_4, SQRT_2};
use std::sync::Arc;

use super::decibel::factor;
use super::decks::Decks;
use super::edge::Edge;
use super::generate::Generator;
use super::jammed::Jammed;
use super::meter::{Level, Meter};
use super::plan::{Heard, Source};
use super::ramp::{self, Sides};
use crate::frame::jams::{JamBoard, LiveJam};
use crate::frame::sound::{CHANNELS, SAMPLE_RATE, SAMPLES_PER_CHUNK};
use crate::frame::tap::Tap;
use crate::show::ids::InputId;
use crate::show::mixer::Faders;

pub struct Voice {
    pub input: InputId,
    /// There for a jam.
    jammed: Option<Box<Jammed>>,
    /// What several taps give, before it is one.
    aside: Option<Box<[f32; SAMPLES_PER_CHUNK * CHANNELS]>>,
    /// This piece, as it goes into the mix but for ducking. Meaningless while it is not audible.
    pub samples: Box<[f32; SAMPLES_PER_CHUNK * CHANNELS]>,
    /// What ducking leaves of it, at the end of the last piece.
    pub ducked: f32,
    edge: Edge,
    source: Source,
    delay_ms: u16,
    /// Gain and pan, at the end of the last piece.
    faders: Faders,
    /// Weight, mute and solo, at the end of the last piece.
    open: f32,
    /// The same before this piece.
    open_before: f32,
    is_planned: bool,
    /// Whether `samples` hold anything.
    is_there: bool,
    is_audible: bool,
    is_short: bool,
    meter: Meter,
}

/// Where voices find what they are made of.
pub struct Sounds<'a> {
    pub taps: &'a BTreeMap<InputId, Arc<Tap>>,
    pub decks: &'a Decks,
    pub jams: &'a JamBoard,
}

impl<'a> Sounds<'a> {
    fn tap(&self, input: &InputId) -> Option<&'a Tap> {
        self.taps.get(input).map(Arc::as_ref)
    }
}

/// Equal power: both squares make 2 wherever it stands, and the middle is 1.
fn pan(pan: f32) -> Sides {
    let angle = (pan.clamp(-1.0, 1.0) + 1.0) * FRAC_PI_4;
    if pan == 0.0 { [1.0; 2] } else { [SQRT_2 * angle.cos(), SQRT_2 * angle.sin()] }
}

fn sides(faders: &Faders) -> Sides {
    let gain = if faders.gain_db == 0.0 { 1.0 } else { factor(faders.gain_db) };
    pan(faders.pan).map(|side| side * gain * faders.volume)
}

impl Voice {
    /// It fades in from silence.
    pub fn new(heard: &Heard) -> Self {
        Self {
            input: heard.input.clone(),
            aside: (heard.source == Source::Decks).then(|| Box::new([0.0; SAMPLES_PER_CHUNK * CHANNELS])),
            jammed: None,
            samples: Box::new([0.0; SAMPLES_PER_CHUNK * CHANNELS]),
            ducked: 1.0,
            edge: Edge::default(),
            source: heard.source,
            delay_ms: heard.strip.delay_ms,
            faders: heard.moving.map_or(Faders::of(&heard.strip), |moving| moving[0]),
            open: 0.0,
            open_before: 0.0,
            is_planned: true,
            is_there: false,
            is_audible: false,
            is_short: false,
            meter: Meter::default(),
        }
    }

    /// Makes the piece from position `first` on, but for its weight: so it is measured. `heard` is None when the plan has it no
    /// more: then it fades away.
    pub fn make(&mut self, heard: Option<&Heard>, others_solo: bool, sounds: &Sounds<'_>, first: i64, is_measured: bool) {
        self.is_planned = heard.is_some();
        let mut open = 0.0;
        if let Some(heard) = heard {
            if heard.strip.delay_ms != self.delay_ms || heard.source != self.source {
                self.edge.jump();
            }
            (self.delay_ms, self.source) = (heard.strip.delay_ms, heard.source);
            let silenced = heard.strip.mute || (others_solo && !heard.strip.solo);
            open = if silenced { 0.0 } else { heard.weight.clamp(0.0, 1.0) };
        }
        self.open_before = std::mem::replace(&mut self.open, open);
        self.is_audible = open > 0.0 || self.open_before > 0.0;
        (self.is_short, self.is_there) = (false, false);
        if !self.is_audible && !is_measured {
            // Whenever it is heard again it fades in.
            self.edge = Edge::default();
            self.turn(heard);
            return;
        }
        self.is_there = self.fetch(sounds, first);
        self.is_audible &= self.is_there;
        self.turn(heard);
    }

    /// Gain and pan, from where they were to where they are to be; what fades away keeps them.
    fn turn(&mut self, heard: Option<&Heard>) {
        let last = [heard.map_or(self.faders, |heard| Faders::of(&heard.strip))];
        let way = heard.and_then(|heard| heard.moving.as_ref()).map_or(&last[..], |moving| moving);
        let step = self.samples.len() / way.len();
        for (samples, faders) in self.samples.chunks_exact_mut(step).zip(way) {
            let before = std::mem::replace(&mut self.faders, *faders);
            if self.is_there {
                ramp::scale(samples, sides(&before), sides(faders));
            }
        }
    }

    /// The piece as it was made; empty when it is silence.
    pub fn piece(&self) -> &[f32] {
        if self.is_there { &self.samples[..] } else { &[] }
    }

    pub fn measure(&mut self) {
        let Self { meter, samples, is_there, .. } = self;
        meter.add(if *is_there { &samples[..] } else { &[] });
    }

    /// Makes it as loud as it is to be heard.
    pub fn weigh(&mut self) {
        if self.is_there {
            ramp::scale(&mut self.samples[..], [self.open_before; 2], [self.open; 2]);
        }
    }

    /// Whether there is anything but silence.
    fn fetch(&mut self, sounds: &Sounds<'_>, first: i64) -> bool {
        let first = first - i64::from(self.delay_ms) * i64::from(SAMPLE_RATE / 1_000);
        let there = match self.source {
            Source::Generated(Generator::Silence) => 0,
            Source::Generated(generator) => {
                generator.fill(first, &mut self.samples[..]);
                SAMPLES_PER_CHUNK
            }
            Source::Jam(code) => self.jam(sounds.jams.get(code).as_ref(), first),
            Source::Tap => sounds.tap(&self.input).map_or(0, |tap| tap.read_marked(first, &mut self.samples[..])),
            Source::Decks => match &mut self.aside {
                Some(aside) => sounds.decks.read(first, |input| sounds.tap(input), &mut self.samples[..], &mut aside[..]),
                None => 0,
            },
        };
        // The player falls silent when what it plays is over.
        self.is_short = self.source == Source::Tap && there < SAMPLES_PER_CHUNK;
        if there == 0 {
            if self.edge.is_still() {
                return false;
            }
            self.samples.fill(f32::NAN);
        }
        self.edge.soften(&mut self.samples[..], there == SAMPLES_PER_CHUNK);
        true
    }

    fn jam(&mut self, live: Option<&LiveJam>, first: i64) -> usize {
        let Some(live) = live else {
            self.jammed = None;
            return 0;
        };
        if !self.jammed.get_or_insert_default().fill(live, first, &mut self.samples[..]) {
            self.edge.jump();
        }
        SAMPLES_PER_CHUNK
    }

    pub fn is_audible(&self) -> bool {
        self.is_audible
    }

    /// It is to be heard, and its tap had less than the whole piece.
    pub fn ran_short(&self) -> bool {
        self.is_short && self.open > 0.0
    }

    /// The plan has it no more, and it has faded away.
    pub fn is_over(&self) -> bool {
        !self.is_planned && self.open == 0.0
    }

    pub fn level(&self) -> Level {
        self.meter.level()
    }

    pub fn restart_meter(&mut self) {
        self.meter = Meter::default();
    }

    /// Mean square of both sides; nothing while it is not audible.
    pub fn power(&self) -> f32 {
        if !self.is_audible {
            return 0.0;
        }
        self.samples.iter().map(|sample| sample * sample).sum::<f32>() / self.samples.len() as f32
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::frame::tap::time_of;
    use crate::show::mixer::Strip;

    fn heard(strip: Strip, weight: f32) -> Heard {
        let source = Source::Generated(Generator::Tone { hz: 1_000.0, dbfs: 0.0 });
        Heard { input: InputId::new("a").unwrap(), source, strip, moving: None, weight }
    }

    static NOTHING: Decks = Decks([None, None]);

    static NO_JAMS: LazyLock<JamBoard> = LazyLock::new(JamBoard::default);

    fn sounds(taps: &BTreeMap<InputId, Arc<Tap>>) -> Sounds<'_> {
        Sounds { taps, decks: &NOTHING, jams: &NO_JAMS }
    }

    #[test]
    fn the_pan_law_is_equal_power() {
        let near = |sides: Sides, expected: Sides| {
            assert!(sides.iter().zip(expected).all(|(side, expected)| (side - expected).abs() < 1e-6), "{sides:?}");
        };
        near(pan(0.0), [1.0, 1.0]);
        near(pan(-1.0), [SQRT_2, 0.0]);
        near(pan(1.0), [0.0, SQRT_2]);
        for place in -10..=10 {
            let [left, right] = pan(place as f32 / 10.0);
            assert!((left * left + right * right - 2.0).abs() < 1e-5);
        }
        near(sides(&Faders::of(&Strip { gain_db: -6.0, ..Strip::default() })), [0.501_187_2; 2]);
    }

    #[test]
    fn nothing_that_is_turned_makes_a_click() {
        let quiet = Strip { gain_db: -60.0, ..Strip::default() };
        let mute = Strip { mute: true, ..Strip::default() };
        let left = Strip { pan: -1.0, ..Strip::default() };
        let late = Strip { delay_ms: 777, ..Strip::default() };
        let turns = [Strip::default(), quiet, Strip::default(), mute, left.clone(), late, left, Strip::default()];
        let mut voice = Voice::new(&heard(turns[0].clone(), 1.0));
        let mut all = Vec::new();
        let none = BTreeMap::new();
        for (piece, strip) in turns.iter().flat_map(|strip| [strip; 5]).enumerate() {
            let weight = if piece % 10 == 9 { 0.3 } else { 1.0 };
            voice.make(Some(&heard(strip.clone(), weight)), false, &sounds(&none), piece as i64 * 480, true);
            voice.weigh();
            all.extend_from_slice(&voice.samples[..]);
        }
        voice.make(None, false, &sounds(&none), 0, true);
        voice.weigh();
        all.extend_from_slice(&voice.samples[..]);
        assert!(all[all.len() - 2].abs() < 1e-3 && voice.is_over());
        // A full sine of 1 kHz has steps of 0.131; a change of gain over 10 ms adds little to that.
        let steepest = all.windows(3).map(|pair| (pair[2] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.131 * SQRT_2 * 1.05, "{steepest}");
    }

    #[test]
    fn a_delay_comes_from_the_tap_and_what_is_missing_is_told() {
        let tap = Tap::new();
        let (taps, none) = (BTreeMap::from([(InputId::new("a").unwrap(), tap.clone())]), BTreeMap::new());
        let wave: Vec<f32> = (0..48_000).flat_map(|index| [(index % 997) as f32 / 997.0; 2]).collect();
        tap.write(time_of(0), &wave);
        let mut late = heard(Strip { delay_ms: 100, ..Strip::default() }, 1.0);
        late.source = Source::Tap;
        let mut voice = Voice::new(&late);
        for piece in 50..60 {
            voice.make(Some(&late), false, &sounds(&taps), piece * 480, false);
            voice.weigh();
            assert!(!voice.ran_short());
        }
        assert_eq!(voice.samples[..], wave[49 * 960..50 * 960]);
        voice.make(Some(&late), false, &sounds(&taps), 48_000 + 4_800 - 240, false);
        assert!(voice.ran_short() && voice.is_audible());
        for piece in 0..3 {
            voice.make(Some(&late), false, &sounds(&none), 60_000 + piece * 480, false);
        }
        assert!(voice.ran_short() && !voice.is_audible(), "and costs nothing");
    }
}
