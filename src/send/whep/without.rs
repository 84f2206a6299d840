//! A build without WebRTC: every wish is turned away, with a reason.

use tokio::net::UdpSocket;

use super::{Env, Opened, WhepError, Wish};

#[derive(Clone)]
pub struct Viewers;

impl Viewers {
    pub fn off() -> Self {
        Self
    }

    pub fn new(_: UdpSocket, _most: usize, _: Env) -> std::io::Result<Self> {
        Ok(Self)
    }

    pub async fn serve(self, stop: impl Future<Output = ()>) {
        stop.await;
    }

    pub async fn open(&self, _: Wish) -> Result<Opened, WhepError> {
        Err(WhepError::NotBuilt)
    }

    pub fn close(&self, _viewer: &str) -> Result<bool, WhepError> {
        Err(WhepError::NotBuilt)
    }
}
