//! The chips that panels have: how each is woken, and how it is told where the next pixels go.

use std::fmt::Debug;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin;
use mipidsi::interface::{Interface, InterfacePixelFormat};
use mipidsi::models::{self, Model};
use mipidsi::options::{ColorInversion, ColorOrder, Orientation, Rotation};
use mipidsi::{Builder, InitError};

use super::failed;
use crate::send::display::DisplayError;
use crate::send::display::format::PixelFormat;
use crate::send::display::part::Part;
use crate::show::display::{Driver, Panel};

/// What is left to know of a chip that is awake.
pub struct Chip<W: Interface> {
    pub format: PixelFormat,
    /// Where in its memory the glass begins, as it counts.
    origin: (u16, u16),
    window: Window<W>,
    start: fn(&mut W) -> Result<(), W::Error>,
}

/// First and last column and row.
type Window<W> = fn(&mut W, Rotation, u16, u16, u16, u16) -> Result<(), <W as Interface>::Error>;
type Woken<W, P> = Result<(W, Option<P>, Chip<W>), DisplayError>;

impl<W: Interface> Chip<W> {
    /// The pixels that come next are those of this part.
    pub fn aim(&self, wire: &mut W, part: &Part) -> Result<(), W::Error> {
        let number = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
        let last = |end: usize| number(end.saturating_sub(1));
        let (x, y) = self.origin;
        let (left, top) = (x.saturating_add(number(part.columns.start)), y.saturating_add(number(part.rows.start)));
        let (right, bottom) = (x.saturating_add(last(part.columns.end)), y.saturating_add(last(part.rows.end)));
        (self.window)(wire, Rotation::Deg0, left, top, right, bottom)?;
        (self.start)(wire)
    }
}

pub fn wake<W, P>(panel: &Panel, wire: W, reset: Option<P>, delay: &mut impl DelayNs) -> Woken<W, P>
where
    W: Interface<Word = u8>,
    P: OutputPin,
{
    use PixelFormat::{Rgb565Swapped as Sixteen, Rgb888 as Eighteen};
    match panel.driver {
        Driver::Gc9107 => wake_as(models::GC9107, Sixteen, panel, wire, reset, delay),
        Driver::Gc9a01 => wake_as(models::GC9A01, Sixteen, panel, wire, reset, delay),
        Driver::Ili9225 if panel.mirrored => Err(DisplayError::unsuitable("an ILI9225 can not mirror the picture")),
        Driver::Ili9225 => wake_as(models::ILI9225Rgb565, Sixteen, panel, wire, reset, delay),
        Driver::Ili9341 => wake_as(models::ILI9341Rgb565, Sixteen, panel, wire, reset, delay),
        Driver::Ili9342c => wake_as(models::ILI9342CRgb565, Sixteen, panel, wire, reset, delay),
        // Over SPI these take eighteen bits only: the upper six of each byte.
        Driver::Ili9486 => wake_as(models::ILI9486Rgb666, Eighteen, panel, wire, reset, delay),
        Driver::Ili9488 => wake_as(models::ILI9488Rgb666, Eighteen, panel, wire, reset, delay),
        Driver::Rm67162 => wake_as(models::RM67162, Sixteen, panel, wire, reset, delay),
        Driver::St7735 => wake_as(models::ST7735s, Sixteen, panel, wire, reset, delay),
        Driver::St7789 => wake_as(models::ST7789, Sixteen, panel, wire, reset, delay),
        Driver::St7796 => wake_as(models::ST7796, Sixteen, panel, wire, reset, delay),
    }
}

fn wake_as<M, W, P>(
    model: M,
    format: PixelFormat,
    panel: &Panel,
    wire: W,
    reset: Option<P>,
    delay: &mut impl DelayNs,
) -> Woken<W, P>
where
    M: Model,
    M::ColorFormat: InterfacePixelFormat<u8>,
    W: Interface<Word = u8>,
    P: OutputPin,
{
    let Panel { width, height, offset_x, offset_y, inverted, bgr, mirrored, .. } = *panel;
    let builder = Builder::new(model, wire)
        .display_size(width, height)
        .display_offset(offset_x, offset_y)
        .invert_colors(if inverted { ColorInversion::Inverted } else { ColorInversion::Normal })
        .color_order(if bgr { ColorOrder::Bgr } else { ColorOrder::Rgb })
        .orientation(Orientation { rotation: Rotation::Deg0, mirrored });
    let (wire, reset) = match reset {
        Some(pin) => {
            let (wire, _, pin) = builder.reset_pin(pin).init(delay).map_err(told)?.release();
            (wire, pin)
        }
        None => (builder.init(delay).map_err(told)?.release().0, None),
    };
    // Mirrored, it counts from the other side.
    let opposite = M::FRAMEBUFFER_SIZE.0.saturating_sub(width.saturating_add(offset_x));
    let origin = (if mirrored { opposite } else { offset_x }, offset_y);
    Ok((wire, reset, Chip { format, origin, window: M::update_address_window::<W>, start: M::write_memory_start::<W> }))
}

fn told<E: Debug, P: Debug>(error: InitError<E, P>) -> DisplayError {
    match error {
        InitError::InvalidConfiguration(error) => DisplayError::unsuitable(format!("the panel can not be so: {error:?}")),
        InitError::Interface(error) => failed("panel", &error),
        InitError::ResetPin(error) => failed("reset pin", &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_are_as_large_as_it_is_said_of_them() {
        #[track_caller]
        fn check<M: Model>(_: M, driver: Driver) {
            assert_eq!(driver.size(), M::FRAMEBUFFER_SIZE, "{driver:?}");
        }
        check(models::GC9107, Driver::Gc9107);
        check(models::GC9A01, Driver::Gc9a01);
        check(models::ILI9225Rgb565, Driver::Ili9225);
        check(models::ILI9341Rgb565, Driver::Ili9341);
        check(models::ILI9342CRgb565, Driver::Ili9342c);
        check(models::ILI9486Rgb666, Driver::Ili9486);
        check(models::ILI9488Rgb666, Driver::Ili9488);
        check(models::RM67162, Driver::Rm67162);
        check(models::ST7735s, Driver::St7735);
        check(models::ST7789, Driver::St7789);
        check(models::ST7796, Driver::St7796);
    }
}
