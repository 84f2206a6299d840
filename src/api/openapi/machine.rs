//! What the rows about the machine itself take, give, and can refuse: its WiFi, its newer versions, its log, and starting it anew.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bodies::ClientOpId;
use super::lights::body;
use super::musicbox::{gives, perhaps, with};
use super::operation::{Answer, Operation, acts, reads, shape};
use crate::api::routes::Row;

/// What stands in docs/API.md.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Told(Value);

body! {
    ConnectBody {
        ssid: Option<String>,
        ssid_hex: Option<String>,
        passphrase: Option<String>,
        hidden: Option<bool>,
        unprotected: Option<bool>,
    }
    ConfirmBody {
        token: String,
    }
    EnabledBody {
        enabled: bool,
        /// Needed to switch it off, which nothing takes back.
        unprotected: Option<bool>,
    }
    LeaveBody {
        /// Even if nothing would take it back.
        unprotected: Option<bool>,
    }
    InstallBody {
        restart: Option<bool>,
    }
    PowerBody {
        /// `reboot` or `power_off`.
        action: String,
    }
}

const WIFI: &[&str] = &["wifi_unavailable", "wifi_not_permitted", "wifi_refused", "network_manager_lost"];
const JOIN: &[&str] = &[
    "wifi_unavailable",
    "wifi_not_permitted",
    "invalid_ssid",
    "invalid_passphrase",
    "wifi_busy",
    "wifi_change_pending",
    "no_rollback",
    "security_mismatch",
    "unsupported_security",
    "network_not_found",
];
const LEAVE: &[&str] = &[
    "wifi_unavailable",
    "wifi_not_permitted",
    "wifi_refused",
    "network_manager_lost",
    "wifi_busy",
    "wifi_change_pending",
    "no_rollback",
];
const FORGET: &[&str] = &[
    "wifi_unavailable",
    "wifi_not_permitted",
    "wifi_refused",
    "network_manager_lost",
    "wifi_busy",
    "wifi_change_pending",
    "no_rollback",
    "invalid_ssid",
    "network_not_known",
];
const CONFIRM: &[&str] = &[
    "wifi_unavailable",
    "wifi_not_permitted",
    "wifi_refused",
    "wrong_token",
    "not_yet",
    "nothing_to_confirm",
    "rolled_back",
];
const FETCH: &[&str] = &[
    "update_unavailable",
    "update_busy",
    "nothing_available",
    "update_unreachable",
    "invalid_manifest",
    "invalid_signature",
    "wrong_signature",
    "update_downgrade",
    "update_too_far",
];
const INSTALL: &[&str] = &[
    "update_unavailable",
    "update_busy",
    "nothing_ready",
    "hash_mismatch",
    "invalid_archive",
    "update_does_not_run",
    "update_storage",
    "not_supervised",
    "restart_switched_off",
];
const POWER: &[&str] = &["power_switched_off", "power_unavailable", "power_not_permitted"];

pub fn describe(row: &Row) -> Option<Operation> {
    system(row).or_else(|| wifi(row)).or_else(|| updates(row))
}

fn told() -> Answer {
    Answer::Json(shape::<Told>())
}

/// It goes on after the answer.
fn begins(operation: Operation) -> Operation {
    let answers = operation.answers.iter().map(|(_, answer)| (202, *answer)).collect();
    Operation { answers, ..operation }
}

/// It goes on after the answer, unless it is done by then.
fn may_begin(operation: Operation) -> Operation {
    let both = operation.answers.iter().flat_map(|(status, answer)| [(*status, *answer), (202, *answer)]);
    Operation { answers: both.collect(), ..operation }
}

fn system(row: &Row) -> Option<Operation> {
    let does = |summary, errors| begins(acts("system", summary, gives(), errors));
    Some(match (row.method, row.path) {
        ("GET", "/api/dashboard") => reads("dashboard", "All at a glance", told(), &[]),
        ("GET", "/api/dashboard/storage") => reads("dashboard", "What is on the disk", told(), &["recording_storage"]),
        ("GET", "/api/websocket/status") => reads("dashboard", "Who listens to what", told(), &[]),
        ("GET", "/api/system/info") => reads("system", "The machine", gives(), &[]),
        ("GET", "/api/system/logs") => reads("system", "The newest lines of the log", gives(), &["invalid_query"]),
        ("POST", "/api/system/restart") => does("Start the server anew", &["not_supervised", "restart_switched_off"]),
        ("POST", "/api/system/power") => {
            with(shape::<PowerBody>(), does("Ask to restart the machine, or to switch it off", POWER))
        }
        ("POST", "/api/system/power/confirm") => {
            let errors = &["power_switched_off", "power_unavailable", "nothing_to_confirm", "wrong_token"];
            with(shape::<ConfirmBody>(), does("Do what was asked for", errors))
        }
        _ => return None,
    })
}

fn wifi(row: &Row) -> Option<Operation> {
    let does = |summary| acts("wifi", summary, told(), WIFI);
    Some(match (row.method, row.path) {
        ("GET", "/api/wifi/status") => reads("wifi", "The network that the machine is in", told(), &[]),
        ("GET", "/api/wifi/networks") => reads("wifi", "Networks in reach", told(), WIFI),
        ("POST", "/api/wifi/scan") => does("Look for networks"),
        ("POST", "/api/wifi/disconnect") => {
            perhaps(shape::<LeaveBody>(), may_begin(acts("wifi", "Leave the network", told(), LEAVE)))
        }
        ("POST", "/api/wifi/enabled") => with(shape::<EnabledBody>(), acts("wifi", "Switch WiFi on or off", told(), LEAVE)),
        ("DELETE", "/api/wifi/networks/{ssid}") => {
            perhaps(shape::<LeaveBody>(), may_begin(acts("wifi", "Forget a network", told(), FORGET)))
        }
        ("POST", "/api/wifi/connect") => begins(with(shape::<ConnectBody>(), acts("wifi", "Join a network", told(), JOIN))),
        ("POST", "/api/wifi/confirm") => with(shape::<ConfirmBody>(), acts("wifi", "Let the change stay", told(), CONFIRM)),
        _ => return None,
    })
}

fn updates(row: &Row) -> Option<Operation> {
    let does = |summary, errors| acts("updates", summary, told(), errors);
    Some(match (row.method, row.path) {
        ("GET", "/api/updates") => reads("updates", "How far an update is", told(), &[]),
        ("POST", "/api/updates/check") => does("Look for a newer version", FETCH),
        ("POST", "/api/updates/download") => begins(does("Fetch it", &["update_unavailable", "update_busy"])),
        ("POST", "/api/updates/install") => {
            perhaps(shape::<InstallBody>(), does("Make it the one of the next start", INSTALL))
        }
        _ => return None,
    })
}
