//! How destinations and the parts of the server are doing: measured, so without a number.

use serde_json::{Map, Value, json};

use super::destination::Status;
use crate::base::status::DestinationState;
use crate::base::vitals::Vitals;
use crate::show::Show;

pub fn status_update(show: &Show, vitals: &Vitals) -> Value {
    let mut states = vitals.status.destinations();
    let destinations: Map<String, Value> = show
        .destinations
        .values()
        .map(|destination| {
            let state = states.remove(destination.id.as_str()).unwrap_or(DestinationState::Stopped);
            (destination.id.to_string(), json!(Status::of(destination, &state)))
        })
        .collect();
    let mut payload = json!({ "destinations": destinations, "components": vitals.status.conditions() });
    if let Some(following) = vitals.following.get() {
        payload["following"] = json!(following);
    }
    json!({ "type": "statusUpdate", "payload": payload })
}
