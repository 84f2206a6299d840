//! Everything that is lit, ready to be computed: zones, fixtures and supplies of one show.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::finish::{Draw, PowerLimit};
use super::fixture::FixtureStage;
use super::house::HouseStage;
use super::zone::{Around, ZoneStage, pass};
use crate::frame::leds::{LedBoard, LitElsewhere, ZoneFrame};
use crate::show::Show;
use crate::show::ids::{FixtureId, InputId, PaletteId, SupplyId, ZoneId};
use crate::show::jam::code::JamCode;
use crate::show::light::Rgb;
use crate::show::light::animation::Needs;
use crate::show::light::fixture::Fixture;
use crate::show::light::house::{House, HouseState, MainMode};
use crate::show::light::palette::Palette;
use crate::show::light::zone::Zone;
use crate::show::time::ShowTime;

/// What it was made of.
#[derive(Clone, Default)]
struct Origin {
    house: Arc<House>,
    zones: Arc<BTreeMap<ZoneId, Arc<Zone>>>,
    fixtures: Arc<BTreeMap<FixtureId, Arc<Fixture>>>,
    palettes: Arc<BTreeMap<PaletteId, Arc<Palette>>>,
}

#[derive(Default)]
pub struct Stage {
    origin: Origin,
    house: HouseStage,
    zones: Vec<LitZone>,
    fixtures: Vec<FixtureStage>,
    supplies: Vec<SharedSupply>,
    scratch: Scratch,
}

/// A zone, and what it shows at each of the times that somebody wants to see.
struct LitZone {
    stage: ZoneStage,
    seen: Vec<Seen>,
}

struct Seen {
    latency_ms: i32,
    pixels: Vec<Rgb>,
}

struct SharedSupply {
    id: SupplyId,
    budget_mw: f64,
    limit: PowerLimit,
    wanted: Draw,
    scale: f32,
}

/// As large as the largest zone.
#[derive(Default)]
struct Scratch {
    coming: Vec<Rgb>,
    old: Vec<f32>,
    new: Vec<f32>,
}

impl Stage {
    /// Makes it what this show needs. Allocates, where something changed.
    pub fn set(&mut self, show: &Show, board: &LedBoard) {
        if self.origin.is_of(show) {
            return;
        }
        let before = std::mem::take(self);
        let fresh_palettes = !Arc::ptr_eq(&before.origin.palettes, &show.palettes);
        let mut old_zones: BTreeMap<ZoneId, LitZone> =
            before.zones.into_iter().map(|lit| (lit.stage.zone().id.clone(), lit)).collect();
        let mut old_fixtures: BTreeMap<FixtureId, FixtureStage> =
            before.fixtures.into_iter().map(|stage| (stage.fixture().id.clone(), stage)).collect();
        self.origin = Origin::of(show);
        self.house = HouseStage::new(&show.house);
        self.zones = show
            .zones
            .values()
            .map(|zone| match old_zones.remove(&zone.id).map(|lit| lit.stage) {
                Some(stage) if stage.is_of(zone) && !fresh_palettes => stage,
                stage => ZoneStage::new(show, zone, stage),
            })
            .map(|stage| LitZone { stage, seen: Vec::new() })
            .collect();
        let places: BTreeMap<&ZoneId, usize> = show.zones.keys().zip(0..).collect();
        let lit = show.fixtures.values().filter(|fixture| fixture.enabled && !fixture.segments.is_empty());
        self.fixtures = lit
            .map(|fixture| {
                let before = old_fixtures.remove(&fixture.id);
                FixtureStage::new(show, fixture, board, |zone| places.get(zone).copied(), before)
            })
            .collect();
        drop(old_fixtures);
        board.keep_only(|id| show.fixtures.contains_key(id));
        self.supplies = supplies(show, before.supplies);
        self.see();
    }

    /// Makes room for every time at which somebody sees a zone. Whoever looks on sees it as it is now.
    fn see(&mut self) {
        let most = self.zones.iter().map(|lit| lit.stage.pixels()).max().unwrap_or(0);
        self.scratch = Scratch { coming: vec![[0.0; 3]; most], old: vec![0.0; most], new: vec![0.0; most] };
        for lit in &mut self.zones {
            lit.seen.push(Seen { latency_ms: 0, pixels: vec![[0.0; 3]; lit.stage.pixels()] });
        }
        for fixture in &self.fixtures {
            for zone in fixture.zones() {
                let Some(lit) = self.zones.get_mut(zone) else { continue };
                if lit.seen.iter().all(|seen| seen.latency_ms != fixture.latency_ms()) {
                    let pixels = vec![[0.0; 3]; lit.stage.pixels()];
                    lit.seen.push(Seen { latency_ms: fixture.latency_ms(), pixels });
                }
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.zones.is_empty()
    }

    pub fn has_fixtures(&self) -> bool {
        !self.fixtures.is_empty()
    }

    /// Whose sound is seen, as often as it is; None is the program's.
    pub fn sounds(&self) -> impl Iterator<Item = Option<&InputId>> {
        self.zones.iter().flat_map(|lit| lit.stage.sounds())
    }

    pub fn needs_picture(&self, at: ShowTime) -> bool {
        let is_program = self.house.seen(at).iter().any(|(_, state)| state.mode == MainMode::Program && state.on);
        is_program || self.zones.iter().any(|lit| lit.stage.needs(Needs::Picture))
    }

    /// The longest time that something is shown after the picture.
    pub fn latest_ms(&self) -> i32 {
        self.fixtures.iter().map(FixtureStage::latency_ms).max().unwrap_or(0).max(0)
    }

    pub fn jams(&self) -> impl Iterator<Item = JamCode> {
        self.zones.iter().flat_map(|lit| lit.stage.jams())
    }

    pub fn assets(&self) -> impl Iterator<Item = &str> {
        self.zones.iter().flat_map(|lit| lit.stage.assets())
    }

    /// What all zones show at `at`, and for each fixture at the time that it stands for. `around` says what there is to be seen
    /// and heard then.
    pub fn light<'a>(&mut self, at: ShowTime, around: impl Fn(ShowTime) -> Around<'a>) {
        let Self { house, zones, scratch, .. } = self;
        for lit in zones {
            for seen in &mut lit.seen {
                let then = ShowTime(at.micros().saturating_sub(i64::from(seen.latency_ms) * 1_000));
                lit.stage.light(house, then, &around(then), scratch, &mut seen.pixels);
            }
        }
    }

    /// Gives every fixture its frame. `dt_s` is the time since the one before.
    pub fn post(&mut self, due: ShowTime, dt_s: f64, elsewhere: &LitElsewhere) {
        let Self { zones, fixtures, supplies, .. } = self;
        supplies.iter_mut().for_each(|supply| supply.wanted = Draw::default());
        for fixture in fixtures.iter_mut() {
            let latency_ms = fixture.latency_ms();
            fixture.gather(due, |zone| zones.get(zone).map_or(&[], |lit| lit.seen_at(latency_ms)));
        }
        for fixture in fixtures.iter_mut() {
            let (wanted, own) = fixture.limited(dt_s);
            fixture.own_scale = own;
            if let Some(supply) = supplies.iter_mut().find(|supply| fixture.supply() == Some(&supply.id)) {
                supply.wanted = supply.wanted + wanted;
            }
        }
        for supply in supplies.iter_mut() {
            supply.scale = supply.limit.scale(supply.wanted, supply.budget_mw, dt_s);
        }
        for fixture in fixtures.iter_mut().filter(|fixture| !elsewhere.contains(&fixture.fixture().id)) {
            let shared = supplies.iter().find(|supply| fixture.supply() == Some(&supply.id));
            fixture.post(due, fixture.own_scale * shared.map_or(1.0, |supply| supply.scale));
        }
    }

    /// The last that every fixture shows.
    pub fn go_dark(&mut self, due: ShowTime, elsewhere: &LitElsewhere) {
        for lit in &mut self.zones {
            lit.seen.iter_mut().for_each(|seen| seen.pixels.fill([0.0; 3]));
        }
        self.post(due, 0.0, elsewhere);
    }

    /// What a screen would show. Buffers in `frame` are kept where they fit.
    pub fn show(&self, frame: &mut ZoneFrame) {
        let same = frame.zones.len() == self.zones.len()
            && frame.zones.iter().zip(&self.zones).all(|((id, _), lit)| *id == lit.stage.zone().id);
        if !same {
            frame.zones = self.zones.iter().map(|lit| (lit.stage.zone().id.clone(), Vec::new())).collect();
        }
        for ((_, bytes), lit) in frame.zones.iter_mut().zip(&self.zones) {
            bytes.clear();
            let pixels = lit.seen.first().map_or(&[][..], |seen| &seen.pixels);
            bytes.extend(pixels.as_flattened().iter().map(|channel| (channel.clamp(0.0, 1.0) * 255.0 + 0.5) as u8));
        }
    }
}

impl LitZone {
    fn seen_at(&self, latency_ms: i32) -> &[Rgb] {
        self.seen.iter().find(|seen| seen.latency_ms == latency_ms).map_or(&[], |seen| &seen.pixels)
    }
}

impl ZoneStage {
    /// What the zone shows, while all lights together are what they are.
    fn light(&mut self, house: &HouseStage, at: ShowTime, around: &Around<'_>, scratch: &mut Scratch, out: &mut [Rgb]) {
        let states = house.seen(at);
        let Some(((_, oldest), later)) = states.split_first() else { return out.fill([0.0; 3]) };
        self.under(oldest, at, around, out);
        let count = out.len();
        for (entry, state) in later {
            let (Some(coming), Some(old), Some(new)) =
                (scratch.coming.get_mut(..count), scratch.old.get_mut(..count), scratch.new.get_mut(..count))
            else {
                return;
            };
            self.under(state, at, around, coming);
            if let Some(entry) = entry {
                pass(*entry, at, self.places(), (old, new), out, coming);
            }
        }
    }

    fn under(&mut self, state: &HouseState, at: ShowTime, around: &Around<'_>, out: &mut [Rgb]) {
        if !state.on || state.brightness == 0 {
            return out.fill([0.0; 3]);
        }
        self.render(state.mode, at, around, out);
        if state.brightness < u8::MAX {
            let level = f32::from(state.brightness) / 255.0;
            out.as_flattened_mut().iter_mut().for_each(|channel| *channel *= level);
        }
    }
}

impl Origin {
    fn of(show: &Show) -> Self {
        Self {
            house: show.house.clone(),
            zones: show.zones.clone(),
            fixtures: show.fixtures.clone(),
            palettes: show.palettes.clone(),
        }
    }

    fn is_of(&self, show: &Show) -> bool {
        Arc::ptr_eq(&self.house, &show.house)
            && Arc::ptr_eq(&self.zones, &show.zones)
            && Arc::ptr_eq(&self.fixtures, &show.fixtures)
            && Arc::ptr_eq(&self.palettes, &show.palettes)
    }
}

/// A limit that holds goes on holding.
fn supplies(show: &Show, before: Vec<SharedSupply>) -> Vec<SharedSupply> {
    let limit = |id: &SupplyId| before.iter().find(|supply| supply.id == *id).map(|supply| supply.limit.clone());
    let supply = |(id, supply): (&SupplyId, &crate::show::light::house::Supply)| SharedSupply {
        limit: limit(id).unwrap_or_default(),
        id: id.clone(),
        budget_mw: supply.limit_mw(),
        wanted: Draw::default(),
        scale: 1.0,
    };
    show.house.settings.supplies.iter().map(supply).collect()
}
