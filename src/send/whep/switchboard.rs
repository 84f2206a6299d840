//! One UDP socket for all viewers: which of them a datagram is for.
//!
//! A viewer's first words name it (the user name of a STUN request has the fragment from our answer); what else comes from that
//! address is for the same one. Whether the words are true is for its session to see.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use str0m::ice::StunMessage;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

/// A viewer says little: whether it is there, and what it has not got.
const WAITING: usize = 64;
/// A viewer has a few interfaces; what is beyond is somebody who makes up addresses.
const ADDRESSES: usize = 8;
/// Longer than any datagram that a browser sends.
const LARGEST: usize = 2_048;
/// After a receive that failed for a reason of the system's.
const BREATH: Duration = Duration::from_millis(100);

#[derive(Clone, Default)]
pub struct Switchboard(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    viewers: HashMap<String, Line>,
    /// Whose each address is.
    addresses: HashMap<SocketAddr, String>,
}

struct Line {
    inbox: mpsc::Sender<Datagram>,
    /// Oldest first.
    addresses: VecDeque<SocketAddr>,
}

pub struct Datagram {
    pub from: SocketAddr,
    pub data: Bytes,
}

/// A viewer's place: it is free again when this is dropped.
pub struct Place {
    board: Switchboard,
    name: String,
}

impl Place {
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.board.end(&self.name);
    }
}

impl Switchboard {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None when there are so many already. The inbox closes when the viewer is to end.
    pub fn admit(&self, name: &str, most: usize) -> Option<(Place, mpsc::Receiver<Datagram>)> {
        let mut lines = self.lines();
        if lines.viewers.len() >= most {
            return None;
        }
        let (inbox, datagrams) = mpsc::channel(WAITING);
        lines.viewers.insert(name.to_owned(), Line { inbox, addresses: VecDeque::new() });
        Some((Place { board: self.clone(), name: name.to_owned() }, datagrams))
    }

    /// Says whether it was there.
    pub fn end(&self, name: &str) -> bool {
        let mut lines = self.lines();
        let line = lines.viewers.remove(name);
        line.iter().flat_map(|line| &line.addresses).for_each(|address| drop(lines.addresses.remove(address)));
        line.is_some()
    }

    pub fn end_all(&self) {
        *self.lines() = Lines::default();
    }

    /// Hands on what comes, for as long as it is polled. Who does not keep up misses datagrams, as on any way.
    pub async fn receive(&self, socket: &UdpSocket) {
        let mut buffer = [0; LARGEST];
        loop {
            match socket.recv_from(&mut buffer).await {
                Ok((length, from)) => self.hand_on(from, &buffer[..length]),
                Err(error) => {
                    tracing::debug!(%error, "no datagram can be received");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }

    fn hand_on(&self, from: SocketAddr, data: &[u8]) {
        let mut lines = self.lines();
        let Some(line) = lines.line_of(from, data) else { return };
        // Full: its task will see the next one.
        let _ = line.inbox.try_send(Datagram { from, data: Bytes::copy_from_slice(data) });
    }
}

impl Lines {
    fn line_of(&mut self, from: SocketAddr, data: &[u8]) -> Option<&Line> {
        match named(data) {
            Some(name) if self.viewers.contains_key(&name) => {
                self.learn(from, &name);
                self.viewers.get(&name)
            }
            _ => self.viewers.get(self.addresses.get(&from)?),
        }
    }

    fn learn(&mut self, from: SocketAddr, name: &str) {
        let before = self.addresses.insert(from, name.to_owned());
        if before.as_deref() == Some(name) {
            return;
        }
        // A browser uses an address again for another viewer.
        if let Some(other) = before.and_then(|before| self.viewers.get_mut(&before)) {
            other.addresses.retain(|address| *address != from);
        }
        let Some(line) = self.viewers.get_mut(name) else { return };
        line.addresses.push_back(from);
        if line.addresses.len() > ADDRESSES
            && let Some(oldest) = line.addresses.pop_front()
        {
            self.addresses.remove(&oldest);
        }
    }
}

/// Our fragment in a STUN request.
fn named(data: &[u8]) -> Option<String> {
    // All else that comes over this socket begins with a larger number.
    data.first().filter(|first| **first < 2)?;
    let message = StunMessage::parse(data).ok().filter(StunMessage::is_binding_request)?;
    message.split_username().map(|(ours, _)| ours.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A binding request with a user name, a priority and a seal that nobody checks here.
    fn request(name: &str) -> Vec<u8> {
        let padded = name.len().next_multiple_of(4);
        let mut data = vec![0, 1, 0, 4 + padded as u8 + 8 + 24, 0x21, 0x12, 0xa4, 0x42];
        data.extend([7; 12]);
        data.extend([0, 6, 0, name.len() as u8]);
        data.extend(name.as_bytes());
        data.resize(20 + 4 + padded, 0);
        data.extend([0, 0x24, 0, 4, 1, 2, 3, 4]);
        data.extend([0, 8, 0, 20]);
        data.extend([9; 20]);
        data
    }

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn heard(datagrams: &mut mpsc::Receiver<Datagram>) -> usize {
        std::iter::from_fn(|| datagrams.try_recv().ok()).count()
    }

    #[test]
    fn datagrams_go_to_whom_they_name_and_then_to_whose_address_it_is() {
        let board = Switchboard::default();
        let (one, mut to_one) = board.admit("one", 2).unwrap();
        let (_two, mut to_two) = board.admit("two", 2).unwrap();
        assert!(board.admit("three", 2).is_none());
        board.hand_on(address(1), &[22, 1, 2]);
        board.hand_on(address(1), &request("nobody:x"));
        assert_eq!((heard(&mut to_one), heard(&mut to_two)), (0, 0), "nobody knows that address");
        board.hand_on(address(1), &request("one:x"));
        board.hand_on(address(1), &[22, 1, 2]);
        assert_eq!((heard(&mut to_one), heard(&mut to_two)), (2, 0));
        board.hand_on(address(1), &request("two:x"));
        board.hand_on(address(1), &[22, 1, 2]);
        assert_eq!((heard(&mut to_one), heard(&mut to_two)), (0, 2), "the address is another's now");
        drop(one);
        assert!(to_one.try_recv().is_err_and(|error| error == mpsc::error::TryRecvError::Disconnected));
        assert!(board.admit("three", 2).is_some());
    }

    #[test]
    fn neither_addresses_nor_datagrams_pile_up() {
        let board = Switchboard::default();
        let (place, mut datagrams) = board.admit("one", 1).unwrap();
        (0..1_000).for_each(|port| board.hand_on(address(port), &request("one:x")));
        assert_eq!(heard(&mut datagrams), WAITING);
        assert_eq!(board.lines().addresses.len(), ADDRESSES);
        board.hand_on(address(1), &[22, 1]);
        board.hand_on(address(999), &[22, 1]);
        assert_eq!(heard(&mut datagrams), 1, "the newest are known");
        drop(place);
        assert!(board.lines().addresses.is_empty());
    }

    #[test]
    fn bytes_that_no_browser_sends_are_for_nobody() {
        let board = Switchboard::default();
        let (_place, mut datagrams) = board.admit("one", 1).unwrap();
        let whole = request("one:x");
        for end in 0..whole.len() {
            board.hand_on(address(1), &whole[..end]);
        }
        for seed in 0..2_000 {
            let mut data = whole.clone();
            data[seed % 20] ^= (seed / 20) as u8;
            data.truncate(20 + seed % 8);
            board.hand_on(address(2), &data);
        }
        assert_eq!(heard(&mut datagrams), 0);
    }
}
