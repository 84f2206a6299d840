//! What stands in place of the readers of pcscd in a build that can not use them, so that people are told why there are none.

use std::sync::Arc;
use std::time::Duration;

use super::event::ReaderKind;
use super::reader::{ReaderFault, Sighting, TagReader, Wake};

pub struct Absent;

impl TagReader for Absent {
    fn kind(&self) -> ReaderKind {
        ReaderKind::Pcsc
    }

    fn wait(&mut self, _: Duration) -> Result<Vec<Sighting>, ReaderFault> {
        Err(ReaderFault::NotBuilt)
    }

    fn wake(&self) -> Wake {
        Arc::new(|| ())
    }
}
