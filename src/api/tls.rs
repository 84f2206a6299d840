//! TLS from two PEM files. They are looked at again while the server runs, so that a renewed certificate needs no restart.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::connection::Connection;
use crate::base::clock::Stopwatch;

/// Between two looks at the files.
const LOOK_EVERY: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}")]
pub struct TlsError {
    path: PathBuf,
    why: String,
}

#[derive(Clone)]
pub struct Tls(Arc<Files>);

struct Files {
    certificates: PathBuf,
    key: PathBuf,
    current: Mutex<Current>,
}

struct Current {
    acceptor: TlsAcceptor,
    changed: [Option<SystemTime>; 2],
    looked: Stopwatch,
}

impl Tls {
    pub fn load(certificates: &Path, key: &Path) -> Result<Self, TlsError> {
        let changed = [certificates, key].map(changed);
        let current = Current { acceptor: acceptor(certificates, key)?, changed, looked: Stopwatch::start() };
        let (certificates, key) = (certificates.to_owned(), key.to_owned());
        Ok(Self(Arc::new(Files { certificates, key, current: Mutex::new(current) })))
    }

    pub(super) async fn accept(&self, connection: Connection) -> io::Result<TlsStream<Connection>> {
        self.acceptor().accept(connection).await
    }

    fn acceptor(&self) -> TlsAcceptor {
        let Files { certificates, key, current } = &*self.0;
        let due = |current: &mut Current| {
            let due = current.looked.elapsed() >= LOOK_EVERY;
            if due {
                current.looked = Stopwatch::start();
            }
            due
        };
        let (acceptor, known) = {
            let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
            let acceptor = current.acceptor.clone();
            if !due(&mut current) {
                return acceptor;
            }
            (acceptor, current.changed)
        };
        let now = [certificates, key].map(|path| changed(path));
        if now == known {
            return acceptor;
        }
        match self::acceptor(certificates, key) {
            Ok(renewed) => {
                tracing::info!("the certificate was renewed");
                let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
                (current.acceptor, current.changed) = (renewed.clone(), now);
                renewed
            }
            // Perhaps it is just being written; the one before serves on.
            Err(error) => {
                tracing::warn!(%error, "the renewed certificate can not be used: {error}");
                acceptor
            }
        }
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let said = |path: &Path| {
        let path = path.to_owned();
        move |error: &dyn std::fmt::Display| TlsError { path, why: error.to_string() }
    };
    let chain: Vec<CertificateDer> = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect)
        .map_err(|error| said(certificates)(&error))?;
    if chain.is_empty() {
        return Err(said(certificates)(&"there is no certificate in it"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| said(key)(&error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|error| said(key)(&error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
