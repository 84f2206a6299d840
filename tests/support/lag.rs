//! A way that is long and not even: a TCP proxy that holds back what comes, in order, for about as long as it is told; that stands
//! still, or is cut, when somebody says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

/// Pieces on their way; whoever sends more waits.
const ON_THE_WAY: usize = 1_024;

pub struct Lag {
    pub port: u16,
    way: Arc<Way>,
}

struct Way {
    delay_ms: f64,
    jitter_ms: f64,
    stands_still: AtomicBool,
    /// True while there is no way.
    is_cut: watch::Sender<bool>,
}

impl Lag {
    /// Each way takes `delay_ms`, give or take `jitter_ms`.
    pub async fn before(port: u16, delay_ms: f64, jitter_ms: f64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let way =
            Arc::new(Way { delay_ms, jitter_ms, stands_still: AtomicBool::new(false), is_cut: watch::Sender::new(false) });
        let carried = way.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !*carried.is_cut.borrow() {
                    tokio::spawn(carry(client, port, carried.clone()));
                }
            }
        });
        Self { port: own, way }
    }

    pub fn stand_still(&self, does: bool) {
        self.way.stands_still.store(does, Ordering::Relaxed);
    }

    pub fn cut(&self, is_cut: bool) {
        self.way.is_cut.send_replace(is_cut);
    }
}

async fn carry(client: TcpStream, port: u16, way: Arc<Way>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
    }
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let mut cut = way.is_cut.subscribe();
    tokio::select! {
        () = copy(from_client, to_server, &way) => {}
        () = copy(from_server, to_client, &way) => {}
        _ = cut.wait_for(|cut| *cut) => {}
    }
}

async fn copy(mut from: OwnedReadHalf, to: OwnedWriteHalf, way: &Arc<Way>) {
    let (sender, pieces) = mpsc::channel(ON_THE_WAY);
    let telling = tokio::spawn(tell(to, pieces, way.clone()));
    let mut piece = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        let takes = way.delay_ms + (fastrand::f64() * 2.0 - 1.0) * way.jitter_ms;
        let due = Instant::now() + Duration::from_secs_f64(takes / 1_000.0);
        if sender.send((due, piece[..length].to_vec())).await.is_err() {
            break;
        }
    }
    drop(sender);
    let _ = telling.await;
}

async fn tell(mut to: OwnedWriteHalf, mut pieces: mpsc::Receiver<(Instant, Vec<u8>)>, way: Arc<Way>) {
    while let Some((due, piece)) = pieces.recv().await {
        sleep_until(due).await;
        while way.stands_still.load(Ordering::Relaxed) {
            sleep(Duration::from_millis(5)).await;
        }
        if to.write_all(&piece).await.is_err() {
            return;
        }
    }
}
