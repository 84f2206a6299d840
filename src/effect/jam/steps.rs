//! Patterns that go round: what is programmed, where it is, and what strikes.

use super::board::{Board, Layout};
use super::fade::{self, color};
use super::ground::Ground;
use crate::show::jam::module::Module;
use crate::show::jam::pattern::{FEWEST_TRACKS, Pattern};
use crate::show::jam::played::{each_strike, step_at};
use crate::show::jam::{Jam, Note, millis};
use crate::show::light::Rgb;
use crate::show::time::ShowTime;

/// Of what is programmed; more where it is just now.
const PROGRAMMED: f32 = 0.2;
const AT_HAND: f32 = 0.4;
/// Where it is, also without anything programmed.
const PLAYHEAD: Rgb = [0.06; 3];
/// The notes of the first tracks: the drums' only have colours of them.
const DRUMS_BASE: u8 = 60;
const SEQUENCER_BASE: u8 = 48;

/// One of the two modules that have patterns, at a time.
pub struct Steps<'a> {
    jam: &'a Jam,
    module: Module,
    at: ShowTime,
    /// None if nobody has written in it.
    pattern: Option<&'a Pattern>,
    /// The step that was last, while it plays.
    now: Option<i64>,
}

impl<'a> Steps<'a> {
    pub fn new(jam: &'a Jam, module: Module, at: ShowTime) -> Self {
        let playing = if module == Module::DrumMachine { jam.drums } else { jam.sequencer };
        let pattern = jam.patterns.get(&playing.at(jam.course.beat_at(at))).map(AsRef::as_ref);
        Self { jam, module, at, pattern, now: step_at(jam, at) }
    }

    fn tracks(&self) -> usize {
        self.pattern.map_or(FEWEST_TRACKS, |pattern| pattern.tracks().len())
    }

    fn steps(&self) -> usize {
        self.pattern.map_or(16, Pattern::steps)
    }

    fn note(&self, track: u8) -> u8 {
        let base = if self.module == Module::DrumMachine { DRUMS_BASE } else { SEQUENCER_BASE };
        self.jam.scale.note(self.jam.key, base, track)
    }

    fn color(&self, track: u8, velocity: u8, level: f32) -> Rgb {
        color(self.jam, self.note(track), velocity, level)
    }

    /// In rows and columns; on a line, rows follow each other.
    pub fn draw(&self, ground: &Ground, board: &mut Board) -> Layout {
        let layout = match self.module {
            _ if !ground.is_filled => Layout::Lanes,
            Module::DrumMachine => Layout::Falling,
            _ if ground.is_wide() => Layout::Diamond,
            _ => Layout::Rising,
        };
        let [columns, rows] = ground.room(layout, self.tracks());
        board.clear(self.steps().min(columns), self.tracks().min(rows));
        if layout != Layout::Lanes {
            self.draw_playhead(board);
        }
        if layout != Layout::Lanes || self.now.is_none() {
            self.draw_programmed(board);
        }
        self.each_struck(&mut |struck| {
            let (row, light) = (board.row_of(usize::from(struck.track), self.tracks()), self.light(&struck));
            match struck.place.filter(|_| layout != Layout::Lanes) {
                Some([step, steps]) => board.lighten(board.column_of(step, steps), row, light),
                None => board.lighten_row(row, light),
            }
        });
        layout
    }

    fn place(&self) -> Option<usize> {
        self.now.map(|step| step.rem_euclid(self.steps() as i64) as usize)
    }

    fn draw_playhead(&self, board: &mut Board) {
        if let Some(place) = self.place() {
            board.lighten_column(board.column_of(place, self.steps()), PLAYHEAD);
        }
    }

    fn draw_programmed(&self, board: &mut Board) {
        let place = self.place();
        for (number, track) in self.pattern.iter().flat_map(|pattern| pattern.tracks().iter().enumerate()) {
            let row = board.row_of(number, self.tracks());
            for (step, cell) in track.cells.iter().enumerate().filter(|(_, cell)| cell.enabled) {
                let level = if place == Some(step) { AT_HAND } else { PROGRAMMED };
                board.lighten(board.column_of(step, self.steps()), row, self.color(number as u8, cell.velocity, level));
            }
        }
    }

    /// The tracks that have anything programmed, with the hardest of their steps.
    pub fn each_programmed(&self, see: &mut dyn FnMut(u8, Rgb)) {
        for (number, track) in self.pattern.iter().flat_map(|pattern| pattern.tracks().iter().enumerate()) {
            let enabled = track.cells.iter().filter(|cell| cell.enabled);
            if let Some(hardest) = enabled.map(|cell| cell.velocity).max() {
                see(self.note(number as u8), self.color(number as u8, hardest, PROGRAMMED));
            }
        }
    }

    pub fn is_playing(&self) -> bool {
        self.now.is_some()
    }

    pub fn light(&self, struck: &Struck) -> Rgb {
        color(self.jam, struck.note, struck.velocity, struck.level)
    }

    /// What was struck and still shines.
    pub fn each_struck(&self, see: &mut dyn FnMut(Struck)) {
        let [from, until] = fade::seen(self.at);
        each_strike(self.jam, from, until, &mut |strike| {
            let steps = strike.of.cells.len().max(1);
            if strike.module == self.module {
                see(Struck {
                    track: strike.track,
                    place: Some([strike.step.rem_euclid(steps as i64) as usize, steps]),
                    note: self.note(strike.track),
                    velocity: strike.velocity,
                    level: fade::struck(self.at, strike.at),
                });
            }
        });
        let by_hand = self.jam.notes.iter().filter(|note| note.module == self.module);
        by_hand.filter_map(|note| self.by_hand(note)).filter(|struck| struck.level > 0.0).for_each(see);
    }

    /// A note on the drums is a track that is struck; on the sequencer it is held, at the track that is nearest to it.
    fn by_hand(&self, note: &Note) -> Option<Struck> {
        if self.module == Module::DrumMachine {
            let pattern = self.pattern?;
            let track = pattern.tracks().get(usize::from(note.note)).filter(|track| pattern.is_heard(track))?;
            let velocity = (u32::from(note.velocity) * u32::from(track.volume) / 100) as u8;
            let level = fade::struck(self.at, millis(note.at));
            return Some(Struck { track: note.note, place: None, note: self.note(note.note), velocity, level });
        }
        let level = fade::held(self.at, note);
        let track = (0..self.tracks() as u8).min_by_key(|track| self.note(*track).abs_diff(note.note))?;
        Some(Struck { track, place: None, note: note.note, velocity: note.velocity, level })
    }
}

pub struct Struck {
    pub track: u8,
    /// Its step of how many; None if it was struck by hand.
    pub place: Option<[usize; 2]>,
    pub note: u8,
    pub velocity: u8,
    pub level: f32,
}

/// How hard the drums were struck just now: 0 to 1.
pub fn thrust(jam: &Jam, at: ShowTime) -> f32 {
    let mut most = 0.0;
    Steps::new(jam, Module::DrumMachine, at).each_struck(&mut |struck| {
        let hard = struck.level * f32::from(struck.velocity) / 100.0;
        most = if hard > most { hard } else { most };
    });
    most
}
