//! Commands and pixels over SPI, in pieces that the port takes.

use embedded_hal::digital::OutputPin;
use embedded_hal::spi::SpiDevice;
use mipidsi::interface::{Interface, InterfaceKind};

pub struct Wire<SPI, DC> {
    spi: SPI,
    dc: DC,
    longest: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError<SPI, DC> {
    Spi(SPI),
    Pin(DC),
}

impl<SPI: SpiDevice, DC: OutputPin> Wire<SPI, DC> {
    pub fn new(spi: SPI, dc: DC, longest: usize) -> Self {
        Self { spi, dc, longest: longest.max(1) }
    }

    /// What belongs to the command before.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), WireError<SPI::Error, DC::Error>> {
        bytes.chunks(self.longest).try_for_each(|piece| self.spi.write(piece)).map_err(WireError::Spi)
    }
}

impl<SPI: SpiDevice, DC: OutputPin> Interface for Wire<SPI, DC> {
    type Word = u8;
    type Error = WireError<SPI::Error, DC::Error>;

    const KIND: InterfaceKind = InterfaceKind::Serial4Line;

    fn send_command(&mut self, command: u8, args: &[u8]) -> Result<(), Self::Error> {
        self.dc.set_low().map_err(WireError::Pin)?;
        self.send(&[command])?;
        self.dc.set_high().map_err(WireError::Pin)?;
        self.send(args)
    }

    /// Ours go through `send`; this is for whoever draws by itself.
    fn send_pixels<const N: usize>(&mut self, pixels: impl IntoIterator<Item = [u8; N]>) -> Result<(), Self::Error> {
        pixels.into_iter().try_for_each(|pixel| self.send(&pixel))
    }

    fn send_repeated_pixel<const N: usize>(&mut self, pixel: [u8; N], count: u32) -> Result<(), Self::Error> {
        (0..count).try_for_each(|_| self.send(&pixel))
    }
}
