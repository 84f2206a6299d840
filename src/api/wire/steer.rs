//! Lights and tags, steered in the words of their own clients: `zone:set_color {zone_id, color}`, `start_nfc_link {playlist_id}`. Each
//! means a command, and is carried out as one.

use serde_json::{Map, Value, json};

use crate::api::request::fresh_id;

type Fields = Map<String, Value>;

/// The command that is meant; None if there are no such words. `name` is what the client calls it.
pub fn command(event: &str, mut data: Fields, name: Option<&Value>) -> Option<Fields> {
    let zone = |data: &mut Fields| data.remove("zone_id").unwrap_or(Value::Null);
    Some(match event {
        "zone:set_color" | "zone:set_brightness" | "zone:set_enabled" => {
            let zone = zone(&mut data);
            let field = event.trim_start_matches("zone:set_");
            // What is not said at all is refused, as anything is that it can not be; and so is what else is said.
            let value = data.remove(field).unwrap_or(Value::Null);
            with(data, json!({ "command": "change_zone", "zone": zone, "patch": { field: value } }))
        }
        "zone:reset" => {
            let zone = zone(&mut data);
            with(data, json!({ "command": "reset_zone", "zone": zone }))
        }
        "animation:start" => {
            let animation = data.remove("animation_id").unwrap_or(Value::Null);
            with(Fields::new(), json!({ "command": "start_animation", "animation": animation, "start": data }))
        }
        "animation:stop" => {
            let animation = data.remove("animation_id").unwrap_or(Value::Null);
            with(data, json!({ "command": "stop_animation", "animation": animation }))
        }
        "animation:set_parameters" => {
            let animation = data.remove("animation_id").unwrap_or(Value::Null);
            with(data, json!({ "command": "change_animation", "animation": animation }))
        }
        "system:power" => with(data, json!({ "command": "switch_lights" })),
        "system:set_mode" => with(data, json!({ "command": "set_light_mode" })),
        "system:set_brightness" => with(data, json!({ "command": "set_light_brightness" })),
        "preset:load" => {
            let preset = data.remove("preset_id").unwrap_or(Value::Null);
            with(data, json!({ "command": "load_light_preset", "id": preset }))
        }
        "start_nfc_link" | "override_nfc_tag" => {
            // Without one it would only be asked which tag it is.
            let playlist = data.remove("playlist_id").filter(|id| !id.is_null()).unwrap_or(json!(""));
            // Asked for again under the same name it is the same one.
            let operation = name.and_then(|name| serde_json::from_value(name.clone()).ok());
            let id = fresh_id("link", operation.as_ref(), 0);
            let mut command = json!({ "command": "start_association", "id": id, "playlist": playlist });
            if event == "override_nfc_tag" {
                command["replace"] = json!(true);
                command["tag"] = data.remove("tag_id").unwrap_or(Value::Null);
            }
            with(data, command)
        }
        "stop_nfc_link" => {
            let (id, playlist) = (data.remove("assoc_id"), data.remove("playlist_id"));
            with(data, json!({ "command": "cancel_association", "id": id, "playlist": playlist }))
        }
        _ => return None,
    })
}

fn with(mut fields: Fields, command: Value) -> Fields {
    if let Value::Object(command) = command {
        fields.extend(command);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::command::Command;

    #[track_caller]
    fn check(event: &str, data: Value, expected: &str) {
        let Value::Object(data) = data else { panic!("an object") };
        let command = serde_json::from_value::<Command>(Value::Object(command(event, data, None).unwrap())).unwrap();
        assert_eq!(command.name(), expected);
    }

    #[test]
    fn the_words_of_clients_mean_commands() {
        check("zone:set_color", json!({"zone_id": "FLOOR", "color": {"mode": "HUE", "hue": 240}}), "change_zone");
        check("zone:set_brightness", json!({"zone_id": "FLOOR", "brightness": 9, "transition": "FADE"}), "change_zone");
        check("zone:set_enabled", json!({"zone_id": "FLOOR", "enabled": false}), "change_zone");
        check("zone:reset", json!({"zone_id": "FLOOR"}), "reset_zone");
        let start = json!({"animation_id": "BREATHE", "zones": ["FLOOR", "LAMP"],
            "parameters": {"speed": 1.5, "color_primary": {"mode": "RGB", "rgb": [255, 0, 0]}}});
        check("animation:start", start, "start_animation");
        check("animation:stop", json!({"animation_id": "BREATHE", "duration": 2.0}), "stop_animation");
        check(
            "animation:set_parameters",
            json!({"animation_id": "BREATHE", "parameters": {"speed": 2}}),
            "change_animation",
        );
        check("system:power", json!({"on": false, "transition": "FADE", "duration": 2.0}), "switch_lights");
        check("system:set_mode", json!({"mode": "STATIC"}), "set_light_mode");
        check("system:set_brightness", json!({"brightness": 9}), "set_light_brightness");
        check("preset:load", json!({"preset_id": "evening"}), "load_light_preset");
        check("start_nfc_link", json!({"playlist_id": "p"}), "start_association");
        check("override_nfc_tag", json!({"playlist_id": "p", "tag_id": "04AA"}), "start_association");
        check("override_nfc_tag", json!({"playlist_id": "p", "tag_id": null}), "start_association");
        check("stop_nfc_link", json!({"playlist_id": "p"}), "cancel_association");
        check("stop_nfc_link", json!({"assoc_id": "link-1"}), "cancel_association");
        let linked = |name: &str| command("start_nfc_link", Fields::new(), Some(&json!(name))).unwrap()["id"].clone();
        assert!(linked("op-1") == linked("op-1") && linked("op-1") != linked("op-2"));
        let more = json!({"zone_id": "FLOOR", "color": "#ff0000", "name": "Mine"});
        let Value::Object(more) = more else { panic!("an object") };
        let renaming = command("zone:set_color", more, None).unwrap();
        assert!(serde_json::from_value::<Command>(Value::Object(renaming)).is_err(), "a colour, and nothing else");
        assert_eq!(command("zone:dance", Fields::new(), None), None);
    }
}
