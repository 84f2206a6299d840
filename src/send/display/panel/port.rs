//! A panel on this machine's own SPI port and pins.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use linux_embedded_hal::gpio_cdev::{self, LineRequestFlags};
use linux_embedded_hal::spidev::{SpiModeFlags, Spidev, SpidevOptions};
use linux_embedded_hal::{CdevPin, Delay, SpidevDevice};

use super::{PanelSurface, Pins, failed};
use crate::send::display::DisplayError;
use crate::show::display::Panel;

/// Who holds the pins, for those who look.
const CONSUMER: &str = "marquee";
/// What the kernel takes over SPI at once, unless it is told otherwise.
const USUAL_LENGTH: usize = 4_096;
const LENGTH: &str = "/sys/module/spidev/parameters/bufsiz";

pub fn open(panel: &Panel) -> Result<PanelSurface<SpidevDevice, CdevPin>, DisplayError> {
    let spi = spi(panel)?;
    let pin = |number: u32, value: u8| pin(&panel.gpiochip, number, value);
    let dc = pin(panel.dc_gpio, 1)?;
    let reset = panel.reset_gpio.map(|number| pin(number, 1)).transpose()?;
    let backlight = panel.backlight_gpio.map(|number| pin(number, 0)).transpose()?;
    let length = fs::read_to_string(LENGTH).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(USUAL_LENGTH);
    // Longer pieces gain nothing, and hold up others on the same port.
    PanelSurface::new(panel, Pins { spi, dc, reset, backlight }, length.min(1 << 16), &mut Delay)
}

fn spi(panel: &Panel) -> Result<SpidevDevice, DisplayError> {
    let told = |error: io::Error| DisplayError::of(&error, &panel.device);
    let file = OpenOptions::new().read(true).write(true).open(&panel.device).map_err(told)?;
    let mut port = Spidev::new(file);
    let options = SpidevOptions::new().bits_per_word(8).max_speed_hz(panel.hz).mode(SpiModeFlags::SPI_MODE_0).build();
    port.configure(&options)
        .map_err(|error| DisplayError::unsuitable(format!("{} is no SPI port: {error}", panel.device)))?;
    Ok(SpidevDevice(port))
}

fn pin(chip: &str, number: u32, value: u8) -> Result<CdevPin, DisplayError> {
    let path = Path::new(chip);
    // Asked for by itself, as the chip's own errors do not tell one reason from the other.
    OpenOptions::new().read(true).write(true).open(path).map_err(|error| DisplayError::of(&error, chip))?;
    let what = format!("pin {number} of {chip}");
    let request = || -> Result<CdevPin, gpio_cdev::Error> {
        let line = gpio_cdev::Chip::new(path)?.get_line(number)?;
        CdevPin::new(line.request(LineRequestFlags::OUTPUT, value, CONSUMER)?)
    };
    request().map_err(|error| failed(&what, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_absent_and_what_is_no_port_is_told() {
        let text = |device: &str| serde_json::json!({"driver": "st7789", "device": device, "dc_gpio": 25, "width": 240, "height": 240});
        let open = |device| open(&serde_json::from_value(text(device)).unwrap()).err().unwrap();
        assert_eq!(open("/dev/spidev98.7"), DisplayError::Absent { what: "/dev/spidev98.7".to_owned() });
        assert!(matches!(open("/dev/null"), DisplayError::Unsuitable { .. }));
        assert!(matches!(pin("/dev/gpiochip987", 1, 0).err(), Some(DisplayError::Absent { .. })));
        assert!(matches!(pin("/dev/null", 1, 0).err(), Some(DisplayError::Io(_))));
    }
}
