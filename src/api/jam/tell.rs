//! What a connection is told, in the form that it speaks.

use std::sync::Arc;

use bytes::Bytes;

use crate::api::wire::encoding::Text;
use crate::jam::room::Happened;
use crate::jam::wire::frame::{Down, Events, Place, Up};
use crate::jam::wire::{Malformed, text};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Bytes,
    Text,
}

/// One message.
pub enum Message {
    Binary(Bytes),
    Text(Text),
}

impl Form {
    pub fn read(self, message: &[u8]) -> Result<Vec<Up>, Malformed> {
        match self {
            Form::Bytes => Up::read(message).map(|up| vec![up]),
            Form::Text => text::read(message),
        }
    }

    pub fn write(self, down: &Down) -> Message {
        match self {
            Form::Bytes => Message::Binary(down.bytes().into()),
            Form::Text => Message::Text(Text::Json(text::write(down).into())),
        }
    }

    /// What happened, and which of the reader's own operations are done with it.
    pub fn events(self, place: &mut Place, happened: &[Arc<Happened>], acks: &[(u32, u64)]) -> Message {
        match self {
            Form::Bytes => {
                let mut frame = Events::following(*place);
                happened.iter().for_each(|one| frame.put(one.entry.at, one.entry.by, one.bytes()));
                acks.iter().for_each(|(op, _)| frame.put_ack(*op));
                *place = frame.place();
                Message::Binary(frame.bytes().into())
            }
            Form::Text => {
                place.seq += happened.len() as u64;
                let texts: Vec<_> = happened.iter().map(|one| one.json().to_owned()).collect();
                let acks = acks.iter().map(|(op, seq)| text::ack(*op, *seq));
                let all: Vec<String> = texts.into_iter().chain(acks).collect();
                let text = if all.len() == 1 { all.concat() } else { format!("[{}]", all.join(",")) };
                Message::Text(Text::Json(text.into()))
            }
        }
    }
}
