//! A small screen on an SPI port. How its chip is woken and addressed is for `mipidsi` to know; which pixels it is sent, and in
//! pieces of what length, is decided here.

mod chip;
#[cfg(test)]
mod fake;
mod port;
#[cfg(test)]
mod tests;
mod wire;

use chip::Chip;
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin;
use embedded_hal::spi::SpiDevice;
use mipidsi::interface::Interface;
pub use port::open;
use wire::Wire;

use super::format::PixelFormat;
use super::part::Part;
use super::{DisplayError, Surface};
use crate::show::display::Panel;
use crate::show::geometry::Rect;

/// What a panel hangs on.
pub struct Pins<SPI, PIN> {
    pub spi: SPI,
    /// Low for commands, high for what belongs to them, and for pixels.
    pub dc: PIN,
    pub reset: Option<PIN>,
    pub backlight: Option<PIN>,
}

/// A panel that is awake. Dropped, it is dark, if its light can be switched.
pub struct PanelSurface<SPI: SpiDevice, PIN: OutputPin> {
    size: (u32, u32),
    wire: Wire<SPI, PIN>,
    chip: Chip<Wire<SPI, PIN>>,
    /// Held, as the chip sleeps when it is let go.
    _reset: Option<PIN>,
    backlight: Option<PIN>,
    is_lit: bool,
    piece: Vec<u8>,
}

impl<SPI: SpiDevice, PIN: OutputPin> PanelSurface<SPI, PIN> {
    /// Wakes it, which takes a good part of a second. `longest` is what the port takes at once, in bytes.
    pub fn new(panel: &Panel, pins: Pins<SPI, PIN>, longest: usize, delay: &mut impl DelayNs) -> Result<Self, DisplayError> {
        let Pins { spi, dc, reset, mut backlight } = pins;
        if let Some(light) = &mut backlight {
            // What the chip's memory has from before is not to be seen.
            light.set_low().map_err(|error| failed("backlight", &error))?;
        }
        let longest = longest.max(64);
        let (wire, reset, chip) = chip::wake(panel, Wire::new(spi, dc, longest), reset, delay)?;
        let size = (panel.width.into(), panel.height.into());
        Ok(Self { size, wire, chip, _reset: reset, backlight, is_lit: false, piece: Vec::with_capacity(longest) })
    }

    fn send(&mut self, pixels: &[u8], stride: usize, part: &Part) -> Result<(), <Wire<SPI, PIN> as Interface>::Error> {
        self.chip.aim(&mut self.wire, part)?;
        let rows = part.rows.clone();
        for row in rows.filter_map(|y| pixels.get(part.bytes(y, stride, self.chip.format.bytes()))) {
            if self.piece.len() + row.len() > self.piece.capacity() {
                self.wire.send(&self.piece)?;
                self.piece.clear();
            }
            if row.len() > self.piece.capacity() {
                self.wire.send(row)?;
            } else {
                self.piece.extend_from_slice(row);
            }
        }
        self.wire.send(&self.piece)?;
        self.piece.clear();
        Ok(())
    }

    fn light(&mut self) -> Result<(), DisplayError> {
        match &mut self.backlight {
            Some(light) if !self.is_lit => light.set_high().map_err(|error| failed("backlight", &error))?,
            _ => {}
        }
        self.is_lit = true;
        Ok(())
    }
}

impl<SPI: SpiDevice, PIN: OutputPin> Surface for PanelSurface<SPI, PIN> {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn format(&self) -> PixelFormat {
        self.chip.format
    }

    fn show(&mut self, pixels: &[u8], stride: usize, damage: &[Rect]) -> Result<(), DisplayError> {
        // What a failure left of another picture.
        self.piece.clear();
        let size = self.size;
        for part in damage.iter().filter_map(|rect| Part::of(*rect, size)) {
            self.send(pixels, stride, &part).map_err(|error| failed("panel", &error))?;
        }
        self.light()
    }
}

impl<SPI: SpiDevice, PIN: OutputPin> Drop for PanelSurface<SPI, PIN> {
    fn drop(&mut self) {
        if let Some(light) = &mut self.backlight {
            // Nobody is left who could be told.
            let _ = light.set_low();
        }
    }
}

fn failed(what: &str, error: &impl std::fmt::Debug) -> DisplayError {
    DisplayError::Io(format!("{what}: {error:?}"))
}
