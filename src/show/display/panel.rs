//! A small screen on an SPI port: which chip drives it, and how it is wired.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DisplayFault, below, in_range};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    pub driver: Driver,
    /// `/dev/spidev0.0`
    #[serde(default = "first_port")]
    #[schemars(length(max = 128))]
    pub device: String,
    /// The pin that tells commands from pixels, as the chip of pins numbers it.
    pub dc_gpio: u32,
    /// Absent: it is reset by a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_gpio: Option<u32>,
    /// Absent: it is lit without us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backlight_gpio: Option<u32>,
    #[serde(default = "first_chip")]
    #[schemars(length(max = 128))]
    pub gpiochip: String,
    /// In the driver's own direction; to turn the picture is the display's `rotation`.
    #[schemars(range(min = 1, max = 1_024))]
    pub width: u16,
    #[schemars(range(min = 1, max = 1_024))]
    pub height: u16,
    /// Where in the driver's memory the glass begins.
    #[serde(default)]
    #[schemars(range(max = 1_024))]
    pub offset_x: u16,
    #[serde(default)]
    #[schemars(range(max = 1_024))]
    pub offset_y: u16,
    #[serde(default = "usual_hz")]
    #[schemars(range(min = 100_000, max = 125_000_000))]
    pub hz: u32,
    /// Black and white are exchanged; most IPS panels want it.
    #[serde(default)]
    pub inverted: bool,
    /// Red and blue are exchanged.
    #[serde(default)]
    pub bgr: bool,
    /// Left and right are exchanged; many panels are wired so.
    #[serde(default)]
    pub mirrored: bool,
}

/// The chip on the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Driver {
    Gc9107,
    Gc9a01,
    Ili9225,
    Ili9341,
    Ili9342c,
    Ili9486,
    Ili9488,
    Rm67162,
    St7735,
    St7789,
    St7796,
}

impl Driver {
    pub const ALL: [Driver; 11] = [
        Driver::Gc9107,
        Driver::Gc9a01,
        Driver::Ili9225,
        Driver::Ili9341,
        Driver::Ili9342c,
        Driver::Ili9486,
        Driver::Ili9488,
        Driver::Rm67162,
        Driver::St7735,
        Driver::St7789,
        Driver::St7796,
    ];

    /// Pixels that its memory has.
    pub fn size(self) -> (u16, u16) {
        match self {
            Driver::Gc9107 => (128, 160),
            Driver::Gc9a01 => (240, 240),
            Driver::Ili9225 => (176, 220),
            Driver::Ili9341 | Driver::St7789 => (240, 320),
            Driver::Ili9342c => (320, 240),
            Driver::Ili9486 | Driver::Ili9488 | Driver::St7796 => (320, 480),
            Driver::Rm67162 => (240, 536),
            Driver::St7735 => (132, 162),
        }
    }
}

impl Panel {
    pub fn check(&self) -> Result<(), DisplayFault> {
        let is_rest = |rest: &str| !rest.is_empty() && !rest.contains('/');
        below("device", &self.device, "/dev/spidev", is_rest, "/dev/spidev0.0 or the like")?;
        below("gpiochip", &self.gpiochip, "/dev/gpiochip", is_rest, "/dev/gpiochip0 or the like")?;
        in_range("hz", f64::from(self.hz), [1e5, 1.25e8], "100000 to 125000000")?;
        self.check_size()?;
        let pins = [Some(self.dc_gpio), self.reset_gpio, self.backlight_gpio];
        let is_shared = |pin: &u32| pins.iter().filter(|other| **other == Some(*pin)).count() > 1;
        pins.into_iter().flatten().find(is_shared).map_or(Ok(()), |pin| Err(DisplayFault::SharedPin(pin)))
    }

    fn check_size(&self) -> Result<(), DisplayFault> {
        let Panel { width, height, offset_x, offset_y, .. } = *self;
        let has = self.driver.size();
        let fits =
            |offset: u16, length: u16, most: u16| length > 0 && u32::from(offset) + u32::from(length) <= u32::from(most);
        if fits(offset_x, width, has.0) && fits(offset_y, height, has.1) {
            return Ok(());
        }
        Err(DisplayFault::TooLarge { width, height, offset_x, offset_y, has })
    }
}

fn first_port() -> String {
    "/dev/spidev0.0".to_owned()
}

fn first_chip() -> String {
    "/dev/gpiochip0".to_owned()
}

/// What most of these chips take over short wires.
fn usual_hz() -> u32 {
    32_000_000
}
