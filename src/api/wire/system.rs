//! The machine, and where the server is to be found on it.

use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::Serialize;

use super::stream::tenths;
use crate::api::Addresses;
use crate::api::figures::Figures;

#[derive(Debug, Serialize, JsonSchema)]
pub struct SystemMetrics {
    cpu: Cpu,
    memory: Memory,
    network: Network,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Cpu {
    /// 0 to 100, of all cores.
    usage: f64,
    cores: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Memory {
    used: u64,
    total: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Network {
    bytes_in: u64,
    bytes_out: u64,
}

impl SystemMetrics {
    pub fn new(figures: &Figures) -> Self {
        let machine = &figures.machine;
        Self {
            cpu: Cpu { usage: tenths(machine.cpu_percent), cores: machine.cores },
            memory: Memory { used: machine.memory_used, total: machine.memory_total },
            network: Network { bytes_in: machine.bytes_in, bytes_out: machine.bytes_out },
        }
    }
}

/// Addresses to paste elsewhere; null for a door that is shut.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AddressView {
    http: Option<String>,
    websocket: Option<String>,
    rtmp: Option<String>,
}

impl AddressView {
    /// `asked` is the host that the client itself used: where the server listens everywhere, that is the name that works.
    pub fn new(addresses: &Addresses, asked: Option<&str>) -> Self {
        let url = |scheme: &str, at: Option<SocketAddr>, path: &str| {
            at.map(|at| format!("{scheme}://{}:{}{path}", host_of(at.ip(), asked), at.port()))
        };
        Self {
            http: url(if addresses.secure { "https" } else { "http" }, addresses.http, "/"),
            websocket: url(if addresses.secure { "wss" } else { "ws" }, addresses.ws, "/"),
            rtmp: url("rtmp", addresses.rtmp, "/live/program"),
        }
    }
}

fn host_of(ip: IpAddr, asked: Option<&str>) -> String {
    match (ip.is_unspecified(), asked, ip) {
        (true, Some(asked), _) => asked.to_owned(),
        (true, None, _) => "localhost".to_owned(),
        (false, _, IpAddr::V4(ip)) => ip.to_string(),
        (false, _, IpAddr::V6(ip)) => format!("[{ip}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_can_be_pasted() {
        let rtmp = |address: &str, asked| {
            let rtmp = Some(address.parse().expect("an address"));
            AddressView::new(&Addresses { rtmp, ..Addresses::default() }, asked).rtmp.expect("open")
        };
        assert_eq!(rtmp("127.0.0.1:1935", Some("localhost")), "rtmp://127.0.0.1:1935/live/program");
        assert_eq!(rtmp("0.0.0.0:1935", Some("192.168.1.7")), "rtmp://192.168.1.7:1935/live/program");
        assert_eq!(rtmp("[::1]:1936", None), "rtmp://[::1]:1936/live/program");
    }
}
