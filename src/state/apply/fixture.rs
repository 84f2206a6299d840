//! Fixtures: how they are reached, and what they show.

use std::sync::Arc;

use super::{check_name, check_new, check_range, light, patch, zone};
use crate::show::Show;
use crate::show::ids::FixtureId;
use crate::show::light::fixture::{Fixture, PowerLimit, Segment, Wire};
use crate::show::time::ShowTime;
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

const MAX_FIXTURES: usize = 512;
const MAX_SEGMENTS: usize = 256;
/// What WLED's, DDP's and Art-Net's numbers reach.
const MAX_PIXELS: u64 = 65_536;

pub(super) fn find<'a>(show: &'a Show, id: &FixtureId) -> Result<&'a Arc<Fixture>, Rejection> {
    show.fixtures.get(id).ok_or_else(|| Rejection::NoFixture(id.clone()))
}

pub(super) fn put(show: &Show, fixture: Fixture, only_new: bool) -> Result<Event, Rejection> {
    let exists = show.fixtures.contains_key(&fixture.id);
    check_new(only_new, exists, "fixture", fixture.id.as_str())?;
    check_count(show.fixtures.len() + usize::from(!exists))?;
    save(show, Fixture { identify_until: None, ..fixture })
}

pub(super) fn change(show: &Show, id: &FixtureId, patch: &Patch) -> Result<Event, Rejection> {
    let present = find(show, id)?;
    let changed: Fixture = patch::merged("fixture", &**present, patch)?;
    save(show, Fixture { identify_until: present.identify_until, ..changed })
}

pub(super) fn remove(show: &Show, id: FixtureId) -> Result<Event, Rejection> {
    find(show, &id)?;
    Ok(Event::FixtureRemoved { fixture: id })
}

pub(super) fn identify(show: &Show, id: &FixtureId, seconds: f64, now: ShowTime) -> Result<Event, Rejection> {
    let fixture = Fixture::clone(find(show, id)?);
    check_range("duration", seconds, 0.1..=600.0, "0.1 to 600 seconds")?;
    let identify_until = Some(light::until("duration", seconds, now)?);
    Ok(Event::FixtureSaved { fixture: Arc::new(Fixture { identify_until, ..fixture }) })
}

fn save(show: &Show, fixture: Fixture) -> Result<Event, Rejection> {
    check(show, &fixture)?;
    check_not_empty(show, &fixture)?;
    Ok(Event::FixtureSaved { fixture: Arc::new(fixture) })
}

pub(super) fn check_count(fixtures: usize) -> Result<(), Rejection> {
    if fixtures > MAX_FIXTURES { Err(Rejection::TooMany { what: "fixtures", limit: MAX_FIXTURES }) } else { Ok(()) }
}

pub(super) fn check(show: &Show, fixture: &Fixture) -> Result<(), Rejection> {
    let invalid = |why: String| Rejection::Invalid { what: "fixture", why };
    check_name(&fixture.name)?;
    check_segments(show, fixture)?;
    fixture.correction.check().map_err(|error| invalid(error.to_string()))?;
    check_range("latency_ms", f64::from(fixture.latency_ms), -2_000.0..=2_000.0, "-2000 to 2000 milliseconds")?;
    if let Some(limit) = &fixture.power_limit {
        check_limit(show, limit)?;
    }
    check_wire(&fixture.wire)
}

fn check_segments(show: &Show, fixture: &Fixture) -> Result<(), Rejection> {
    if fixture.segments.len() > MAX_SEGMENTS {
        return Err(Rejection::TooMany { what: "segments of a fixture", limit: MAX_SEGMENTS });
    }
    let mut pixels = 0;
    for segment in &fixture.segments {
        let has = zone::find(show, &segment.zone)?.geometry.pixel_count();
        let count = segment.count.unwrap_or(has.saturating_sub(segment.first));
        let end = u64::from(segment.first) + u64::from(count);
        check_range("count", end as f64, 0.0..=MAX_PIXELS as f64, "at most 65536 LEDs")?;
        pixels += u64::from(count);
    }
    if pixels > MAX_PIXELS {
        return Err(Rejection::TooMany { what: "LEDs of a fixture", limit: MAX_PIXELS as usize });
    }
    Ok(())
}

/// A zone that was made smaller keeps its fixtures, and what it does not have is dark; but nobody asks for that.
fn check_not_empty(show: &Show, fixture: &Fixture) -> Result<(), Rejection> {
    let present = show.fixtures.get(&fixture.id).map_or(&[][..], |present| &present.segments);
    for segment in fixture.segments.iter().filter(|segment| !present.contains(segment)) {
        let has = zone::find(show, &segment.zone)?.geometry.pixel_count();
        let Segment { zone, first, count, reversed: _ } = segment;
        if count.map_or(*first >= has, |count| count == 0) {
            let why = format!("zone {zone} has {has} LEDs: none of them are in it");
            return Err(Rejection::Invalid { what: "segment", why });
        }
    }
    Ok(())
}

fn check_limit(show: &Show, limit: &PowerLimit) -> Result<(), Rejection> {
    if let Some(supply) = limit.supply.as_ref().filter(|supply| !show.house.settings.supplies.contains_key(*supply)) {
        let why = format!("there is no supply {supply}: add it to the lights' settings first");
        return Err(Rejection::Invalid { what: "power_limit", why });
    }
    if let Some(limit) = limit.limit_ma {
        check_range("limit_ma", limit, 10.0..=1e6, "10 to 1000000 mA")?;
    }
    if let Some(limit) = limit.limit_w {
        check_range("limit_w", limit, 0.05..=10_000.0, "0.05 to 10000 W")?;
    }
    Ok(())
}

fn check_wire(wire: &Wire) -> Result<(), Rejection> {
    let invalid = |why: &str| Err(Rejection::Invalid { what: "fixture", why: why.to_owned() });
    if let Some((host, port)) = wire.host() {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || host.len() > 253 || !host.chars().all(plain) {
            return invalid("its host is neither an address nor a name");
        }
        if port == 0 {
            return invalid("its port must be 1 to 65535");
        }
    }
    if let Some(device) = wire.device() {
        let is_path = device.starts_with('/') && device.len() <= 256 && !device.contains("..") && !device.contains('\0');
        if !is_path {
            return invalid("its device must be a whole path, such as /dev/spidev0.0");
        }
    }
    match wire {
        Wire::Sacn { universe, channels_per_universe, priority, sync_universe, .. } => {
            check_range("universe", f64::from(*universe), 1.0..=63_999.0, "1 to 63999")?;
            check_range("sync_universe", f64::from(*sync_universe), 0.0..=63_999.0, "0 to 63999")?;
            check_range("priority", f64::from(*priority), 0.0..=200.0, "0 to 200")?;
            check_range("channels_per_universe", f64::from(*channels_per_universe), 3.0..=512.0, "3 to 512")
        }
        Wire::Artnet { universe, channels_per_universe, .. } => {
            check_range("universe", f64::from(*universe), 0.0..=32_767.0, "0 to 32767")?;
            check_range("channels_per_universe", f64::from(*channels_per_universe), 3.0..=512.0, "3 to 512")
        }
        Wire::Ddp { payload, .. } => check_range("payload", f64::from(*payload), 12.0..=1_440.0, "12 to 1440 bytes"),
        Wire::Apa102 { hz, .. } => check_range("hz", f64::from(*hz), 1e5..=3.2e7, "100000 to 32000000"),
        Wire::Adalight { baud, .. } => check_range("baud", f64::from(*baud), 9_600.0..=4e6, "9600 to 4000000"),
        Wire::Ws281x { gpio, dma, .. } => {
            check_range("gpio", f64::from(*gpio), 0.0..=53.0, "0 to 53")?;
            check_range("dma", f64::from(*dma), 0.0..=14.0, "0 to 14")
        }
        Wire::Wled { .. } | Wire::Spi { .. } => Ok(()),
    }
}
