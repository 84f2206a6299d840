//! The acknowledgement of one event. The library's own is gone after one try, and fails where the client's buffer is full; this one can be
//! tried again.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use socketioxide::SendError;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::AckSender;
use socketioxide::handler::FromMessageParts;
use socketioxide::socket::Socket;
use socketioxide_core::Value;

pub struct Ack {
    socket: Arc<Socket>,
    /// None where the client asked for none.
    number: Option<i64>,
}

impl FromMessageParts<LocalAdapter> for Ack {
    type Error = Infallible;

    fn from_message_parts(socket: &Arc<Socket>, _: &mut Value, number: &Option<i64>) -> Result<Self, Infallible> {
        Ok(Self { socket: socket.clone(), number: *number })
    }
}

impl Ack {
    pub fn send(&self, data: &impl Serialize) -> Result<(), SendError> {
        let Ok(sender) = AckSender::from_message_parts(&self.socket, &mut Value::Bytes(Bytes::new()), &self.number);
        sender.send(data)
    }
}
