//! A way that is too narrow: a TCP proxy that lets so many bytes a second through, and says nothing about it. Its segments are
//! those of an Ethernet: a kernel gives room for so many segments, and with those of its loopback, 64 KiB each, it would take in four
//! megabytes before the sender notices that anything is narrow.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

pub struct Throttle {
    pub port: u16,
    /// 0 for no limit.
    bytes_per_second: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

const TURN: Duration = Duration::from_millis(20);
const SEGMENT: u32 = 1_448;
const TAKEN_IN: usize = 32 * 1024;

impl Throttle {
    pub fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = socket2::SockRef::from(&listener);
        // Inherited by what it accepts.
        socket.set_tcp_mss(SEGMENT).unwrap();
        socket.set_recv_buffer_size(TAKEN_IN).unwrap();
        let own = listener.local_addr().unwrap().port();
        let (bytes_per_second, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (limit, stop) = (bytes_per_second.clone(), ended.clone());
        listener.set_nonblocking(true).unwrap();
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((client, _)) => carry(client, port, &limit, &stop),
                    Err(_) => std::thread::sleep(TURN),
                }
            }
        });
        Self { port: own, bytes_per_second, ended }
    }

    pub fn let_through(&self, kbps: u64) {
        self.bytes_per_second.store(kbps * 125, Ordering::Relaxed);
    }
}

impl Drop for Throttle {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn carry(client: TcpStream, port: u16, limit: &Arc<AtomicU64>, stop: &Arc<AtomicBool>) {
    client.set_nonblocking(false).unwrap();
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { return };
    let pairs = [(client.try_clone().unwrap(), server.try_clone().unwrap(), true), (server, client, false)];
    for (from, to, is_limited) in pairs {
        let (limit, stop) = (limit.clone(), stop.clone());
        std::thread::spawn(move || copy(from, to, &stop, || if is_limited { limit.load(Ordering::Relaxed) } else { 0 }));
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream, stop: &AtomicBool, limit: impl Fn() -> u64) {
    from.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut part = vec![0; 64 * 1024];
    while !stop.load(Ordering::Relaxed) {
        let room = match limit() {
            0 => part.len(),
            bytes => {
                std::thread::sleep(TURN);
                ((bytes * TURN.as_millis() as u64 / 1_000) as usize).clamp(1, part.len())
            }
        };
        match from.read(&mut part[..room]) {
            Ok(0) => break,
            Ok(length) if to.write_all(&part[..length]).is_ok() => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Ok(_) | Err(_) => break,
        }
    }
    let _ = from.shutdown(std::net::Shutdown::Both);
    let _ = to.shutdown(std::net::Shutdown::Both);
}
