//! A PN532, the chip on small boards that are wired to a Raspberry Pi, on a serial port (its HSU mode).
//!
//! Over I²C the chip is known to hang after hours, so that is not offered. Each look is a question that must be answered within a
//! second: a chip that hangs or was unplugged is noticed with the next look, and woken and set up anew after a pause.

pub mod chip;
pub mod frame;
mod port;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use self::chip::{Chip, ChipError};
use super::event::{ReaderKind, ReaderName};
use super::reader::{ReaderFault, Sighting, TagReader, Wake};
use crate::base::quote::quoted;
use crate::show::tag::TagId;

/// So often it is looked for cards. Fast enough for a tap, and the field is off most of the time.
const BETWEEN_LOOKS: Duration = Duration::from_millis(150);

/// How a port is opened, again and again. `P` waits for bytes for a short time only.
type Open<P> = Box<dyn FnMut() -> std::io::Result<P> + Send>;

pub struct Pn532<P> {
    reader: ReaderName,
    open: Open<P>,
    chip: Option<Chip<P>>,
    /// What was seen last, since the chip was woken.
    seen: Option<Option<TagId>>,
}

/// The one that is wired to a serial port, such as `/dev/serial0`.
pub fn on_serial_port(device: &Path) -> Pn532<File> {
    let path: PathBuf = device.to_owned();
    Pn532::new(&device.display().to_string(), Box::new(move || port::open(&path)))
}

impl<P: Read + Write> Pn532<P> {
    pub fn new(name: &str, open: Open<P>) -> Self {
        Self { reader: ReaderName::new(name), open, chip: None, seen: None }
    }

    fn look(&mut self) -> Result<Vec<Sighting>, ChipError> {
        let mut seen = Vec::new();
        let mut chip = match self.chip.take() {
            Some(chip) => chip,
            None => {
                self.seen = None;
                seen.push(Sighting::Appeared(self.reader.clone()));
                Chip::wake((self.open)()?)?
            }
        };
        let card = chip.look()?;
        // only one that has not failed is used again
        self.chip = Some(chip);
        if self.seen != Some(card) {
            self.seen = Some(card);
            let reader = self.reader.clone();
            seen.push(card.map_or(Sighting::Nothing(reader.clone()), |tag| Sighting::Tag(reader, tag)));
        }
        Ok(seen)
    }

    fn fault(&self, error: &ChipError) -> ReaderFault {
        let device = self.reader.to_string();
        match error {
            ChipError::Port(error) => ReaderFault::Port { device, why: quoted(&error.to_string()) },
            ChipError::Silent | ChipError::Confused => ReaderFault::Chip { device, why: error.to_string() },
        }
    }
}

impl<P: Read + Write + Send> TagReader for Pn532<P> {
    fn kind(&self) -> ReaderKind {
        ReaderKind::Pn532
    }

    /// It can not be told to say when there is a card, so it is asked.
    fn wait(&mut self, patience: Duration) -> Result<Vec<Sighting>, ReaderFault> {
        let seen = self.look().map_err(|error| self.fault(&error))?;
        if seen.is_empty() {
            // whoever ends this thread ends this, too
            std::thread::park_timeout(patience.min(BETWEEN_LOOKS));
        }
        Ok(seen)
    }

    fn wake(&self) -> Wake {
        Arc::new(|| ())
    }
}
