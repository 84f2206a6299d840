//! Makes a plan audible: every input through its strip, ducking, their sum through the master, and the meters beside them.
//!
//! The limiter looks 5 ms ahead, so what is mixed for a piece is what is due 5 ms after it begins: what leaves is on time.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::decibel::factor;
use super::duck::Ducks;
use super::generate::add_beep;
use super::levels::{Levels, LevelsHandle};
use super::limit::{LOOK_AHEAD, Limiter};
use super::look::Looks;
use super::loudness::{Loudness, LoudnessMeter};
use super::meter::Meter;
use super::pieces::LENGTH;
use super::plan::{Heard, MixPlan, Shown};
use super::ramp;
use super::strip::{Sounds, Voice};
use crate::frame::jams::JamBoard;
use crate::frame::sight::Sights;
use crate::frame::sound::{ChunkNumber, SAMPLES_PER_CHUNK};
use crate::frame::tap::Tap;
use crate::show::ids::InputId;
use crate::show::mixer::Master;
use crate::show::time::ShowTime;

type TapsNow = BTreeMap<InputId, Arc<Tap>>;

/// Three for every ten pieces: thirty a second.
const PUBLISHED: u64 = 3;
/// Loudness looks at seconds of samples; ten times a second is what the standard asks for.
const PIECES_PER_LOUDNESS: u64 = 10;
/// One is the newest, one is being filled, and a door may hold another for a moment.
const SPARE_LEVELS: usize = 3;
/// After this many silent pieces (3.2 s) no silence more changes anything: the limiter and every loudness window hold nothing else.
const AT_REST: u64 = 320;

/// What a piece turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Nothing is heard, and the samples were not written.
    pub at_rest: bool,
    /// Inputs that are heard and had too little to give.
    pub short: u64,
}

pub struct Mix {
    voices: Vec<Voice>,
    ducks: Ducks,
    /// As loud as all beeps together were at the end of the last piece.
    beeps: f32,
    /// The master's gain at the end of the last piece.
    gain: f32,
    limiter: Limiter,
    loudness_meter: LoudnessMeter,
    meter: Meter,
    loudness: Loudness,
    levels: LevelsHandle,
    looks: Looks,
    jams: Arc<JamBoard>,
    spare_levels: Vec<Arc<Levels>>,
    was_metered: bool,
    programme: Option<ShowTime>,
    /// Silent pieces in a row.
    silent: u64,
}

impl Mix {
    pub fn new(levels: LevelsHandle, sights: Arc<Sights>, jams: Arc<JamBoard>) -> Self {
        Self {
            voices: Vec::new(),
            ducks: Ducks::default(),
            beeps: 0.0,
            gain: 1.0,
            limiter: Limiter::new(),
            loudness_meter: LoudnessMeter::new(),
            meter: Meter::default(),
            loudness: Loudness::default(),
            levels,
            looks: Looks::new(sights),
            jams,
            spare_levels: Vec::with_capacity(SPARE_LEVELS),
            was_metered: false,
            programme: None,
            silent: 0,
        }
    }

    /// After a time in which nothing was mixed: what was on its way then is not for now. Loudness goes on, it is of the programme.
    pub fn begin(&mut self) {
        self.voices.clear();
        self.ducks = Ducks::default();
        self.limiter = Limiter::new();
        self.beeps = 0.0;
        self.was_metered = false;
        self.silent = 0;
    }

    /// The samples of that chunk.
    pub fn make(&mut self, plan: &MixPlan, taps: &TapsNow, chunk: ChunkNumber, out: &mut [f32; LENGTH]) -> Made {
        let metered = self.levels.is_watched();
        if !metered && self.silent >= AT_REST && self.stays_silent(plan) {
            return Made { at_rest: true, short: 0 };
        }
        if metered && !self.was_metered {
            self.voices.iter_mut().for_each(Voice::restart_meter);
            self.meter = Meter::default();
        }
        let first = i64::try_from(chunk.0).unwrap_or(0) * SAMPLES_PER_CHUNK as i64 + LOOK_AHEAD as i64;
        let shown = (!plan.shown.is_nothing() && self.looks.are_wanted(chunk.time())).then_some((&plan.shown, chunk));
        self.speak(plan, taps, first, (metered, shown));
        self.sum(plan, first, out);
        self.finish(&plan.mixer.master, out);
        self.programme = plan.programme;
        self.loudness_meter.add(plan.programme, out);
        if metered {
            self.measure(chunk, out);
        }
        if let Some((shown, chunk)) = shown {
            self.looks.keep(|of| shown.has(of));
            if shown.program {
                self.looks.add(None, chunk, out);
            }
        }
        self.was_metered = metered;
        self.silent = if out.iter().all(|sample| *sample == 0.0) { self.silent + 1 } else { 0 };
        let short = self.voices.iter().filter(|voice| voice.ran_short()).count() as u64;
        Made { at_rest: false, short }
    }

    fn stays_silent(&self, plan: &MixPlan) -> bool {
        let no_beep = plan.beeps == 0 && self.beeps == 0.0;
        plan.inputs.is_empty() && self.voices.is_empty() && no_beep && plan.programme == self.programme
    }

    fn speak(
        &mut self,
        plan: &MixPlan,
        taps: &TapsNow,
        first: i64,
        (metered, shown): (bool, Option<(&Shown, ChunkNumber)>),
    ) {
        self.voices.retain(|voice| !voice.is_over());
        for (index, heard) in plan.inputs.iter().enumerate() {
            // As a rule they stand in the order of the plan.
            let is_known = |voice: &Voice| voice.input == heard.input;
            if !self.voices.get(index).is_some_and(is_known) && !self.voices.iter().any(is_known) {
                self.voices.insert(index.min(self.voices.len()), Voice::new(heard));
            }
        }
        let sounds = Sounds { taps, decks: &plan.decks, jams: &self.jams };
        let solo = plan.inputs.iter().any(|heard| heard.strip.solo);
        for (index, voice) in self.voices.iter_mut().enumerate() {
            let is_its = |heard: &&Heard| heard.input == voice.input;
            let heard = plan.inputs.get(index).filter(is_its).or_else(|| plan.inputs.iter().find(is_its));
            let shown = shown.filter(|(shown, _)| shown.has(Some(&voice.input)));
            voice.make(heard, solo, &sounds, first, metered || shown.is_some());
            if metered {
                voice.measure();
            }
            if let Some((_, chunk)) = shown {
                self.looks.add(Some(&voice.input), chunk, voice.piece());
            }
            voice.weigh();
        }
        self.ducks.listen(&plan.mixer.ducks, &self.voices);
    }

    fn sum(&mut self, plan: &MixPlan, first: i64, out: &mut [f32; LENGTH]) {
        out.fill(0.0);
        for voice in &mut self.voices {
            let left = self.ducks.left_of(&plan.mixer.ducks, &voice.input);
            let before = std::mem::replace(&mut voice.ducked, left);
            if voice.is_audible() {
                ramp::add(out, &voice.samples[..], before, left);
            }
        }
        let beeps = std::mem::replace(&mut self.beeps, f32::from(plan.beeps));
        add_beep(first, beeps, self.beeps, out);
    }

    fn finish(&mut self, master: &Master, out: &mut [f32; LENGTH]) {
        let gain = match (master.mute, master.gain_db) {
            (true, _) => 0.0,
            (false, 0.0) => 1.0,
            (false, gain_db) => factor(gain_db),
        };
        let before = std::mem::replace(&mut self.gain, gain);
        ramp::scale(out, [before; 2], [gain; 2]);
        self.limiter.pass(out, master.limiter.map(factor));
    }

    fn measure(&mut self, chunk: ChunkNumber, out: &[f32; LENGTH]) {
        self.meter.add(out);
        if chunk.0.is_multiple_of(PIECES_PER_LOUDNESS) || !self.was_metered {
            self.loudness = self.loudness_meter.loudness();
        }
        if chunk.0 * PUBLISHED / 10 != (chunk.0 + 1) * PUBLISHED / 10 {
            self.publish(ChunkNumber(chunk.0 + 1));
        }
    }

    fn publish(&mut self, end: ChunkNumber) {
        let free = self.spare_levels.iter_mut().position(|spare| Arc::get_mut(spare).is_some());
        let mut levels = free.map_or_else(Arc::default, |place| self.spare_levels.swap_remove(place));
        if let Some(levels) = Arc::get_mut(&mut levels) {
            levels.at = end.time();
            levels.master = self.meter.level();
            levels.loudness = self.loudness;
            levels.inputs.clear();
            levels.inputs.extend(self.voices.iter().map(|voice| (voice.input.clone(), voice.level())));
        }
        let before = self.levels.publish(levels);
        if self.spare_levels.len() < SPARE_LEVELS {
            self.spare_levels.push(before);
        }
    }
}
