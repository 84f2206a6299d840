//! The lights of a collection. One without lights leaves those that are here alone, in every mode: it may be from a time, or a
//! program, that knew none.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Made, Once};
use crate::show::Show;
use crate::show::collection::Mode;
use crate::show::ids::ZoneId;
use crate::show::light::carried::Lights;
use crate::show::light::fixture::Fixture;
use crate::show::light::house::{House, HouseState, LightSettings};
use crate::show::light::zone::{Look, Zone, ZoneContent};
use crate::state::apply::{Given, animation, house, palette, preset, zone};
use crate::state::event::Event;
use crate::state::rejection::Rejection;

pub(super) fn check_ids(show: &Show, lights: &Lights, once: &mut Once) -> Result<(), Rejection> {
    let Lights { state: _, settings, palettes, feeds, zones, fixtures, presets } = lights;
    for one in palettes {
        once.check("palette", one.id.as_str(), show.palettes.contains_key(&one.id))?;
    }
    for one in feeds {
        once.check("feed", one.id.as_str(), show.light_feeds.contains_key(&one.id))?;
    }
    for one in zones {
        once.check("zone", one.id.as_str(), show.zones.contains_key(&one.id))?;
    }
    for one in fixtures {
        once.check("fixture", one.id.as_str(), show.fixtures.contains_key(&one.id))?;
    }
    for one in presets {
        once.check("preset", one.id.as_str(), show.light_presets.contains_key(&one.id))?;
    }
    let mut supplies = settings.iter().flat_map(|settings| settings.supplies.keys());
    supplies.try_for_each(|id| once.check("supply", id.as_str(), show.house.settings.supplies.contains_key(id)))
}

impl Made {
    pub(super) fn leave_out_lights(&mut self, before: &Show, lights: &Lights) {
        let kept: BTreeSet<_> = lights.fixtures.iter().map(|one| &one.id).collect();
        for id in before.fixtures.keys().filter(|id| !kept.contains(id)) {
            self.happens(Event::FixtureRemoved { fixture: id.clone() });
        }
        let kept: BTreeSet<_> = lights.zones.iter().map(|one| &one.id).collect();
        for id in before.zones.keys().filter(|id| !kept.contains(id)) {
            self.happens(Event::ZoneRemoved { zone: id.clone() });
        }
        let kept: BTreeSet<_> = lights.presets.iter().map(|one| &one.id).collect();
        for id in before.light_presets.keys().filter(|id| !kept.contains(id)) {
            self.happens(Event::LightPresetRemoved { id: id.clone() });
        }
        let kept: BTreeSet<_> = lights.feeds.iter().map(|one| &one.id).collect();
        for id in before.light_feeds.keys().filter(|id| !kept.contains(id)) {
            self.happens(Event::LightFeedRemoved { feed: id.clone() });
        }
        let kept: BTreeSet<_> = lights.palettes.iter().map(|one| &one.id).collect();
        for id in before.palettes.keys().filter(|id| !kept.contains(id)) {
            self.happens(Event::PaletteRemoved { palette: id.clone() });
        }
    }

    /// What looks name comes before them; what fixtures name is looked at when all of it is there.
    pub(super) fn bring_lights(&mut self, lights: Lights, mode: Mode, given: Given<'_>) -> Result<(), Rejection> {
        let Lights { state, settings, palettes, feeds, zones, fixtures, presets } = lights;
        for one in palettes {
            palette::check_not_builtin(&one.id)?;
            self.happens(Event::PaletteSaved { palette: Arc::new(one) });
        }
        for one in feeds {
            self.happens(Event::LightFeedSaved { feed: Arc::new(one) });
        }
        for one in zones {
            let look = self.arrived(one.look, given)?;
            self.happens(Event::ZoneSaved { zone: Arc::new(Zone { look, before: None, ..one }) });
        }
        for mut one in presets {
            for look in one.saved.zones.values_mut() {
                *look = Arc::new(self.arrived(Look::clone(look), given)?);
            }
            let event = preset::arrive(&self.show, one, given)?;
            self.happens(event);
        }
        for one in fixtures {
            self.happens(Event::FixtureSaved { fixture: Arc::new(Fixture { identify_until: None, ..one }) });
        }
        self.bring_house(state, settings, mode)
    }

    /// Zones that came name inputs that are there. Those that were here let go of what was left out.
    pub(super) fn settle_ears(&mut self, came: &BTreeSet<ZoneId>) -> Result<(), Rejection> {
        let zones = self.show.zones.clone();
        for zone in zones.values() {
            let mut settled = Zone::clone(zone);
            for layer in &mut settled.look.layers {
                if came.contains(&zone.id) {
                    zone::check_heard(&self.show, &layer.id, layer.content.input())?;
                }
                Arc::make_mut(layer).content.let_go(&self.show);
            }
            if settled != **zone {
                self.happens(Event::ZoneSaved { zone: Arc::new(settled) });
            }
        }
        Ok(())
    }

    /// As if it had been asked for here and now, layer by layer.
    fn arrived(&self, look: Look, given: Given<'_>) -> Result<Look, Rejection> {
        zone::check_look(&look)?;
        let mut arrived = Look { layers: Vec::new(), ..look };
        for layer in look.layers.iter().filter(|layer| layer.until.is_none()) {
            let mut layer = layer.as_ref().clone();
            match &mut layer.content {
                ZoneContent::Animation(running) => *running = animation::begun(&self.show, running, given.now)?,
                ZoneContent::Feed { feed } if !self.show.light_feeds.contains_key(feed) => {
                    return Err(Rejection::NoFeed(feed.clone()));
                }
                _ => {}
            }
            arrived.put(layer);
        }
        Ok(arrived)
    }

    /// Power, mode and brightness are what somebody here has set; only a replacement is another's word about them. What is added
    /// brings supplies alone.
    fn bring_house(
        &mut self,
        state: Option<HouseState>,
        settings: Option<LightSettings>,
        mode: Mode,
    ) -> Result<(), Rejection> {
        let present = House::clone(&self.show.house);
        let settings = match settings {
            Some(settings) => {
                house::check_settings(&settings)?;
                settings_for(&present.settings, settings, mode)
            }
            None => present.settings.clone(),
        };
        let state = state.filter(|_| mode == Mode::Replace).unwrap_or(present.state);
        let before = present.before.clone().filter(|_| state == present.state);
        let house = House { state, before, settings };
        if house != present {
            self.happens(Event::HouseChanged { house: Arc::new(house) });
        }
        Ok(())
    }
}

fn settings_for(present: &LightSettings, brought: LightSettings, mode: Mode) -> LightSettings {
    if mode == Mode::Replace {
        return brought;
    }
    let mut supplies = present.supplies.clone();
    supplies.extend(brought.supplies.clone());
    if mode == Mode::Add { LightSettings { supplies, ..present.clone() } } else { LightSettings { supplies, ..brought } }
}
