//! A fixture as doors show it: as it is wired, and how it does.

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::status::{FeedState, FixtureState, Reached};
use crate::base::vitals::Vitals;
use crate::show::Show;
use crate::show::light::feed::LightFeed;
use crate::show::light::fixture::Fixture;
use crate::show::time::ShowTime;

#[derive(Debug, Serialize, JsonSchema)]
pub struct FixtureView {
    #[serde(flatten)]
    fixture: Fixture,
    /// LEDs that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pixel_count: Option<u32>,
    /// It flashes so that it can be found.
    #[serde(skip_serializing_if = "Option::is_none")]
    identifying: Option<bool>,
    /// Measured; left out where only what was decided is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<FixtureState>,
}

impl FixtureView {
    pub fn new(show: &Show, fixture: &Fixture, state: Option<FixtureState>, at: ShowTime) -> Self {
        let state = state.filter(|_| fixture.enabled).unwrap_or_default();
        Self {
            pixel_count: Some(fixture.pixel_count(show)),
            identifying: Some(fixture.identify_until.is_some_and(|until| at < until)),
            status: Some(state),
            ..Self::decided(fixture)
        }
    }

    pub fn decided(fixture: &Fixture) -> Self {
        let fixture = Fixture { identify_until: None, ..fixture.clone() };
        Self { fixture, pixel_count: None, identifying: None, status: None }
    }

    pub fn all(show: &Show, vitals: &Vitals, at: ShowTime) -> Vec<Self> {
        let mut states = vitals.status.fixtures();
        show.fixtures.values().map(|found| Self::new(show, found, states.remove(found.id.as_str()), at)).collect()
    }
}

/// A feed as it is set up, and what became of its packets.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LightFeedView {
    #[serde(flatten)]
    feed: LightFeed,
    status: FeedState,
}

impl LightFeedView {
    pub fn new(feed: &LightFeed, vitals: &Vitals) -> Self {
        Self { feed: feed.clone(), status: vitals.status.feed(feed.id.as_str()).unwrap_or_default() }
    }
}

/// How many are in each state.
pub fn counted(show: &Show, vitals: &Vitals) -> Vec<(&'static str, usize)> {
    let states = vitals.status.fixtures();
    let state = |id: &str| states.get(id).map_or(Reached::Stopped, |state| state.state);
    let labels: Vec<_> = show.fixtures.keys().map(|id| state(id.as_str()).label()).collect();
    Reached::LABELS.iter().map(|label| (*label, labels.iter().filter(|found| *found == label).count())).collect()
}
