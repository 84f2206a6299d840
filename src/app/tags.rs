//! Readers of tags, and the way from a tap to the show.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc::{self, Receiver};

use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::devices::nfc::event::{NfcEvent, TagEvent};
use crate::devices::nfc::presence::Graces;
use crate::devices::nfc::reader::TagReader;
use crate::devices::nfc::{self, NfcHandle, pn532};
use crate::state::command::Command;
use crate::state::{Origin, StateHandle};

/// Taps that wait to be told; readers keep more by themselves.
const WAITING: usize = 64;

/// The readers that the configuration wants.
pub fn start(config: &Config, clock: &Clock) -> std::io::Result<(Arc<NfcHandle>, Receiver<NfcEvent>)> {
    let mut readers: Vec<Box<dyn TagReader>> = Vec::new();
    if config.nfc {
        readers.push(nfc::pcsc());
    }
    if let Some(port) = &config.nfc_serial {
        readers.push(serial(port));
    }
    let (out, taps) = mpsc::channel(WAITING);
    Ok((Arc::new(nfc::start(readers, Graces::default(), clock, &out)?), taps))
}

fn serial(port: &Path) -> Box<dyn TagReader> {
    Box::new(pn532::on_serial_port(port))
}

/// Until the readers are gone.
pub async fn tell(state: StateHandle, mut taps: Receiver<NfcEvent>) {
    while let Some(event) = taps.recv().await {
        let NfcEvent::Tag(event) = event else { continue };
        let (reader, tag, present) = match event {
            TagEvent::Present { reader, tag, .. } => (reader, tag, true),
            TagEvent::Removed { reader, tag, .. } => (reader, tag, false),
        };
        let command = Command::ReportTag { tag, reader: reader.as_str().to_owned(), present };
        if let Err(error) = state.submit(command, Origin::door("nfc")).await {
            tracing::debug!(%error, "a tag was seen to no avail");
        }
    }
}
