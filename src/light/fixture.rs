//! A fixture, ready to be computed: from the pixels of zones to what its LEDs are told.

use std::sync::Arc;

use super::finish::{Draw, Finish, PowerLimit};
use crate::frame::exchange::Exchange;
use crate::frame::leds::{LedBoard, LedFrame};
use crate::show::Show;
use crate::show::ids::{SupplyId, ZoneId};
use crate::show::light::Rgb;
use crate::show::light::fixture::{Fixture, Wire};
use crate::show::time::ShowTime;

/// A run of pixels of one zone, as it was at one time.
struct Run {
    zone: usize,
    first: usize,
    count: usize,
    reversed: bool,
}

pub struct FixtureStage {
    fixture: Arc<Fixture>,
    runs: Vec<Run>,
    pixels: Vec<Rgb>,
    finish: Finish,
    limit: PowerLimit,
    slot: Arc<Exchange<LedFrame>>,
    dither: bool,
    deep: Vec<u16>,
    /// How far its own limit lets it shine in this frame.
    pub own_scale: f32,
}

/// How often it flashes while it is looked for.
const FLASH_MICROS: i64 = 250_000;

impl FixtureStage {
    /// `place` says where the zones are; what is in none is dark.
    pub fn new(
        show: &Show,
        fixture: &Arc<Fixture>,
        board: &LedBoard,
        place: impl Fn(&ZoneId) -> Option<usize>,
        before: Option<FixtureStage>,
    ) -> Self {
        let runs: Vec<Run> = runs(show, fixture, place);
        let pixels: usize = runs.iter().map(|run| run.count).sum();
        let fps = f64::from(show.house.settings.fps);
        let slot = board.slot(&fixture.id);
        let kept = before.filter(|before| before.pixels.len() == pixels && before.fixture.channels() == fixture.channels());
        let (limit, finish, deep) = match kept {
            // What was rounded off is remembered, and a limit that holds goes on holding.
            Some(FixtureStage { limit, mut finish, deep, .. }) => {
                finish.set(&fixture.correction);
                (limit, finish, deep)
            }
            None => {
                let finish = Finish::new(&fixture.correction, pixels, fixture.channels());
                (PowerLimit::new(), finish, Vec::new())
            }
        };
        let dither = fixture.correction.dither.is_on_at(fps);
        Self {
            fixture: fixture.clone(),
            runs,
            pixels: vec![[0.0; 3]; pixels],
            finish,
            limit,
            slot,
            dither,
            deep,
            own_scale: 1.0,
        }
    }

    pub fn fixture(&self) -> &Arc<Fixture> {
        &self.fixture
    }

    pub fn latency_ms(&self) -> i32 {
        self.fixture.latency_ms
    }

    pub fn supply(&self) -> Option<&SupplyId> {
        self.fixture.power_limit.as_ref()?.supply.as_ref()
    }

    pub fn zones(&self) -> impl Iterator<Item = usize> {
        self.runs.iter().map(|run| run.zone)
    }

    /// Takes what its zones show.
    pub fn gather<'a>(&mut self, at: ShowTime, zone: impl Fn(usize) -> &'a [Rgb]) {
        let mut free = self.pixels.as_mut_slice();
        for run in &self.runs {
            let count = run.count.min(free.len());
            let (own, rest) = std::mem::take(&mut free).split_at_mut(count);
            free = rest;
            let pixels = zone(run.zone);
            let from = pixels.get(run.first..).unwrap_or_default();
            let from = from.get(..run.count).unwrap_or(from);
            let (lit, dark) = own.split_at_mut(from.len());
            lit.copy_from_slice(from);
            dark.fill([0.0; 3]);
            if run.reversed {
                own.reverse();
            }
        }
        if self.fixture.identify_until.is_some_and(|until| at < until) {
            let lit = at.micros().div_euclid(FLASH_MICROS) % 2 == 0;
            self.pixels.fill(if lit { [1.0; 3] } else { [0.0; 3] });
        }
        self.finish.light(&self.pixels);
    }

    /// What it would draw, by its own limit at most; and by how much that makes it darker.
    pub fn limited(&mut self, dt_s: f64) -> (Draw, f32) {
        let wanted = self.finish.draw();
        let own = self.fixture.limit_mw().map_or(1.0, |budget| self.limit.scale(wanted, budget, dt_s));
        (wanted.scaled(own), own)
    }

    /// Makes the frame, and puts it where whoever sends it looks; false if there is no buffer, because nobody gives any back.
    pub fn post(&mut self, due: ShowTime, scale: f32) -> bool {
        let Some(mut frame) = self.slot.buffer() else { return false };
        frame.due = due;
        frame.scale = scale;
        frame.draw_mw = self.finish.draw().scaled(scale).total_mw() as f32;
        frame.bytes.clear();
        frame.deep.clear();
        if matches!(self.fixture.wire, Wire::Apa102 { .. }) {
            self.finish.write16(scale, self.dither, &mut self.deep);
            frame.deep.extend_from_slice(self.deep.as_chunks::<3>().0);
        } else {
            self.finish.write(scale, self.dither, &mut frame.bytes);
        }
        self.slot.put(frame);
        true
    }
}

fn runs(show: &Show, fixture: &Fixture, place: impl Fn(&ZoneId) -> Option<usize>) -> Vec<Run> {
    let run = |segment: &crate::show::light::fixture::Segment| {
        let has = show.zones.get(&segment.zone)?.geometry.pixel_count();
        let count = segment.count.unwrap_or(has.saturating_sub(segment.first));
        Some(Run {
            zone: place(&segment.zone)?,
            first: segment.first as usize,
            count: count as usize,
            reversed: segment.reversed,
        })
    };
    fixture.segments.iter().filter_map(run).collect()
}
