//! From the name of a server to a connection: looked up once, looked at, and connected to just there.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::addresses::{forbidden, v6_is_in};
use super::allowed::Allowed;

const LOOKING_UP: Duration = Duration::from_secs(10);
const CONNECTING: Duration = Duration::from_secs(10);
/// A name may have many addresses; the first few are tried.
const MOST_ADDRESSES: usize = 4;
/// Below are the ports of services that have nothing to give but trouble: mail, file servers, remote control.
const FIRST_FREE_PORT: u16 = 1_024;
const WEB_PORTS: [u16; 2] = [80, 443];

#[derive(Debug, PartialEq, Eq)]
pub enum Undone {
    Forbidden,
    Unknown,
    Unreachable,
}

pub async fn dial(host: &str, port: u16, allowed: &Allowed) -> Result<TcpStream, Undone> {
    let found = timeout(LOOKING_UP, lookup_host((host, port))).await;
    let found: Vec<_> = found.map_err(|_| Undone::Unknown)?.map_err(|_| Undone::Unknown)?.collect();
    let mut outcome = if found.is_empty() { Undone::Unknown } else { Undone::Forbidden };
    let may_be_asked = |address: &SocketAddr| allowed.has(host, *address) || is_public(*address);
    for address in found.into_iter().filter(may_be_asked).take(MOST_ADDRESSES) {
        match timeout(CONNECTING, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            _ => outcome = Undone::Unreachable,
        }
    }
    Err(outcome)
}

fn is_public(address: SocketAddr) -> bool {
    let port = address.port();
    let is_web = WEB_PORTS.contains(&port) || port >= FIRST_FREE_PORT;
    is_web && forbidden(address.ip()).is_none() && !is_near(address.ip())
}

/// Public addresses may belong to this machine, and those of the sixth version also to everything else in the house.
/// Nothing is sent for finding that out.
fn is_near(address: IpAddr) -> bool {
    if UdpSocket::bind((address, 0)).is_ok() {
        return true;
    }
    let IpAddr::V6(address) = address else { return false };
    let ours = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect((address, 443))?;
        socket.local_addr()
    });
    matches!(ours.map(|ours| ours.ip()), Ok(IpAddr::V6(ours)) if v6_is_in(address, ours, 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_and_numbers_of_this_machine_are_refused_however_they_are_written() {
        for host in
            ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "::1", "::ffff:127.0.0.1"]
        {
            let outcome = dial(host, 80, &Allowed::default()).await.expect_err("refused");
            // Not every system knows every way to write a number.
            assert_ne!(outcome, Undone::Unreachable, "{host}");
        }
        assert_eq!(dial("127.0.0.1", 80, &Allowed::default()).await.expect_err("refused"), Undone::Forbidden);
    }

    #[test]
    fn ports_of_mail_and_the_like_are_not_connected_to() {
        let is_asked = |port| is_public(SocketAddr::from(([1, 1, 1, 1], port)));
        assert!([80, 443, 1_024, 8_080].into_iter().all(is_asked));
        assert!(![0, 22, 25, 110, 445, 1_023].into_iter().any(is_asked));
    }

    #[test]
    fn this_machine_is_near() {
        assert!(is_near(IpAddr::from([127, 0, 0, 1])) && !is_near(IpAddr::from([1, 1, 1, 1])));
    }
}
