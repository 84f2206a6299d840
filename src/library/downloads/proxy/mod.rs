//! The only way out for yt-dlp: a proxy on loopback, for one job, that fetches from public addresses alone.
//!
//! A page may lead anywhere: to a router's page of settings, to a database on this machine, to what a cloud tells its machines about
//! their keys. So the proxy looks up names itself, looks at the address that came out, and connects to that very address.
//! Only who has the job's secret may use it, because everybody on this machine can reach it.

mod addresses;
mod allowed;
mod dial;
mod fields;
mod head;
mod relay;
mod secret;
mod serve;

#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod fuzz;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

pub use addresses::forbidden;
pub use allowed::{Allowed, AllowedError};
pub use secret::Secret;

/// yt-dlp opens one or two, ffmpeg a few. More wait until others are closed.
const MOST_CONNECTIONS: usize = 16;
/// Of what was refused, so much is remembered.
const MOST_REFUSED: usize = 8;
/// Stands in our refusals, so that they are known again in what yt-dlp complains of.
pub const REFUSAL: &str = "Not a public address";

/// Open until dropped.
pub struct Proxy {
    address: SocketAddr,
    gate: Arc<Gate>,
    accepting: JoinHandle<()>,
}

/// What every connection looks at.
struct Gate {
    secret: Secret,
    allowed: Arc<Allowed>,
    /// A std mutex: it is held for a look.
    refused: Mutex<Vec<String>>,
}

impl Proxy {
    pub async fn open(allowed: Arc<Allowed>) -> io::Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let gate = Arc::new(Gate { secret: Secret::new()?, allowed, refused: Mutex::default() });
        let accepting = tokio::spawn(accept(listener, gate.clone()));
        Ok(Proxy { address, gate, accepting })
    }

    /// With the secret: for the child's environment and nothing else.
    pub fn url(&self) -> String {
        self.gate.secret.url(self.address)
    }

    /// What is told to others has the secret in it no more.
    pub fn without_secret(&self, text: &str) -> String {
        self.gate.secret.removed_from(text)
    }

    /// Servers that were asked for and not connected to, in order.
    pub fn refused(&self) -> Vec<String> {
        self.gate.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Its connections end with it.
        self.accepting.abort();
    }
}

impl Gate {
    fn refuse(&self, server: String) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() < MOST_REFUSED && !refused.contains(&server) {
            refused.push(server);
        }
    }
}

async fn accept(listener: TcpListener, gate: Arc<Gate>) {
    let mut connections = JoinSet::new();
    loop {
        if connections.len() >= MOST_CONNECTIONS {
            connections.join_next().await;
        }
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => begin(&mut connections, stream, &gate),
                // Too many open files, as a rule: it passes.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn begin(connections: &mut JoinSet<()>, stream: TcpStream, gate: &Arc<Gate>) {
    let gate = gate.clone();
    connections.spawn(async move { serve::serve(stream, &gate).await });
}
