//! A WebSocket to another server, in the clear or not.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;
use yawc::{HttpRequest, Options, WebSocket};

/// Longest that dialling may take, all of it.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadAuthority(String);

/// Bytes, in the clear or not.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

pub type Dialled = WebSocket<Box<dyn Wire>>;

/// How a server is asked in, wherever it is.
#[derive(Clone)]
pub struct Dialler {
    protocol: &'static str,
    /// Of what comes in one message.
    longest: usize,
    /// For whoever asks who we are there.
    pub token: Option<String>,
    tls: TlsConnector,
}

impl Dialler {
    /// `authority`: a certificate to trust besides the well-known ones.
    pub fn new(
        protocol: &'static str,
        longest: usize,
        token: Option<String>,
        authority: Option<&Path>,
    ) -> Result<Self, BadAuthority> {
        Ok(Self { protocol, longest, token, tls: connector(authority)? })
    }

    /// The same server, spoken to in another way.
    pub fn speaking(&self, protocol: &'static str, longest: usize) -> Self {
        Self { protocol, longest, ..self.clone() }
    }

    pub async fn dial(&self, url: &Url) -> Result<Dialled, String> {
        match tokio::time::timeout(PATIENCE, self.connect(url)).await {
            Ok(connected) => connected,
            Err(_) => Err("it does not answer".to_owned()),
        }
    }

    async fn connect(&self, url: &Url) -> Result<Dialled, String> {
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = url.port_or_known_default().unwrap_or(80);
        let stream = TcpStream::connect((host.as_str(), port)).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let wire: Box<dyn Wire> = if url.scheme() == "wss" {
            let name = ServerName::try_from(host).map_err(|error| error.to_string())?;
            Box::new(self.tls.connect(name, stream).await.map_err(|error| error.to_string())?)
        } else {
            Box::new(stream)
        };
        let mut request = HttpRequest::builder().header("sec-websocket-protocol", self.protocol);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let options = Options::default().with_limits(self.longest, self.longest).with_utf8();
        let socket = WebSocket::handshake_with_request(url.clone(), wire, options, request).await;
        socket.map_err(|error| format!("it does not take this WebSocket: {error}"))
    }
}

fn connector(authority: Option<&Path>) -> Result<TlsConnector, BadAuthority> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = authority {
        let bad = |why: String| BadAuthority(format!("{}: {why}", path.display()));
        let found = CertificateDer::pem_file_iter(path).map_err(|error| bad(error.to_string()))?;
        for certificate in found {
            let certificate = certificate.map_err(|error| bad(error.to_string()))?;
            roots.add(certificate).map_err(|error| bad(error.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| BadAuthority(error.to_string()))?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}
