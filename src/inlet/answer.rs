//! What we tell those who ask what is here.

use std::net::Ipv4Addr;

use serde_json::json;

use crate::show::light::feed::{FeedWire, LightFeed};
use crate::wire::artnet::{LAST_PORT_ADDRESS, PollReply, poll_reply};
use crate::wire::packets::Packets;

/// Who we are, in the network that is listened to.
#[derive(Clone, Debug)]
pub struct Identity {
    pub ip: Ipv4Addr,
    pub mac: [u8; 6],
    /// At most 17 bytes of it are told.
    pub short_name: String,
    /// At most 63 bytes of it are told.
    pub long_name: String,
}

/// A port that answers, of a device that has four for each reply.
const PORTS: usize = 4;
/// Version 1, a reply, and all of it.
const REPLY: [u8; 10] = [0x45, 0, 0, 251, 0, 0, 0, 0, 0, 0];

impl Identity {
    /// All universes of those feeds, as the ports of one device.
    pub fn poll_replies<'a>(&self, feeds: impl IntoIterator<Item = &'a LightFeed>, packets: &mut Packets) {
        let mut bind_index = 1u8;
        for feed in feeds {
            let FeedWire::Artnet { universe, universes, .. } = feed.wire else { continue };
            let mut next = universe;
            let end = universe.saturating_add(universes).min(LAST_PORT_ADDRESS + 1);
            while next < end {
                // all ports of a reply have the upper bits of the first
                let same = (next | 0x0f).saturating_add(1).min(end);
                let outputs: [Option<u16>; PORTS] =
                    std::array::from_fn(|port| next.checked_add(port as u16).filter(|address| *address < same));
                packets.add(|out| out.extend_from_slice(&poll_reply(&self.reply(bind_index, outputs))));
                next = same.min(next.saturating_add(PORTS as u16));
                bind_index = bind_index.saturating_add(1);
            }
        }
    }

    fn reply(&self, bind_index: u8, outputs: [Option<u16>; PORTS]) -> PollReply {
        PollReply {
            ip: self.ip,
            mac: self.mac,
            short_name: self.short_name.clone(),
            long_name: self.long_name.clone(),
            report: "#0001 [0000] listening".to_owned(),
            bind_index,
            outputs,
            ..PollReply::default()
        }
    }

    pub fn ddp_status(&self, packets: &mut Packets) {
        let mac = self.mac.map(|byte| format!("{byte:02x}")).join(":");
        let status = json!({ "status": {
            "man": "Marquee",
            "mod": self.short_name,
            "ver": env!("CARGO_PKG_VERSION"),
            "mac": mac,
            "push": true,
            "ntp": false,
        } });
        let text = status.to_string();
        // names are short, so this is always true
        let Ok(length) = u16::try_from(text.len()) else { return };
        let [start @ .., _, _] = REPLY;
        packets.add(|out| {
            out.extend_from_slice(&start);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(text.as_bytes());
        });
    }
}
