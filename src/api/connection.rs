//! A TCP connection that is not held for ever: it ends when nothing moves, and it ends politely.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use super::places::Place;

/// A client that takes nothing for this long is gone, or as good as.
const STALLED: Duration = Duration::from_secs(30);
/// A connection on which nothing comes and nothing goes for one to two of these is closed. WebSockets are pinged more often.
const IDLE: Duration = Duration::from_secs(75);
/// After the last answer: for a client that is still sending to read it. Closed at once, its system would throw the answer away.
const LINGER: Duration = Duration::from_secs(2);

pub struct Connection {
    stream: TcpStream,
    /// Runs while a write waits.
    stalled: Option<Pin<Box<Sleep>>>,
    idle: Pin<Box<Sleep>>,
    moved: bool,
    linger: Option<Pin<Box<Sleep>>>,
    _place: Place,
}

impl Connection {
    pub fn new(stream: TcpStream, place: Place) -> Self {
        let idle = Box::pin(tokio::time::sleep(IDLE));
        Self { stream, stalled: None, idle, moved: false, linger: None, _place: place }
    }

    /// What a write says is passed on, unless the socket has taken nothing for too long.
    fn written<T>(&mut self, context: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.moved = true;
            self.stalled = None;
            return result;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(STALLED)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")))
    }

    /// Ready when the connection has been idle too long.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.idle.as_mut().poll(context));
            if !std::mem::take(&mut self.moved) {
                return Poll::Ready(());
            }
            self.idle = Box::pin(tokio::time::sleep(IDLE));
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Ready(result) => {
                this.moved = true;
                Poll::Ready(result)
            }
            Poll::Pending => {
                ready!(this.poll_idle(context));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nothing came and nothing went")))
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, data);
        self.written(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, data);
        self.written(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Says that nothing more comes, then throws away what the client still sends, until it stops or two seconds are over.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            this.linger = Some(Box::pin(tokio::time::sleep(LINGER)));
        }
        // A little at a time, so that a fast sender does not keep this thread.
        let mut waste = [0; 16 * 1024];
        for _ in 0..16 {
            if this.linger.as_mut().is_none_or(|linger| linger.as_mut().poll(context).is_ready()) {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut waste);
            match Pin::new(&mut this.stream).poll_read(context, &mut buffer) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(())),
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
