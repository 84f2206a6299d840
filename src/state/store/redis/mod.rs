//! The copy in Redis, for other tools and for followers: what the show is, how the server is doing, the newest changes as a
//! stream, and a snapshot to begin from. It is a copy: the journal is what counts, and nothing ever waits for Redis.
//!
//! `keys` says what lies where, `mirror` writes it, `restore` reads a snapshot back into an empty data directory, `reader`
//! is what a follower reads.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
pub mod keys;
pub mod mirror;
pub mod reader;
pub mod restore;

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, TlsCertificates};

use keys::Keys;

/// A Redis on this network answers in well under a millisecond; one that has not within a second is down or frozen.
const PATIENCE: Duration = Duration::from_secs(1);

/// Which Redis, and what is put before every key.
pub struct Target {
    client: Client,
    keys: Keys,
    /// To be kept out of messages.
    password: Option<String>,
}

/// Why Redis can not be used, in words that hold no password.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Trouble(String);

impl Target {
    /// Connects to nothing yet. `authority` is a certificate (PEM) to trust besides the well-known ones.
    pub fn new(url: &str, prefix: &str, authority: Option<Vec<u8>>) -> Result<Self, Trouble> {
        let client = match authority {
            Some(root_cert) => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(root_cert) };
                Client::build_with_tls(url, certificates)
            }
            None => Client::open(url),
        };
        // The error could quote the address, and with it the password.
        let client = client.map_err(|_| Trouble("this is no address of a Redis".to_owned()))?;
        let password = client.get_connection_info().redis_settings().password().map(str::to_owned);
        Ok(Self { client, keys: Keys::with_prefix(prefix), password })
    }

    async fn connect(&self) -> Result<MultiplexedConnection, Trouble> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let connecting = self.client.get_multiplexed_async_connection_with_config(&config);
        // The library's own patience begins anew with each step of a handshake.
        match tokio::time::timeout(2 * PATIENCE, connecting).await {
            Ok(connected) => connected.map_err(|error| self.trouble(&error)),
            Err(_) => Err(Trouble("it does not answer".to_owned())),
        }
    }

    fn trouble(&self, error: &RedisError) -> Trouble {
        let text = error.to_string();
        Trouble(match &self.password {
            Some(password) if !password.is_empty() => text.replace(password.as_str(), "***"),
            _ => text,
        })
    }
}
