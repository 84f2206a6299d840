//! A listener and a router, until it is time to stop.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};

use super::connection::Connection;

/// Clients at once, per port. A thousand viewers are planned for; what is more would take the file descriptors that
/// destinations and the journal need.
const MAX_CONNECTIONS: usize = 4_096;
/// What is going on when the server stops may take this long to end: by then no command is taken any more, so only downloads
/// and goodbyes are.
const LAST_ANSWERS: Duration = Duration::from_millis(400);

/// Serves until `stop` comes back, then gives what is going on a moment to end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopping, stopped) = oneshot::channel::<()>();
    let stop = async move {
        stop.await;
        // An error means that serving has ended already.
        let _ = stopping.send(());
    };
    let clients = Clients { listener, places: Arc::new(Semaphore::new(places())) };
    let served = axum::serve(clients, router).with_graceful_shutdown(stop);
    let deadline = async move {
        let _ = stopped.await;
        tokio::time::sleep(LAST_ANSWERS).await;
    };
    tokio::select! {
        ended = served.into_future() => ended,
        () = deadline => Ok(()),
    }
}

/// At most a quarter of the file descriptors that the process may open, for each of the two ports.
fn places() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = files.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    soft.map_or(MAX_CONNECTIONS, |soft| (soft / 4).clamp(16, MAX_CONNECTIONS))
}

struct Clients {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Listener for Clients {
    type Io = Connection;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Connection, Self::Addr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            // Nobody waits for a place: one who is let in and never served could not tell why.
            let Ok(place) = self.places.clone().try_acquire_owned() else {
                tracing::warn!(%address, "a connection is turned away: every place is taken");
                continue;
            };
            // Small messages go out at once: a person waits for them.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%address, %error, "TCP_NODELAY can not be set");
            }
            return (Connection::new(stream, place), address);
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
