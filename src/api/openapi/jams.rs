//! What the rows about jams take, give, and can refuse.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bodies::ClientOpId;
use super::lights::body;
use super::operation::{Answer, Body, Operation, changes, reads, removes, shape};
use crate::api::routes::Row;
use crate::jam::ask::Ask;
use crate::show::ids::ZoneId;

/// What stands in docs/JAM.md.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Jam(Value);

/// Bodies that are asked for by people without an account hold no name of an operation.
macro_rules! plain {
    ($($name:ident { $($(#[$about:meta])* $field:ident: $kind:ty,)* })*) => {$(
        #[derive(JsonSchema)]
        #[schemars(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its schema is used")]
        struct $name { $($(#[$about])* $field: $kind,)* }
    )*};
}

plain! {
    OpenJamBody {
        name: Option<String>,
        /// Who opens it, and is its host.
        by: String,
        /// `#rrggbb`.
        color: Option<String>,
        /// One's own; else one is found.
        code: Option<String>,
        /// Strangers who know the code may play.
        open: Option<bool>,
        /// What is to be so from the beginning.
        asks: Option<Vec<Ask>>,
    }
    JoinJamBody {
        by: Option<String>,
        color: Option<String>,
        /// Of the participant that one was before.
        token: Option<String>,
    }
    PlayJamBody {
        token: String,
        /// One's own number for it, rising: what was done under it is not done again.
        op: Option<u32>,
        asks: Vec<Ask>,
    }
    EndJamBody {
        /// Of the host; an operator needs none.
        token: Option<String>,
    }
}

body! {
    ReplayBody {
        by: String,
        color: Option<String>,
        /// 0.25 to 4.
        speed: Option<f64>,
        from_ms: Option<i64>,
    }
    SteerReplayBody {
        speed: Option<f64>,
        from_ms: Option<i64>,
    }
    JoinFromHereBody {
        /// `wss://host/CODE`, or the address of its page.
        url: String,
        name: Option<String>,
        /// Absent: all.
        zones: Option<Vec<ZoneId>>,
    }
}

const CODE: &[&str] = &["invalid_jam_code", "jam_not_found", "login_required"];
const JOIN: &[&str] = &[
    "invalid_jam_code",
    "jam_not_found",
    "login_required",
    "role_needed",
    "jam_full",
    "invalid_jam_value",
    "not_a_participant",
];
const PLAY: &[&str] = &["invalid_jam_code", "jam_not_found", "not_a_participant", "host_only", "invalid_jam_value"];
const OPEN: &[&str] = &["invalid_jam_code", "jam_code_taken", "too_many_jams", "invalid_jam_value"];
const REPLAY: &[&str] = &["jam_recording_not_found", "too_many_jams", "invalid_jam_value"];

fn told() -> Answer {
    Answer::Json(shape::<Jam>())
}

/// Something is there that was not.
fn made(operation: Operation) -> Operation {
    let answers = operation.answers.iter().map(|(_, answer)| (201, *answer)).collect();
    Operation { answers, ..operation }
}

pub fn describe(row: &Row) -> Option<Operation> {
    Some(match (row.method, row.path) {
        ("GET", "/api/jams") => reads("jams", "Jams that go on here", told(), &[]),
        ("POST", "/api/jams") => made(changes("jams", "Open a jam", shape::<OpenJamBody>(), told(), OPEN)),
        ("GET", "/api/jams/{code}") => reads("jams", "A jam", told(), CODE),
        ("DELETE", "/api/jams/{code}") => {
            let body = Body::OptionalJson(shape::<EndJamBody>());
            Operation {
                body,
                ..removes("jams", "End a jam", &["invalid_jam_code", "jam_not_found", "login_required", "host_only"])
            }
        }
        ("POST", "/api/jams/{code}/join") => made(changes("jams", "Come into a jam", shape::<JoinJamBody>(), told(), JOIN)),
        ("POST", "/api/jams/{code}/play") => changes("jams", "Play", shape::<PlayJamBody>(), told(), PLAY),
        ("GET", "/api/jams/{code}/strikes") => reads("jams", "What strikes in the next two seconds", told(), CODE),
        ("PATCH", "/api/jams/{code}/replay") => {
            let errors = &["invalid_jam_code", "jam_not_found", "invalid_jam_value"];
            changes("jams", "Another place or speed of a replay", shape::<SteerReplayBody>(), told(), errors)
        }
        ("GET", "/api/jam-recordings") => reads("jams", "What was played", told(), &[]),
        ("GET", "/api/jam-recordings/{recording}") => {
            reads("jams", "All of it, line by line", Answer::Bytes("application/x-ndjson"), &["jam_recording_not_found"])
        }
        ("DELETE", "/api/jam-recordings/{recording}") => {
            let errors = &["jam_recording_not_found", "jam_recording_goes_on", "storage_unavailable"];
            removes("jams", "Remove what was played", errors)
        }
        ("POST", "/api/jam-recordings/{recording}/replay") => {
            made(changes("jams", "Play it again in a jam of its own", shape::<ReplayBody>(), told(), REPLAY))
        }
        ("GET", "/api/jam-links") => reads("jams", "Jams of other servers that this node joined", told(), &[]),
        ("POST", "/api/jam-links") => {
            let errors = &["invalid_jam_address", "zone_not_found", "too_many"];
            made(changes("jams", "Join a jam of another server", shape::<JoinFromHereBody>(), told(), errors))
        }
        ("GET", "/api/jam-links/{code}") => {
            reads("jams", "One of them", told(), &["invalid_jam_code", "jam_link_not_found"])
        }
        ("DELETE", "/api/jam-links/{code}") => removes("jams", "Leave it", &["invalid_jam_code", "jam_link_not_found"]),
        _ => return None,
    })
}
