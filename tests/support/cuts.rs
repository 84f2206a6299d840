//! A way on which connections break: a TCP proxy that cuts whichever connection carries certain bytes. It closes it, resets it, or lets
//! all through and keeps back the answer, so that what was done is not heard of.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use socket2::SockRef;

/// Until somebody who waits for bytes looks up.
const TURN: Duration = Duration::from_millis(100);
const PIECE: usize = 64 * 1024;

pub struct Cuts {
    pub address: String,
    way: Arc<Way>,
}

struct Way {
    to: String,
    /// Bytes on their way to the server, over all connections.
    carried: AtomicU64,
    /// And on their way back.
    returned: AtomicU64,
    /// These and no more.
    gate: AtomicU64,
    /// At how many bytes each of them is due, the next one last.
    due: Mutex<Vec<(u64, Cut)>>,
    ended: AtomicBool,
}

#[derive(Clone, Copy, Debug)]
enum Cut {
    Close,
    Reset,
    KeepBack,
}

struct Connection {
    client: TcpStream,
    server: TcpStream,
    is_over: AtomicBool,
    is_reset: AtomicBool,
    keeps_back: AtomicBool,
}

impl Cuts {
    /// So many, at random and all over the way that `bytes` take.
    pub fn before(address: &str, cuts: u64, bytes: u64, random: &mut fastrand::Rng) -> Self {
        let kinds = [Cut::Close, Cut::Reset, Cut::KeepBack];
        let part = bytes / (cuts + 1);
        let due = (1..=cuts).rev().map(|number| (number * part + random.u64(..part), kinds[random.usize(..kinds.len())]));
        let way = Arc::new(Way {
            to: address.to_owned(),
            carried: AtomicU64::new(0),
            returned: AtomicU64::new(0),
            gate: AtomicU64::new(u64::MAX),
            due: Mutex::new(due.collect()),
            ended: AtomicBool::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().to_string();
        let listening = way.clone();
        std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                if listening.ended.load(Ordering::Relaxed) {
                    break;
                }
                // One that is down just now lets nobody in.
                let Ok(server) = TcpStream::connect(&listening.to) else { continue };
                carry(&listening, client, server);
            }
        });
        Self { address: own, way }
    }

    pub fn carried(&self) -> u64 {
        self.way.carried.load(Ordering::Relaxed)
    }

    pub fn returned(&self) -> u64 {
        self.way.returned.load(Ordering::Relaxed)
    }

    /// Those that have not come yet.
    pub fn left(&self) -> usize {
        self.way.due.lock().unwrap().len()
    }

    /// Carries no more than so many bytes, until more are allowed.
    pub fn allow(&self, bytes: u64) {
        self.way.gate.store(bytes, Ordering::Relaxed);
    }
}

impl Drop for Cuts {
    fn drop(&mut self) {
        self.way.ended.store(true, Ordering::Relaxed);
        // Whoever waits for somebody to come is woken.
        drop(TcpStream::connect(&self.address));
    }
}

fn carry(way: &Arc<Way>, client: TcpStream, server: TcpStream) {
    for stream in [&client, &server] {
        stream.set_read_timeout(Some(TURN)).unwrap();
        stream.set_nodelay(true).unwrap();
    }
    let flag = || AtomicBool::new(false);
    let connection = Arc::new(Connection { client, server, is_over: flag(), is_reset: flag(), keeps_back: flag() });
    let (up, down) = ((way.clone(), connection.clone()), (way.clone(), connection));
    std::thread::spawn(move || end(&up.1, there(&up.0, &up.1)));
    std::thread::spawn(move || end(&down.1, back(&down.0, &down.1)));
}

/// None at its end.
fn read(way: &Way, connection: &Connection, mut from: &TcpStream, piece: &mut [u8]) -> Option<usize> {
    while !way.ended.load(Ordering::Relaxed) && !connection.is_over.load(Ordering::Relaxed) {
        match from.read(piece) {
            Ok(0) => return None,
            Ok(length) => return Some(length),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return None,
        }
    }
    None
}

fn there(way: &Way, connection: &Connection) -> Option<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = read(way, connection, &connection.client, &mut piece)?;
        while way.is_shut() {
            std::thread::sleep(Duration::from_millis(1));
        }
        (&connection.server).write_all(&piece[..length]).ok()?;
        match way.count(length as u64) {
            None => {}
            Some(Cut::Close) => return None,
            Some(Cut::Reset) => {
                connection.is_reset.store(true, Ordering::Relaxed);
                return None;
            }
            Some(Cut::KeepBack) => connection.keeps_back.store(true, Ordering::Relaxed),
        }
    }
}

fn back(way: &Way, connection: &Connection) -> Option<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = read(way, connection, &connection.server, &mut piece)?;
        if connection.keeps_back.load(Ordering::Relaxed) {
            return None;
        }
        (&connection.client).write_all(&piece[..length]).ok()?;
        way.returned.fetch_add(length as u64, Ordering::Relaxed);
    }
}

impl Way {
    fn is_shut(&self) -> bool {
        self.carried.load(Ordering::Relaxed) > self.gate.load(Ordering::Relaxed) && !self.ended.load(Ordering::Relaxed)
    }

    fn count(&self, length: u64) -> Option<Cut> {
        let carried = self.carried.fetch_add(length, Ordering::Relaxed) + length;
        let mut due = self.due.lock().unwrap();
        let is_due = due.last().is_some_and(|(at, _)| *at <= carried);
        is_due.then(|| due.pop()).flatten().map(|(_, cut)| cut)
    }
}

fn end(connection: &Connection, _: Option<()>) {
    for stream in [&connection.client, &connection.server] {
        if connection.is_reset.load(Ordering::Relaxed) {
            // When the other direction has noticed, and both let go of it.
            SockRef::from(stream).set_linger(Some(Duration::ZERO)).ok();
        } else {
            stream.shutdown(Shutdown::Both).ok();
        }
    }
    connection.is_over.store(true, Ordering::Relaxed);
}
