//! A listener and a router, until it is time to stop.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::either::Either;
use tower::ServiceExt;

use super::connection::Connection;
use super::places::{Place, Places};
use super::tls::Tls;

/// A request's head must be here this long after the connection waits for one; who sends it byte by byte is let go. It ends idle
/// connections too.
const HEAD: Duration = Duration::from_secs(20);
/// Room for the head; a cookie with a token has some hundred bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// A handshake needs two turns of the network.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What is going on when the server stops may take this long to end: by then no command is taken any more, so only downloads
/// and goodbyes are.
const LAST_ANSWERS: Duration = Duration::from_millis(400);
/// After an accept that failed because the process is out of file descriptors.
const BREATH: Duration = Duration::from_millis(100);

/// Who is at the other end; in every request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Which of this machine's addresses was come to; in every request's extensions, where the system knows.
#[derive(Clone, Copy, Debug)]
pub struct Reached(pub SocketAddr);

/// Serves until `stop` comes back, then gives what is going on a moment to end.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    places: Places,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stopping, stopped) = watch::channel(false);
    let mut clients = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = clients.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => {
                    let Some(place) = places.take(address.ip()) else {
                        tracing::warn!(%address, "a connection is turned away: every place is taken");
                        continue;
                    };
                    clients.spawn(one(stream, address, place, tls.clone(), router.clone(), stopped.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection can not be accepted");
                    tokio::time::sleep(BREATH).await;
                }
            },
        }
    }
    drop(listener);
    let _ = stopping.send(true);
    // Who is not done by then is cut off with the set.
    let _ = tokio::time::timeout(LAST_ANSWERS, async { while clients.join_next().await.is_some() {} }).await;
    Ok(())
}

async fn one(
    stream: TcpStream,
    address: SocketAddr,
    place: Place,
    tls: Option<Tls>,
    router: Router,
    stopped: watch::Receiver<bool>,
) {
    // Small messages go out at once: a person waits for them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%address, %error, "TCP_NODELAY can not be set");
    }
    let reached = stream.local_addr().ok().map(Reached);
    let connection = Connection::new(stream, place);
    let secured = match tls {
        None => Either::Left(connection),
        Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(connection)).await {
            Ok(Ok(secured)) => Either::Right(secured),
            Ok(Err(error)) => {
                tracing::debug!(%address, %error, "a TLS handshake failed");
                return;
            }
            Err(_) => return,
        },
    };
    answer(secured, address, reached, router, stopped).await;
}

async fn answer(
    io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    address: SocketAddr,
    reached: Option<Reached>,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(address));
        if let Some(reached) = reached {
            request.extensions_mut().insert(reached);
        }
        router.clone().oneshot(request)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES);
    let serving = builder.serve_connection(TokioIo::new(io), service).with_upgrades();
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = until(&mut stopped) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%address, %error, "a connection broke");
    }
}

async fn until(stopped: &mut watch::Receiver<bool>) {
    // An error means that the one who would tell is gone, and so is the server.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
