//! How the parts of the server are doing, as they last said themselves. Measured, so never part of the show.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use crate::show::time::ShowTime;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Condition {
    pub state: Health,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    Ok,
    /// It works, but not as it should.
    Degraded,
    Down,
}

impl Condition {
    pub fn ok() -> Self {
        Self { state: Health::Ok, reason: None }
    }

    pub fn degraded(reason: impl Into<String>) -> Self {
        Self { state: Health::Degraded, reason: Some(reason.into()) }
    }

    pub fn down(reason: impl Into<String>) -> Self {
        Self { state: Health::Down, reason: Some(reason.into()) }
    }
}

/// What a destination is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DestinationState {
    Connecting,
    Live {
        since: ShowTime,
    },
    /// It takes packets more slowly than they come.
    Congested {
        since: ShowTime,
    },
    /// The peer is gone; it is tried again at `next_try`.
    BackingOff {
        next_try: ShowTime,
        attempt: u32,
        reason: String,
    },
    /// The peer answered and said no; tried again at `next_try`, seldom.
    Refused {
        next_try: ShowTime,
        reason: String,
    },
    Stopped,
}

impl DestinationState {
    pub fn label(&self) -> &'static str {
        match self {
            DestinationState::Connecting => "connecting",
            DestinationState::Live { .. } => "live",
            DestinationState::Congested { .. } => "congested",
            DestinationState::BackingOff { .. } => "backing_off",
            DestinationState::Refused { .. } => "refused",
            DestinationState::Stopped => "stopped",
        }
    }

    pub const LABELS: [&'static str; 6] = ["connecting", "live", "congested", "backing_off", "refused", "stopped"];
}

/// What an input is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum InputState {
    /// Nobody sees it, so nothing is decoded.
    Idle,
    Connecting,
    /// Nobody has published it yet.
    Waiting,
    Playing {
        since: ShowTime,
    },
    Paused,
    /// It played to its end, and is not repeated.
    Ended,
    /// It is gone; it is opened again at `next_try`.
    Lost {
        next_try: ShowTime,
        attempt: u32,
        reason: String,
    },
    /// It can not be played as it is; it is tried again when it is changed, or shown anew.
    Failed {
        reason: String,
    },
}

impl InputState {
    pub const LABELS: [&'static str; 8] = ["idle", "connecting", "waiting", "playing", "paused", "ended", "lost", "failed"];

    pub fn label(&self) -> &'static str {
        match self {
            InputState::Idle => "idle",
            InputState::Connecting => "connecting",
            InputState::Waiting => "waiting",
            InputState::Playing { .. } => "playing",
            InputState::Paused => "paused",
            InputState::Ended => "ended",
            InputState::Lost { .. } => "lost",
            InputState::Failed { .. } => "failed",
        }
    }
}

/// What a fixture is doing, and what was measured of it over the last second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct FixtureState {
    pub state: Reached,
    /// Why it is not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Frames that it was sent, each second.
    pub fps: f64,
    pub packets_per_second: f64,
    pub kbit_per_second: f64,
    pub frames_sent: u64,
    /// Frames that were not sent, because it took no more.
    pub frames_dropped: u64,
    pub errors: u64,
    /// From when a frame was due to when its last packet was sent, in milliseconds: half were no later, 99 of 100, all.
    pub late_p50_ms: f64,
    pub late_p99_ms: f64,
    pub late_max_ms: f64,
    /// What its LEDs draw, by the figures of its power; without those, 0.
    pub watts: f64,
    /// How far its power limit lets it shine, 0 to 1.
    pub power_scale: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// It is switched off, or has nothing to show.
    #[default]
    Stopped,
    Connecting,
    Live,
    /// Its host does not answer to its name, or says that nobody listens; a device may not be used, or fails.
    Unreachable,
    /// This machine, or this build, does not have what it is wired to.
    Absent,
}

impl Reached {
    pub const LABELS: [&'static str; 5] = ["stopped", "connecting", "live", "unreachable", "absent"];

    pub fn label(self) -> &'static str {
        Self::LABELS[self as usize]
    }
}

/// What a display of this machine is doing, and what was measured of it over the last second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct DisplayState {
    pub state: Reached,
    /// Why nothing is seen on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Pictures that were shown, each second; what stays the same is not shown again.
    pub fps: f64,
    /// Only what has changed is sent.
    pub kbit_per_second: f64,
    pub pictures_shown: u64,
    pub errors: u64,
}

/// What a feed of lights is doing, and what became of its packets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct FeedState {
    pub state: FeedCondition,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub packets: u64,
    pub frames: u64,
    /// From somebody who may not send.
    pub refused: u64,
    /// Not looked at, because too many came.
    pub dropped: u64,
    pub malformed: u64,
    pub out_of_order: u64,
    /// That never came, as the numbers of those that did tell.
    pub lost: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedCondition {
    #[default]
    Off,
    Listening,
    /// Its port can not be opened.
    Failed,
}

/// How lights were computed over the last second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct LightPace {
    pub fps: f64,
    pub frame_time_ms: f64,
}

/// Everyone writes its own line, doors read all of them.
#[derive(Default)]
pub struct StatusBoard {
    conditions: Mutex<BTreeMap<&'static str, Condition>>,
    destinations: Mutex<BTreeMap<String, DestinationState>>,
    inputs: Mutex<BTreeMap<String, InputState>>,
    fixtures: Mutex<BTreeMap<String, FixtureState>>,
    light_pace: Mutex<LightPace>,
    feeds: Mutex<BTreeMap<String, FeedState>>,
    displays: Mutex<BTreeMap<String, DisplayState>>,
}

impl StatusBoard {
    /// A component (`engine`, `encoder`, `storage`, `rtmp_server` …) says how it is.
    pub fn report(&self, component: &'static str, condition: Condition) {
        self.conditions.lock().unwrap_or_else(PoisonError::into_inner).insert(component, condition);
    }

    pub fn conditions(&self) -> BTreeMap<&'static str, Condition> {
        self.conditions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn report_destination(&self, id: &str, state: DestinationState) {
        self.destinations.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), state);
    }

    pub fn forget_destination(&self, id: &str) {
        self.destinations.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub fn destination(&self, id: &str) -> Option<DestinationState> {
        self.destinations.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub fn destinations(&self) -> BTreeMap<String, DestinationState> {
        self.destinations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn report_input(&self, id: &str, state: InputState) {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), state);
    }

    pub fn forget_input(&self, id: &str) {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub fn input(&self, id: &str) -> Option<InputState> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub fn inputs(&self) -> BTreeMap<String, InputState> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn report_fixture(&self, id: &str, change: impl FnOnce(&mut FixtureState)) {
        let mut fixtures = self.fixtures.lock().unwrap_or_else(PoisonError::into_inner);
        match fixtures.get_mut(id) {
            Some(state) => change(state),
            None => change(fixtures.entry(id.to_owned()).or_default()),
        }
    }

    pub fn report_feed(&self, id: &str, state: FeedState) {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        match feeds.get_mut(id) {
            Some(known) => *known = state,
            None => drop(feeds.insert(id.to_owned(), state)),
        }
    }

    pub fn forget_feed(&self, id: &str) {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub fn feed(&self, id: &str) -> Option<FeedState> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub fn report_display(&self, id: &str, state: DisplayState) {
        self.displays.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), state);
    }

    pub fn forget_display(&self, id: &str) {
        self.displays.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub fn display(&self, id: &str) -> Option<DisplayState> {
        self.displays.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub fn report_light_pace(&self, pace: LightPace) {
        *self.light_pace.lock().unwrap_or_else(PoisonError::into_inner) = pace;
    }

    pub fn light_pace(&self) -> LightPace {
        *self.light_pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn forget_fixture(&self, id: &str) {
        self.fixtures.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub fn fixture(&self, id: &str) -> Option<FixtureState> {
        self.fixtures.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub fn fixtures(&self) -> BTreeMap<String, FixtureState> {
        self.fixtures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
