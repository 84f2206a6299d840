//! Whether this machine can do what a command asks for. The show itself may hold anything: it may come from another machine, or the
//! package may be installed tomorrow. Only a new wish for what can not be fulfilled is turned away, with the name of what to install.

use serde_json::Value;

use super::error::ApiError;
use crate::show::input::InputKind;
use crate::state::command::Command;

/// The GStreamer element that an input of this kind can not do without.
fn element(kind: &str, device: Option<&str>) -> Option<(&'static str, &'static str)> {
    match kind {
        "page" => Some(("wpesrc", "web pages")),
        "camera" => Some(("v4l2src", "cameras")),
        // One that names no system takes whichever is there.
        "microphone" if device?.starts_with("alsa") => Some(("alsasrc", "microphones, by ALSA")),
        "microphone" => Some(("pulsesrc", "microphones, by PulseAudio or PipeWire")),
        _ => None,
    }
}

pub fn check(command: &Command, capabilities: &Value) -> Result<(), ApiError> {
    command.within().into_iter().try_for_each(|command| check(command, capabilities))?;
    let needed = match command {
        Command::PutInput { input, .. } => match &input.kind {
            InputKind::Page { .. } => element("page", None),
            InputKind::Camera { .. } => element("camera", None),
            InputKind::Microphone { device, .. } => element("microphone", device.as_deref()),
            _ => None,
        },
        Command::ChangeInput { patch, .. } => {
            let text = |field: &str| patch.get(field).and_then(Value::as_str);
            element(text("kind").unwrap_or_default(), text("device"))
        }
        _ => None,
    };
    let Some((element, what)) = needed else { return Ok(()) };
    let missing = capabilities["missing"].as_array().into_iter().flatten();
    let package = missing.filter(|missing| missing["element"] == element).find_map(|missing| missing["package"].as_str());
    package.map_or(Ok(()), |package| Err(ApiError::NotInstalled { what, element, package: package.to_owned() }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(kind: &str, missing: &[(&str, &str)]) -> Option<String> {
        asked_of(kind, "/dev/video0", missing)
    }

    fn asked_of(kind: &str, device: &str, missing: &[(&str, &str)]) -> Option<String> {
        let input = json!({ "id": "a", "kind": kind, "url": "http://host", "width": 320, "height": 180, "device": device });
        let fields: Vec<&str> = match kind {
            "page" => vec!["id", "kind", "url", "width", "height"],
            "camera" | "microphone" => vec!["id", "kind", "device"],
            _ => vec!["id", "kind"],
        };
        let input: serde_json::Map<_, _> =
            fields.into_iter().map(|field| (field.to_owned(), input[field].clone())).collect();
        let put =
            Command::PutInput { input: serde_json::from_value(input.clone().into()).expect("an input"), only_new: true };
        let id = serde_json::from_value(json!("a")).expect("an id");
        let change = Command::ChangeInput { input: id, patch: input };
        let missing: Vec<_> =
            missing.iter().map(|(element, package)| json!({ "element": element, "package": package })).collect();
        let capabilities = json!({ "missing": missing });
        let told = |command: &Command| check(command, &capabilities).err().map(|error| error.to_string());
        assert_eq!(told(&put), told(&change), "however it is asked for");
        let batch = Command::Batch { commands: vec![put.clone()], at: None, id: None };
        assert_eq!(told(&put), told(&batch), "in a batch, too");
        told(&put)
    }

    #[test]
    fn what_is_not_installed_is_named_with_its_package() {
        let wpe = [("x264enc", "ugly"), ("wpesrc", "gstreamer1.0-wpe")];
        let told = asked("page", &wpe).expect("it is turned away");
        assert!(told.contains("gstreamer1.0-wpe") && told.contains("web pages"), "{told}");
        assert_eq!((asked("page", &[]), asked("camera", &wpe), asked("tone", &wpe)), (None, None, None));
        assert!(asked("camera", &[("v4l2src", "gstreamer1.0-plugins-good")]).is_some());
        let no_alsa = [("alsasrc", "gstreamer1.0-alsa")];
        let told = asked_of("microphone", "alsa:hw:1", &no_alsa).expect("it is turned away");
        assert!(told.contains("gstreamer1.0-alsa"), "{told}");
        assert_eq!((asked_of("microphone", "pulse", &no_alsa), asked("tone", &no_alsa)), (None, None));
    }
}
