//! What the rows about what the show is seen on, besides streams, take, give, and can refuse: fixtures, what comes in beside
//! them, and displays.

use schemars::JsonSchema;

use super::bodies::ClientOpId;
use super::lights::body;
use super::operation::{Answer, Body, Operation, acts, does, puts, reads, removes, shape};
use super::sent::{DisplayPatch, FixturePatch, LightFeedPatch, NewDisplay, NewFixture, NewLightFeed};
use crate::api::routes::Row;
use crate::api::wire::display::DisplayView;
use crate::api::wire::fixture::{FixtureView, LightFeedView};
use crate::send::discover::Found;
use crate::send::display::found::FoundDisplay;

body! {
    SearchBody {
        #[schemars(range(min = 0.1, max = 30))]
        seconds: Option<f64>,
    }
    IdentifyBody {
        duration: Option<f64>,
    }
}

const FEED_TROUBLE: &[&str] =
    &["invalid_value", "out_of_range", "id_mismatch", "too_many", "already_exists", "feed_not_found"];
const FIXTURE_TROUBLE: &[&str] =
    &["invalid_value", "out_of_range", "id_mismatch", "zone_not_found", "too_many", "already_exists", "fixture_not_found"];
const DISPLAY_TROUBLE: &[&str] =
    &["invalid_value", "out_of_range", "id_mismatch", "too_many", "already_exists", "display_not_found"];

pub fn describe(row: &Row) -> Option<Operation> {
    fixtures(row).or_else(|| feeds(row)).or_else(|| displays(row))
}

fn fixtures(row: &Row) -> Option<Operation> {
    let view = shape::<FixtureView>();
    Some(match (row.method, row.path) {
        ("GET", "/api/fixtures") => reads("fixtures", "All fixtures", Answer::Json(shape::<Vec<FixtureView>>()), &[]),
        ("POST", "/api/fixtures") => puts("fixtures", "Make a fixture", shape::<NewFixture>(), view, FIXTURE_TROUBLE),
        ("GET", "/api/fixtures/{fixture}") => {
            reads("fixtures", "A fixture, and how it does", Answer::Json(view), &["fixture_not_found"])
        }
        ("PUT", "/api/fixtures/{fixture}") => {
            puts("fixtures", "Make or replace a fixture", shape::<NewFixture>(), view, FIXTURE_TROUBLE)
        }
        ("PATCH", "/api/fixtures/{fixture}") => {
            let body = Body::Json(shape::<FixturePatch>());
            does("fixtures", "Change a fixture", body, Answer::Json(view), FIXTURE_TROUBLE)
        }
        ("DELETE", "/api/fixtures/{fixture}") => removes("fixtures", "Remove a fixture", &["fixture_not_found"]),
        ("POST", "/api/fixtures/discover") => {
            let body = Body::OptionalJson(shape::<SearchBody>());
            let found = Answer::Json(shape::<Vec<Found>>());
            Operation {
                body,
                ..acts("fixtures", "Look for controllers that run WLED", found, &["out_of_range", "search_failed"])
            }
        }
        ("POST", "/api/fixtures/{fixture}/identify") => {
            let body = Body::OptionalJson(shape::<IdentifyBody>());
            does("fixtures", "Let it flash", body, Answer::Json(view), &["fixture_not_found", "out_of_range"])
        }
        _ => return None,
    })
}

fn feeds(row: &Row) -> Option<Operation> {
    let view = shape::<LightFeedView>();
    Some(match (row.method, row.path) {
        ("GET", "/api/light-feeds") => {
            reads("fixtures", "All feeds of lights", Answer::Json(shape::<Vec<LightFeedView>>()), &[])
        }
        ("POST", "/api/light-feeds") => {
            puts("fixtures", "Let somebody send pixels", shape::<NewLightFeed>(), view, FEED_TROUBLE)
        }
        ("GET", "/api/light-feeds/{feed}") => reads("fixtures", "A feed of lights", Answer::Json(view), &["feed_not_found"]),
        ("PUT", "/api/light-feeds/{feed}") => {
            puts("fixtures", "Make or replace a feed", shape::<NewLightFeed>(), view, FEED_TROUBLE)
        }
        ("PATCH", "/api/light-feeds/{feed}") => {
            let body = Body::Json(shape::<LightFeedPatch>());
            does("fixtures", "Change a feed", body, Answer::Json(view), FEED_TROUBLE)
        }
        ("DELETE", "/api/light-feeds/{feed}") => removes("fixtures", "Remove a feed", &["feed_not_found", "feed_in_use"]),
        _ => return None,
    })
}

fn displays(row: &Row) -> Option<Operation> {
    let view = shape::<DisplayView>();
    Some(match (row.method, row.path) {
        ("GET", "/api/displays") => {
            reads("displays", "Screens of this machine", Answer::Json(shape::<Vec<DisplayView>>()), &[])
        }
        ("POST", "/api/displays") => {
            puts("displays", "Show the program on a screen", shape::<NewDisplay>(), view, DISPLAY_TROUBLE)
        }
        ("POST", "/api/displays/discover") => {
            let found = Answer::Json(shape::<Vec<FoundDisplay>>());
            acts("displays", "What this machine could show on", found, &[])
        }
        ("GET", "/api/displays/{display}") => {
            reads("displays", "A screen, and how it does", Answer::Json(view), &["display_not_found"])
        }
        ("PUT", "/api/displays/{display}") => {
            puts("displays", "Make or replace a screen", shape::<NewDisplay>(), view, DISPLAY_TROUBLE)
        }
        ("PATCH", "/api/displays/{display}") => {
            let body = Body::Json(shape::<DisplayPatch>());
            does("displays", "Change a screen", body, Answer::Json(view), DISPLAY_TROUBLE)
        }
        ("DELETE", "/api/displays/{display}") => removes("displays", "Show nothing there any more", &["display_not_found"]),
        _ => return None,
    })
}
