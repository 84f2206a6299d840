//! A WebSocket to another server.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use yawc::{HttpRequestBuilder, Options, WebSocket};

use crate::show::jam::address::JamAddress;

/// Longest that dialling may take, all of it.
const PATIENCE: Duration = Duration::from_secs(10);
/// A whole jam has some tens of kB.
const LONGEST: usize = 4 * 1024 * 1024;

/// Bytes, in the clear or not.
pub trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

pub type Dialled = WebSocket<Box<dyn Line>>;

static TLS: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.expect("ring knows the usual versions");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
});

/// `token`: for whoever asks who we are there.
pub async fn dial(address: &JamAddress, protocol: &str, token: Option<&str>) -> Result<Dialled, String> {
    let dialled = tokio::time::timeout(PATIENCE, dial_patiently(address, protocol, token)).await;
    dialled.unwrap_or_else(|_| Err("it does not answer".to_owned()))
}

async fn dial_patiently(address: &JamAddress, protocol: &str, token: Option<&str>) -> Result<Dialled, String> {
    let host = address.host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, address.port)).await.map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let line: Box<dyn Line> = if address.is_secure {
        let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
        let tls = TlsConnector::from(TLS.clone()).connect(name, stream).await;
        Box::new(tls.map_err(|error| error.to_string())?)
    } else {
        Box::new(stream)
    };
    let mut request = HttpRequestBuilder::new().header("sec-websocket-protocol", protocol);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let options = Options::default().with_limits(LONGEST, LONGEST);
    let socket = WebSocket::handshake_with_request(address.url.clone(), line, options, request).await;
    socket.map_err(|error| error.to_string())
}
