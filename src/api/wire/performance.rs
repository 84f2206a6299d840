//! How the lights do: measured, each figure.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::fixture::counted;
use super::health::HealthView;
use super::light::HouseView;
use crate::base::status::FixtureState;
use crate::base::vitals::Vitals;
use crate::show::Show;
use crate::show::time::ShowTime;

/// What `GET /api/v1/system/status` says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LightStatus {
    #[serde(flatten)]
    house: HouseView,
    zones: usize,
    pixels: u64,
    animations_running: usize,
    fixtures: BTreeMap<&'static str, usize>,
    health: HealthView,
}

/// What `GET /api/v1/system/performance` says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LightPerformance {
    /// Frames of lights each second, over the last second.
    fps: f64,
    target_fps: u16,
    /// Mean time to compute one, over the last second.
    frame_time_ms: f64,
    frames: u64,
    frames_skipped: u64,
    /// What all fixtures draw, by the figures of their power.
    power_watts: f64,
    fixtures: BTreeMap<String, FixtureState>,
}

pub fn status(show: &Show, house: HouseView, vitals: &Vitals, health: HealthView, at: ShowTime) -> LightStatus {
    let pixels = show.zones.values().map(|zone| u64::from(zone.geometry.pixel_count())).sum();
    let running = show.zones.values().flat_map(|zone| zone.look.running());
    let animations_running = running.filter(|(layer, _)| layer.is_seen(at)).count();
    let fixtures = counted(show, vitals).into_iter().collect();
    LightStatus { house, zones: show.zones.len(), pixels, animations_running, fixtures, health }
}

pub fn performance(show: &Show, vitals: &Vitals) -> LightPerformance {
    let fixtures = vitals.status.fixtures();
    let pace = vitals.status.light_pace();
    LightPerformance {
        fps: pace.fps,
        target_fps: show.house.settings.fps,
        frame_time_ms: pace.frame_time_ms,
        frames: vitals.lights_frames.get(),
        frames_skipped: vitals.lights_skipped.get(),
        power_watts: fixtures.values().fold(0.0, |sum, state| sum + state.watts),
        fixtures,
    }
}
