//! A line to the leader: a WebSocket with the followers' subprotocol.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt;
use url::Url;
use yawc::frame::{Frame, OpCode};

use crate::base::dial::{Dialled, Dialler};
use crate::state::relay::{Down, PROTOCOL, Up};

/// What is said is taken sooner, or nobody is there.
const PATIENCE: Duration = Duration::from_secs(5);
/// A whole show with all that can be taken back, and more than that.
const LONGEST: usize = 256 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadAddress(String);

#[derive(Clone)]
pub struct Address {
    url: Url,
    dialler: Dialler,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Address {
    /// `authority`: a certificate to trust besides the well-known ones.
    pub fn new(text: &str, token: Option<&str>, authority: Option<&Path>) -> Result<Self, BadAddress> {
        // The error could quote it, and what opens it may be in it.
        let mut url = Url::parse(text).map_err(|_| BadAddress("this is no address".to_owned()))?;
        let secure = matches!(url.scheme(), "https" | "wss");
        if url.host().is_none() || !matches!(url.scheme(), "http" | "https" | "ws" | "wss") {
            return Err(BadAddress("this is no address of a marquee".to_owned()));
        }
        let token = token.map(str::to_owned).or_else(|| url.password().map(str::to_owned));
        let bare = url.set_username("").and_then(|()| url.set_password(None));
        let bare = bare.and_then(|()| url.set_scheme(if secure { "wss" } else { "ws" }));
        bare.map_err(|()| BadAddress("this is no address of a marquee".to_owned()))?;
        url.set_path("/ws");
        url.set_query(None);
        url.set_fragment(None);
        let dialler = Dialler::new(PROTOCOL, LONGEST, token, authority).map_err(|error| BadAddress(error.to_string()))?;
        Ok(Self { url, dialler })
    }

    /// For people: without what opens it.
    pub fn shown(&self) -> String {
        let scheme = if self.url.scheme() == "wss" { "https" } else { "http" };
        let port = self.url.port().map_or_else(String::new, |port| format!(":{port}"));
        format!("{scheme}://{}{port}", self.url.host_str().unwrap_or_default())
    }

    /// Of the leader's WebSocket, and who asks there.
    pub fn socket(&self) -> (&Url, &Dialler) {
        (&self.url, &self.dialler)
    }

    pub async fn dial(&self) -> Result<Line, String> {
        self.dialler.dial(&self.url).await.map(Line)
    }
}

pub struct Line(Dialled);

pub enum Heard {
    Down(Box<Down>),
    Piece(Bytes),
    SignOfLife,
}

impl Line {
    pub async fn say(&mut self, up: &Up) -> Result<(), String> {
        let text = serde_json::to_string(up).map_err(|error| error.to_string())?;
        match tokio::time::timeout(PATIENCE, self.0.send(Frame::text(text))).await {
            Ok(sent) => sent.map_err(|error| error.to_string()),
            Err(_) => Err("it takes nothing any more".to_owned()),
        }
    }

    /// May be given up at any point: what has come in is kept for the next time.
    pub async fn hear(&mut self) -> Result<Heard, String> {
        let frame = self.0.next_frame().await.map_err(|error| error.to_string())?;
        match frame.opcode() {
            // Not in serde's words, which may quote what they met.
            OpCode::Text => match serde_json::from_slice(frame.payload()) {
                Ok(down) => Ok(Heard::Down(Box::new(down))),
                Err(error) => Err(format!("it says what is not understood (column {}): is it newer?", error.column())),
            },
            OpCode::Binary => Ok(Heard::Piece(frame.into_payload())),
            OpCode::Ping | OpCode::Pong | OpCode::Continuation => Ok(Heard::SignOfLife),
            OpCode::Close => Err("it has closed the connection".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_it_is_not_shown() {
        let address = Address::new("http://me:s3cret@studio.example:4200/x?y=s3cret", None, None).unwrap();
        assert_eq!(
            (address.shown().as_str(), address.url.as_str()),
            ("http://studio.example:4200", "ws://studio.example:4200/ws")
        );
        assert_eq!(address.dialler.token.as_deref(), Some("s3cret"));
        assert!(!format!("{address:?}").contains("s3cret"));
        for bad in ["", "studio", "ftp://h", "http://"] {
            assert!(Address::new(bad, None, None).is_err(), "{bad}");
        }
    }
}
