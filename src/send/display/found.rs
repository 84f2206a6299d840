//! Displays that this machine could show the program on, as the kernel tells of them: nothing is opened to find them.

use std::fs;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::framebuffer::GRAPHICS;
use crate::show::display::Screen;

const CARDS: &str = "/sys/class/drm";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FoundDisplay {
    /// With an id it makes a display.
    pub display: Screen,
    /// Whether a screen is plugged in, where that can be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected: Option<bool>,
    /// What a screen that is plugged in can show, its favourite first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<String>,
    /// What its driver calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

pub fn displays() -> Vec<FoundDisplay> {
    below(Path::new(CARDS), Path::new(GRAPHICS))
}

fn below(cards: &Path, graphics: &Path) -> Vec<FoundDisplay> {
    let connectors = folders(cards).into_iter().filter_map(|folder| connector(&folder));
    connectors.chain(folders(graphics).into_iter().filter_map(|folder| framebuffer(&folder))).collect()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut all: Vec<_> = fs::read_dir(of).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    all.sort();
    all
}

fn line(folder: &Path, file: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join(file)).ok()?;
    Some(text.lines().next()?.trim().to_owned()).filter(|line| !line.is_empty())
}

/// `card0-HDMI-A-1`
fn connector(folder: &Path) -> Option<FoundDisplay> {
    let (card, connector) = folder.file_name()?.to_str()?.split_once('-')?;
    let status = line(folder, "status")?;
    let modes = fs::read_to_string(folder.join("modes")).unwrap_or_default();
    let mut modes: Vec<String> = modes.lines().map(str::to_owned).collect();
    modes.dedup();
    let display =
        Screen::Kms { device: Some(format!("/dev/dri/{card}")), connector: Some(connector.to_owned()), mode: None };
    Some(FoundDisplay { display, connected: Some(status == "connected"), modes, name: None })
}

/// `fb0`
fn framebuffer(folder: &Path) -> Option<FoundDisplay> {
    let file = folder.file_name()?.to_str()?;
    let is_one = file.strip_prefix("fb").is_some_and(|number| number.parse::<u8>().is_ok());
    let size = line(folder, "virtual_size").filter(|_| is_one)?.replace(',', "x");
    let display = Screen::Framebuffer { device: format!("/dev/{file}") };
    Some(FoundDisplay { display, connected: None, modes: vec![size], name: line(folder, "name") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::show::display::Display;

    #[test]
    fn connectors_and_framebuffers_are_found_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("drm/card1-HDMI-A-1/status", "connected\n");
        put("drm/card1-HDMI-A-1/modes", "1920x1080\n1920x1080\n1280x720\n");
        put("drm/card1-HDMI-A-2/status", "disconnected\n");
        put("drm/card1-HDMI-A-2/modes", "");
        put("drm/card1/dev", "226:1\n");
        put("drm/version", "drm 1.1.0");
        put("graphics/fb0/virtual_size", "800,480\n");
        put("graphics/fb0/name", "vc4drmfb\n");
        put("graphics/fbcon/cursor_blink", "1\n");
        let found = below(&folder.path().join("drm"), &folder.path().join("graphics"));
        let expected = json!([
            {"display": {"kind": "kms", "device": "/dev/dri/card1", "connector": "HDMI-A-1"}, "connected": true,
             "modes": ["1920x1080", "1280x720"]},
            {"display": {"kind": "kms", "device": "/dev/dri/card1", "connector": "HDMI-A-2"}, "connected": false},
            {"display": {"kind": "framebuffer", "device": "/dev/fb0"}, "modes": ["800x480"], "name": "vc4drmfb"},
        ]);
        assert_eq!(serde_json::to_value(&found).unwrap(), expected);
        for (number, mut one) in serde_json::to_value(&found).unwrap().as_array().unwrap().iter().cloned().enumerate() {
            one["display"]["id"] = json!(format!("d{number}"));
            let display: Display = serde_json::from_value(one["display"].take()).unwrap();
            display.check().unwrap();
        }
        assert_eq!(below(Path::new("/nowhere"), Path::new("/nowhere")), []);
    }
}
