//! Merging a patch into a thing, by the names that the thing has on the wire.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::state::command::Patch;
use crate::state::rejection::Rejection;

/// What the thing is once the patch is merged into it (RFC 7396); ids stay.
pub(super) fn merged<T: Serialize + DeserializeOwned>(what: &'static str, thing: &T, patch: &Patch) -> Result<T, Rejection> {
    let invalid = |error: serde_json::Error| Rejection::invalid(what, &error);
    let mut value = serde_json::to_value(thing).map_err(invalid)?;
    if let (Some(id), Some(wanted)) = (value.get("id"), patch.get("id"))
        && id != wanted
    {
        return Err(Rejection::Invalid { what, why: "its id can not be changed".to_owned() });
    }
    merge(&mut value, patch);
    serde_json::from_value(value).map_err(invalid)
}

fn merge(target: &mut Value, patch: &Patch) {
    if !target.is_object() {
        *target = Value::Object(Patch::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        match value {
            Value::Null => {
                target.remove(name);
            }
            Value::Object(inner) => merge(target.entry(name.clone()).or_insert(Value::Null), inner),
            other => {
                target.insert(name.clone(), other.clone());
            }
        }
    }
}
