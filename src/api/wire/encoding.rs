//! JSON as text, or MessagePack as binary: the same messages either way.

use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::Value;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    #[default]
    Json,
    MessagePack,
}

/// A message ready to be sent, shared by whoever gets it.
#[derive(Clone, Debug)]
pub enum Text {
    /// UTF-8.
    Json(Bytes),
    MessagePack(Bytes),
}

impl Encoding {
    pub fn text(self, message: &Value) -> Text {
        match self {
            Encoding::Json => Text::Json(Bytes::from(message.to_string())),
            // To memory, and without a type that MessagePack does not have: this does not fail.
            Encoding::MessagePack => Text::MessagePack(rmp_serde::to_vec_named(message).unwrap_or_default().into()),
        }
    }
}

/// A message that many get, in each encoding as soon as somebody wants it.
#[derive(Debug, Default)]
pub struct Shared {
    message: Value,
    written: Written,
}

impl Shared {
    pub fn new(message: Value) -> Self {
        Self { message, written: Written::default() }
    }

    pub fn text(&self, encoding: Encoding) -> Text {
        self.written.get(encoding, || self.message.clone())
    }
}

/// The encodings of one message, each made when it is first wanted.
#[derive(Debug, Default)]
pub struct Written([OnceLock<Text>; 2]);

impl Written {
    pub fn get(&self, encoding: Encoding, make: impl FnOnce() -> Value) -> Text {
        self.0[encoding as usize].get_or_init(|| encoding.text(&make())).clone()
    }
}
