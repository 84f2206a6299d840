//! A WebSocket client that waits for what it wants.

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::PATIENCE;

pub struct Ws(pub WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

impl Ws {
    pub async fn open(url: &str) -> Self {
        Self(connect_async(url).await.expect("the WebSocket opens").0)
    }

    pub async fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("it can be sent");
    }

    /// The next message; None once the server has closed.
    pub async fn next(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a message comes in time");
        next.and_then(Result::ok)
    }

    pub async fn next_json(&mut self) -> Option<Value> {
        loop {
            if let Message::Text(text) = self.next().await? {
                return Some(serde_json::from_str(&text).expect("text messages are JSON"));
            }
        }
    }

    /// The payload of the next message of this type.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next_json().await.unwrap_or_else(|| panic!("closed before a {kind} came"));
            if message["type"] == kind {
                return message["payload"].clone();
            }
        }
    }
}
