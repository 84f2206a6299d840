//! A conversation with a PN532: one command at a time, acknowledged and answered, or it has failed.

use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use super::frame::{Frame, decode, encode};
use crate::base::clock::Stopwatch;
use crate::show::tag::TagId;

/// It answers within a few milliseconds, and looks for cards for less than a tenth of this.
const LONGEST_ANSWER: Duration = Duration::from_secs(1);
/// A frame has at most 263 bytes; what is more has no frame in it.
const MOST_UNREAD: usize = 512;
/// It sleeps until the line moves, and needs a moment then (manual, 7.2.11).
const WAKE: [u8; 16] = [0x55, 0x55, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// As a reader, without a secure card of its own.
const CONFIGURE: [u8; 4] = [0x14, 0x01, 0x14, 0x01];
/// A card is looked for once, instead of until there is one.
const LOOK_ONCE: [u8; 5] = [0x32, 0x05, 0xff, 0x01, 0x01];
/// One card, of ISO 14443 type A at 106 kbit/s.
const LOOK: [u8; 3] = [0x4a, 0x01, 0x00];

#[derive(Debug, thiserror::Error)]
pub enum ChipError {
    #[error("it does not answer")]
    Silent,
    #[error("it does not understand what it is told")]
    Confused,
    #[error(transparent)]
    Port(#[from] std::io::Error),
}

pub struct Chip<P> {
    port: P,
    unread: Vec<u8>,
}

impl<P: Read + Write> Chip<P> {
    /// `port` waits for bytes for a short time only, a tenth of a second or so.
    pub fn wake(port: P) -> Result<Self, ChipError> {
        let mut chip = Self { port, unread: Vec::new() };
        chip.port.write_all(&WAKE)?;
        chip.ask(&CONFIGURE)?;
        chip.ask(&LOOK_ONCE)?;
        Ok(chip)
    }

    /// The card in the field, if there is one.
    pub fn look(&mut self) -> Result<Option<TagId>, ChipError> {
        card_in(&self.ask(&LOOK)?).ok_or(ChipError::Confused)
    }

    /// What it answers, without the code of the command.
    fn ask(&mut self, command: &[u8]) -> Result<Vec<u8>, ChipError> {
        let frame = encode(command).ok_or(ChipError::Confused)?;
        self.port.write_all(&frame)?;
        self.port.flush()?;
        let wanted = command.first().map(|code| code.wrapping_add(1));
        let watch = Stopwatch::start();
        while watch.elapsed() < LONGEST_ANSWER {
            let (done, frame) = decode(&self.unread);
            let is_none = frame.is_none();
            let answer = match frame {
                // an answer to an earlier command may come late
                Some(Frame::Answer([code, answer @ ..])) if Some(*code) == wanted => Some(answer.to_vec()),
                Some(Frame::Error | Frame::Nack) => return Err(ChipError::Confused),
                Some(Frame::Ack | Frame::Answer(_)) | None => None,
            };
            self.unread.drain(..done.min(self.unread.len()));
            match answer {
                Some(answer) => return Ok(answer),
                None if is_none => self.read()?,
                None => (),
            }
        }
        Err(ChipError::Silent)
    }

    fn read(&mut self) -> Result<(), ChipError> {
        if self.unread.len() > MOST_UNREAD {
            self.unread.clear();
        }
        let mut bytes = [0; 64];
        match self.port.read(&mut bytes) {
            // a port that has no more will not have more at once
            Ok(0) => std::thread::sleep(Duration::from_millis(5)),
            Ok(count) => self.unread.extend_from_slice(bytes.get(..count).unwrap_or_default()),
            Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted) => (),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

/// What was found: nothing, or one card with its number, what it can, and its UID behind its length. None if it is none of these.
pub fn card_in(answer: &[u8]) -> Option<Option<TagId>> {
    match answer {
        [0, ..] => Some(None),
        [1, _, _, _, _, length, rest @ ..] => {
            let uid = rest.get(..usize::from(*length))?;
            TagId::from_uid(uid).ok().map(Some)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_that_was_found_is_known_by_its_uid() {
        let tag = |text: &str| Some(Some(text.parse().unwrap()));
        assert_eq!(card_in(&[0]), Some(None));
        assert_eq!(card_in(&[1, 1, 0x00, 0x04, 0x08, 4, 0x04, 0xa1, 0xb2, 0xc3]), tag("04A1B2C3"));
        // what it can do comes behind the UID
        assert_eq!(card_in(&[1, 1, 0x03, 0x44, 0x20, 7, 4, 1, 2, 3, 4, 5, 6, 5, 0x75, 0x77]), tag("04010203040506"));
    }

    #[test]
    fn an_answer_that_can_not_be_is_no_card() {
        for bad in [
            &[][..],
            &[1],
            &[1, 1, 0, 4, 8, 4, 1, 2, 3],
            &[1, 1, 0, 4, 8, 0],
            &[1, 1, 0, 4, 8, 255, 1],
            &[7, 1, 0, 4, 8, 1, 1],
        ] {
            assert_eq!(card_in(bad), None, "{bad:?}");
        }
        assert_eq!(card_in(&[[1, 1, 0, 4, 8, 17].as_slice(), &[7; 17]].concat()), None);
    }
}
