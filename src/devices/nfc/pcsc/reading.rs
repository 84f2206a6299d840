//! Reading one card: in a thread and a connection of its own, because a card that never answers holds whoever asks it for as long as
//! it lies there, and other readers must not wait for that. There is at most one such thread for each reader.

use std::ffi::{CStr, CString};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use pcsc::{Card, Context, Disposition, Protocols, Scope, ShareMode};

use super::super::apdu::{GET_UID, LONGEST_ANSWER, uid_of};
use super::super::reader::Unreadable;
use super::fault::of_card;
use crate::base::tasks::spawn_thread;
use crate::show::tag::TagId;

pub struct Reading(Receiver<Result<TagId, Unreadable>>);

impl Reading {
    pub fn begin(reader: &CStr) -> Self {
        let reader = reader.to_owned();
        // with room for the answer, nobody needs to be there to take it
        let (told, answer) = sync_channel(1);
        let asked = spawn_thread("nfc-card", move || told.try_send(ask(&reader)).ok());
        if let Err(error) = asked {
            tracing::warn!(%error, "a card is not read");
        }
        Self(answer)
    }

    /// What the card is, if it is known within `patience`.
    pub fn outcome(&self, patience: Duration) -> Option<Result<TagId, Unreadable>> {
        match self.0.recv_timeout(patience) {
            Ok(answer) => Some(answer),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Err(Unreadable::Other("it could not be asked".to_owned()))),
        }
    }
}

fn ask(reader: &CString) -> Result<TagId, Unreadable> {
    let context = Context::establish(Scope::User).map_err(of_card)?;
    let card = context.connect(reader, ShareMode::Shared, Protocols::ANY).map_err(of_card)?;
    let answer = uid(&card);
    // others may use the card, and it need not be woken again; dropping it would reset it
    card.disconnect(Disposition::LeaveCard).ok();
    answer
}

fn uid(card: &Card) -> Result<TagId, Unreadable> {
    let mut room = [0; LONGEST_ANSWER];
    let answer = card.transmit(&GET_UID, &mut room).map_err(of_card)?;
    Ok(uid_of(answer)?)
}
