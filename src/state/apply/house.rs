//! All lights together.

use std::sync::Arc;

use serde_json::Value;

use super::{check_range, light, patch};
use crate::base::quote::quoted;
use crate::show::Show;
use crate::show::light::house::{House, HouseState, LightSettings, MainMode};
use crate::show::time::ShowTime;
use crate::state::asked::Passage;
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

pub(super) fn switch(show: &Show, on: bool, passage: Passage, now: ShowTime) -> Result<Event, Rejection> {
    become_state(show, HouseState { on, ..show.house.state }, passage, now)
}

pub(super) fn mode(show: &Show, mode: &str, passage: Passage, now: ShowTime) -> Result<Event, Rejection> {
    let mode = MainMode::named(mode).ok_or_else(|| Rejection::LightMode(quoted(mode)))?;
    become_state(show, HouseState { mode, ..show.house.state }, passage, now)
}

/// At once, unless a transition is asked for: a hand on a slider wants no delay.
pub(super) fn brightness(show: &Show, brightness: &Value, passage: Passage, now: ShowTime) -> Result<Event, Rejection> {
    let state = HouseState { brightness: light::brightness(brightness)?, ..show.house.state };
    if passage != Passage::default() {
        return become_state(show, state, passage, now);
    }
    let before = light::still_leaving(&show.house.before, now, usize::MAX);
    Ok(Event::HouseChanged { house: Arc::new(House { state, before, ..House::clone(&show.house) }) })
}

pub(super) fn become_state(show: &Show, state: HouseState, passage: Passage, now: ShowTime) -> Result<Event, Rejection> {
    let house = &show.house;
    let transition = light::transition(passage, house.settings.power_transition)?;
    // What is so already needs no way there; one that is on its way goes on.
    let before = if state == house.state {
        light::still_leaving(&house.before, now, usize::MAX)
    } else {
        light::leaving(&house.state, &house.before, transition, now)
    };
    Ok(Event::HouseChanged { house: Arc::new(House { state, before, settings: house.settings.clone() }) })
}

pub(super) fn change_settings(show: &Show, patch: &Patch) -> Result<Event, Rejection> {
    let settings: LightSettings = patch::merged("settings of the lights", &show.house.settings, patch)?;
    check_settings(&settings)?;
    check_supplies(show, &settings)?;
    Ok(Event::HouseChanged { house: Arc::new(House { settings, ..House::clone(&show.house) }) })
}

/// Without its supply a fixture would have no limit.
fn check_supplies(show: &Show, settings: &LightSettings) -> Result<(), Rejection> {
    for fixture in show.fixtures.values() {
        let supply = fixture.power_limit.as_ref().and_then(|limit| limit.supply.as_ref());
        if let Some(supply) = supply.filter(|supply| !settings.supplies.contains_key(*supply)) {
            let why = format!("fixture {} draws from supply {supply}: give it another first", fixture.id);
            return Err(Rejection::Invalid { what: "settings of the lights", why });
        }
    }
    Ok(())
}

pub(super) fn check_settings(settings: &LightSettings) -> Result<(), Rejection> {
    check_range("fps", f64::from(settings.fps), 1.0..=240.0, "1 to 240")?;
    for transition in [settings.transition, settings.power_transition] {
        check_range("duration_ms", f64::from(transition.duration_ms), 0.0..=60_000.0, "0 to 60000 milliseconds")?;
    }
    check_range("supplies", settings.supplies.len() as f64, 0.0..=64.0, "at most 64 supplies")?;
    for supply in settings.supplies.values() {
        check_range("volts", supply.volts, 1.0..=60.0, "1 to 60 V")?;
        check_range("limit_ma", supply.limit_ma, 100.0..=1e6, "100 to 1000000 mA")?;
    }
    Ok(())
}
