//! The sockets, and what the configuration says of who comes in through them.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::net::{TcpListener, UdpSocket};

use super::BadSetting;
use crate::api::{Addresses, Settings, Tls};
use crate::base::config::Config;

/// The sockets, bound before anything runs, so that a taken port stops the start.
pub struct Doors {
    pub http: TcpListener,
    pub ws: TcpListener,
    pub rtmp: Option<TcpListener>,
    pub whep: Option<UdpSocket>,
}

impl Doors {
    pub async fn bind(config: &Config) -> anyhow::Result<Self> {
        let rtmp = match config.rtmp {
            Some(address) => Some(bind("rtmp", address).await?),
            None => None,
        };
        let whep = match config.whep {
            Some(address) => {
                let bound = UdpSocket::bind(address).await;
                Some(bound.with_context(|| format!("whep: can not listen on {address} (UDP)"))?)
            }
            None => None,
        };
        Ok(Self { http: bind("http", config.http).await?, ws: bind("ws", config.ws).await?, rtmp, whep })
    }

    pub fn addresses(&self, config: &Config) -> std::io::Result<Addresses> {
        let rtmp = self.rtmp.as_ref().map(TcpListener::local_addr).transpose()?;
        let (http, ws) = (Some(self.http.local_addr()?), Some(self.ws.local_addr()?));
        let (names, secure) = (config.allowed_hosts.clone(), config.tls.is_some());
        Ok(Addresses { http, ws, rtmp, secure, names })
    }
}

async fn bind(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{key}: can not listen on {address}"))
}

pub fn on_this_machine_only(config: &Config) -> bool {
    [Some(config.http), Some(config.ws), config.rtmp].into_iter().flatten().all(|address| address.ip().is_loopback())
}

pub fn settings(config: &Config) -> Settings {
    Settings {
        on_this_machine_only: on_this_machine_only(config),
        open_metrics: config.open_metrics,
        allowed_origins: config.allowed_origins.clone(),
        rate_limit: config.rate_limit,
        max_in_flight: config.max_in_flight,
    }
}

pub fn tls(config: &Config) -> anyhow::Result<Option<Tls>> {
    let Some(files) = &config.tls else { return Ok(None) };
    let tls = Tls::load(&files.certificates, &files.key);
    tls.map(Some).map_err(|error| BadSetting { key: "tls_cert", why: error.to_string() }.into())
}
