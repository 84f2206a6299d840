//! A display of this machine: how it is reached, and how the program's picture is put on it.

mod mode;
mod panel;
#[cfg(test)]
mod tests;

pub use mode::{InvalidMode, Mode};
pub use panel::{Driver, Panel};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::DisplayId;
use super::rotation::Rotation;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Display {
    pub id: DisplayId,
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub name: String,
    #[serde(default = "yes")]
    pub enabled: bool,
    #[serde(default)]
    pub fit: Fit,
    #[serde(default)]
    pub rotation: Rotation,
    /// What white is, as a part of what the display can do.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 1))]
    pub brightness: f64,
    /// Above 1 what lies between black and white gets darker, below 1 brighter.
    #[serde(default = "one")]
    #[schemars(range(min = 0.2, max = 5))]
    pub gamma: f64,
    /// Show a test card in place of the program.
    #[serde(default)]
    pub test_card: bool,
    /// At most so many pictures in a second; absent: as many as there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 240))]
    pub fps: Option<u16>,
    #[serde(flatten)]
    pub screen: Screen,
}

/// How it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Screen {
    /// A connector of a graphics card, by the kernel's mode setting (KMS).
    Kms {
        /// `/dev/dri/card0`; absent: the first with something connected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(length(max = 128))]
        device: Option<String>,
        /// `HDMI-A-1`; absent: the first with something connected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(length(max = 64))]
        connector: Option<String>,
        /// Absent: what the screen itself prefers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<Mode>,
    },
    /// A framebuffer device of the old kind.
    Framebuffer {
        #[serde(default = "first_framebuffer")]
        #[schemars(length(max = 128))]
        device: String,
    },
    /// A small screen on an SPI port, driven by this server itself.
    Panel(Panel),
}

/// How a picture of another shape is brought onto the display.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// As large as it can be seen as a whole, between black bars.
    #[default]
    Contain,
    /// As small as it leaves no bars; what stands over is cut off.
    Cover,
    /// Stretched.
    Fill,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DisplayFault {
    #[error("{field} is {value}, but may be {allowed}")]
    OutOfRange { field: &'static str, value: f64, allowed: &'static str },
    #[error("{field} is {given:?}, but must be {allowed}")]
    Elsewhere { field: &'static str, given: String, allowed: &'static str },
    #[error("{width} × {height} pixels from {offset_x}, {offset_y} on are more than the {} × {} that this driver has", .has.0, .has.1)]
    TooLarge { width: u16, height: u16, offset_x: u16, offset_y: u16, has: (u16, u16) },
    #[error("pin {0} can not do two things")]
    SharedPin(u32),
}

impl Display {
    pub fn check(&self) -> Result<(), DisplayFault> {
        in_range("brightness", self.brightness, [0.0, 1.0], "0 to 1")?;
        in_range("gamma", self.gamma, [0.2, 5.0], "0.2 to 5")?;
        self.fps.map_or(Ok(()), |fps| in_range("fps", f64::from(fps), [1.0, 240.0], "1 to 240"))?;
        match &self.screen {
            Screen::Kms { device, .. } => device.as_deref().map_or(Ok(()), |device| {
                below("device", device, "/dev/dri/", |rest| !rest.is_empty(), "/dev/dri/card0 or the like")
            }),
            Screen::Framebuffer { device } => below("device", device, "/dev/fb", is_number, "/dev/fb0 or the like"),
            Screen::Panel(panel) => panel.check(),
        }
    }
}

fn in_range(field: &'static str, value: f64, [least, most]: [f64; 2], allowed: &'static str) -> Result<(), DisplayFault> {
    // Whoever wrote it so holds that it is no number in no range.
    let fits = (least..=most).contains(&value);
    if fits { Ok(()) } else { Err(DisplayFault::OutOfRange { field, value, allowed }) }
}

/// Whoever may set up displays may not write into any file: devices have the names that the kernel gives to their kind.
fn below(
    field: &'static str,
    given: &str,
    prefix: &str,
    is_rest: fn(&str) -> bool,
    allowed: &'static str,
) -> Result<(), DisplayFault> {
    let rest = given.strip_prefix(prefix).filter(|rest| !rest.contains("..") && is_rest(rest));
    let told = || DisplayFault::Elsewhere { field, given: given.chars().take(128).collect(), allowed };
    rest.map(drop).ok_or_else(told)
}

fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Screen {
    /// A file that is all its own.
    pub fn device(&self) -> Option<&str> {
        match self {
            Screen::Kms { .. } => None,
            Screen::Framebuffer { device } => Some(device),
            Screen::Panel(panel) => Some(&panel.device),
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Screen::Kms { .. } => "kms",
            Screen::Framebuffer { .. } => "framebuffer",
            Screen::Panel(_) => "panel",
        }
    }
}

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}

fn first_framebuffer() -> String {
    "/dev/fb0".to_owned()
}
