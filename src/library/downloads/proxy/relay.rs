//! Passes bytes on, with bounded buffers, until either side has had enough or nothing has come for long.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// yt-dlp itself waits for 15 s.
pub const IDLE: Duration = Duration::from_secs(60);
const BUFFER: usize = 32 * 1_024;

/// Both ways, until both have ended, or one has failed.
pub async fn tunnel(client: &mut TcpStream, server: &mut TcpStream) {
    let moved = AtomicU64::new(0);
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let both = async {
        tokio::try_join!(pass(&mut from_client, &mut to_server, &moved), pass(&mut from_server, &mut to_client, &moved))
    };
    tokio::select! {
        _ = both => {}
        () = idle(&moved) => {}
    }
}

/// What the server says, to its end, or until the client has gone.
pub async fn one_way(server: &mut TcpStream, client: &mut TcpStream) {
    let moved = AtomicU64::new(0);
    let (mut from_client, mut to_client) = client.split();
    tokio::select! {
        _ = pass(server, &mut to_client, &moved) => {}
        () = gone(&mut from_client) => {}
        () = idle(&moved) => {}
    }
}

/// Whatever is still said by one that has asked its question goes nowhere.
async fn gone(client: &mut (impl AsyncRead + Unpin)) {
    let mut nothing = [0; 64];
    while client.read(&mut nothing).await.is_ok_and(|count| count > 0) {}
}

async fn pass(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin), moved: &AtomicU64) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..count]).await?;
        moved.fetch_add(count as u64, Ordering::Relaxed);
    }
}

/// Ends when nothing was passed on for that long, or up to twice.
async fn idle(moved: &AtomicU64) {
    let mut seen = None;
    loop {
        let now = Some(moved.load(Ordering::Relaxed));
        if now == seen {
            return;
        }
        seen = now;
        tokio::time::sleep(IDLE).await;
    }
}
