//! What is said and heard on a WebSocket. The library beneath assembles, inflates and answers pings; here are its limits, and what
//! it costs to be told something.

use std::sync::LazyLock;

use bytes::Bytes;
use futures_util::future::poll_fn;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use yawc::close::CloseCode;
use yawc::frame::{Frame, OpCode};
use yawc::{CompressionLevel, DeflatePool, HttpStream, Options, WebSocket, WebSocketError};

use crate::api::wire::encoding::Text;

/// A frame with a change of one property has some 300 bytes: the buffers of a quiet client stay small.
const BUFFER: usize = 4 * 1024;
/// By RFC 6455.
const LONGEST_CONTROL: usize = 125;
/// Below this, compressing costs more time than the bytes it saves.
const WORTH_COMPRESSING: usize = 1024;
/// Compressors are lent for a message; more at once than the machine has cores are never at work.
const COMPRESSORS: usize = 8;

static POOL: LazyLock<DeflatePool> = LazyLock::new(|| DeflatePool::new(COMPRESSORS));

/// What one connection may do.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Longest message that is read to its end.
    pub longest: usize,
    pub deflate: bool,
}

pub fn options(Limits { longest, deflate }: Limits) -> Options {
    let options = Options::default()
        .with_limits(longest, longest)
        .with_utf8()
        .with_read_buffer_capacity(BUFFER)
        .with_write_buffer_capacity(BUFFER);
    if !deflate {
        return options;
    }
    options
        .with_compression_level(CompressionLevel::fast())
        .server_no_context_takeover()
        .client_no_context_takeover()
        .with_compression_threshold(WORTH_COMPRESSING)
        .with_deflate_pool(POOL.clone())
}

pub struct Socket<S = HttpStream>(WebSocket<S>);

pub enum Heard {
    /// UTF-8.
    Text(Bytes),
    Binary(Bytes),
    /// A ping, which has been answered, or a pong.
    SignOfLife,
}

/// There is nobody any more to hear or be told anything.
pub struct Gone;

/// Why a connection is closed, in words for whoever reads the log of a client.
pub struct Farewell {
    pub code: u16,
    pub reason: &'static str,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    pub fn new(socket: WebSocket<S>) -> Self {
        Self(socket)
    }

    /// May be given up at any point: what has come in is kept for the next time. After an error, `end` says the last words.
    pub async fn hear(&mut self) -> Result<Heard, Gone> {
        // Answers to pings go out before more is read, so that they can not pile up.
        poll_fn(|context| self.0.poll_ready_unpin(context)).await.map_err(|_| Gone)?;
        let frame = match self.0.next_frame().await {
            // The library holds pings alone to this.
            Ok(frame) if frame.opcode().is_control() && frame.payload().len() > LONGEST_CONTROL => {
                return Err(self.break_off(&WebSocketError::PingFrameTooLarge));
            }
            Ok(frame) => frame,
            Err(error) => return Err(self.break_off(&error)),
        };
        match frame.opcode() {
            OpCode::Text => Ok(Heard::Text(frame.into_payload())),
            OpCode::Binary => Ok(Heard::Binary(frame.into_payload())),
            OpCode::Ping | OpCode::Pong | OpCode::Continuation => Ok(Heard::SignOfLife),
            OpCode::Close => Err(Gone),
        }
    }

    /// Whoever broke the protocol is told so.
    fn break_off(&mut self, error: &WebSocketError) -> Gone {
        tracing::debug!(%error, "a WebSocket ends");
        let code = match error {
            WebSocketError::ConnectionClosed | WebSocketError::IoError(_) => return Gone,
            WebSocketError::InvalidUTF8 => CloseCode::Invalid,
            WebSocketError::FrameTooLarge => CloseCode::Size,
            _ => CloseCode::Protocol,
        };
        // Of some mistakes the library tells too, with codes of its own, whenever it is asked whether there is room: without asking,
        // the first word is ours, and that is the one that counts.
        let _ = self.0.start_send_unpin(Frame::close(code, error.to_string()));
        Gone
    }

    /// Until the last words are out and the client has said goodbye too, or what it sends can not be read any more.
    pub async fn end(&mut self, farewell: Option<Farewell>) {
        let is_first = farewell.is_some();
        if let Some(Farewell { code, reason }) = farewell
            && self.send(Frame::close(CloseCode::from(code), reason)).await.is_err()
        {
            return;
        }
        if self.0.flush().await.is_err() {
            return;
        }
        while let Some(frame) = self.0.next().await {
            // The library would answer the answer to ours.
            if is_first && frame.opcode() == OpCode::Close {
                return;
            }
        }
    }

    pub async fn tell(&mut self, text: Text) -> Result<(), Gone> {
        self.send(frame(text)).await
    }

    pub async fn tell_bytes(&mut self, bytes: Bytes) -> Result<(), Gone> {
        self.send(Frame::binary(bytes)).await
    }

    /// One after the other, but on their way together.
    pub async fn tell_all(&mut self, texts: Vec<Text>) -> Result<(), Gone> {
        for text in texts {
            self.0.feed(frame(text)).await.map_err(|_| Gone)?;
        }
        self.0.flush().await.map_err(|_| Gone)
    }

    pub async fn ping(&mut self) -> Result<(), Gone> {
        self.send(Frame::ping(Bytes::new())).await
    }

    async fn send(&mut self, frame: Frame) -> Result<(), Gone> {
        self.0.send(frame).await.map_err(|_: WebSocketError| Gone)
    }
}

fn frame(text: Text) -> Frame {
    match text {
        Text::Json(text) => Frame::text(text),
        Text::MessagePack(bytes) => Frame::binary(bytes),
    }
}
