//! `jam.v1`: what travels between a jam and those who play it, as bytes (docs/JAM.md). Logs of jams are written in the same bytes.

pub mod frame;
pub mod item;
pub mod text;
pub mod varint;

#[cfg(test)]
mod tests;

/// Why bytes are no frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the message ends too early")]
    Short,
    #[error("nothing of kind {0:#04x} is known, nor how long it is")]
    Kind(u8),
    #[error("a value is out of range")]
    Value,
    #[error("what is written in it is not right: {0}")]
    Json(String),
    #[error("a frame holds at most {most} of them", most = frame::MOST_ASKS)]
    TooMany,
}
