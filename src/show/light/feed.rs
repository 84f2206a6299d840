//! A feed: pixels that others send us over the network, to be shown like anything else.

mod check;
mod source;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::InvalidFeed;
pub use source::{InvalidSource, Source};

use crate::show::ids::FeedId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LightFeed {
    pub id: FeedId,
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub name: String,
    /// Nothing is listened to before somebody wants it.
    #[serde(default)]
    pub enabled: bool,
    #[schemars(range(min = 1, max = 65_536))]
    pub pixels: u32,
    /// Each pixel comes with a white channel, too, unless its packets say otherwise; it is added to the colours.
    #[serde(default)]
    pub rgbw: bool,
    /// As a picture: so many pixels a row, one row after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65_536))]
    pub columns: Option<u32>,
    /// Who may send. Nobody else is heard, and while there is none, nobody at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub allow: Vec<Source>,
    /// How long a frame is shown if no other comes. Senders may ask for less, not for more.
    #[serde(default = "timeout_ms")]
    #[schemars(range(min = 100, max = 60_000))]
    pub timeout_ms: u32,
    #[serde(flatten)]
    pub wire: FeedWire,
}

/// How it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FeedWire {
    /// Distributed Display Protocol.
    Ddp {
        #[serde(default = "ddp_port")]
        #[schemars(range(min = 1))]
        port: u16,
        /// What is sent to another is not for this feed; what is sent to all (255) is.
        #[serde(default = "display")]
        #[schemars(range(min = 1))]
        destination_id: u8,
    },
    /// Streaming ACN, also called E1.31.
    Sacn {
        /// The first.
        #[schemars(range(min = 1, max = 63_999))]
        universe: u16,
        #[serde(default = "one")]
        #[schemars(range(min = 1, max = 512))]
        universes: u16,
        /// Absent: as many as whole pixels take, 510 or, with white, 512.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 3, max = 512))]
        channels_per_universe: Option<u16>,
        /// Join the groups that universes are sent to; what is sent to this machine alone is heard anyway.
        #[serde(default = "yes")]
        multicast: bool,
        #[serde(default = "sacn_port")]
        #[schemars(range(min = 1))]
        port: u16,
    },
    /// Art-Net 4.
    Artnet {
        /// The first port address, from 0.
        #[schemars(range(min = 0, max = 32_767))]
        universe: u16,
        #[serde(default = "one")]
        #[schemars(range(min = 1, max = 512))]
        universes: u16,
        /// Absent: as many as whole pixels take, 510 or, with white, 512.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 3, max = 512))]
        channels_per_universe: Option<u16>,
        #[serde(default = "artnet_port")]
        #[schemars(range(min = 1))]
        port: u16,
    },
    /// What is sent to controllers that run WLED: WARLS, DRGB, DRGBW, DNRGB and DNRGBW.
    Wled {
        #[serde(default = "wled_port")]
        #[schemars(range(min = 1))]
        port: u16,
    },
}

impl LightFeed {
    /// Bytes of a pixel, where packets do not say.
    pub fn channels(&self) -> u16 {
        if self.rgbw { 4 } else { 3 }
    }

    /// Slots of a universe that hold pixels.
    pub fn slots(&self) -> u16 {
        let said = match self.wire {
            FeedWire::Sacn { channels_per_universe, .. } | FeedWire::Artnet { channels_per_universe, .. } => {
                channels_per_universe
            }
            FeedWire::Ddp { .. } | FeedWire::Wled { .. } => None,
        };
        said.unwrap_or(512 / self.channels() * self.channels())
    }

    /// Columns and rows, if it is a picture. Its last row may be short.
    pub fn size(&self) -> Option<[u32; 2]> {
        let columns = self.columns.filter(|columns| *columns > 0)?;
        Some([columns, self.pixels.div_ceil(columns)])
    }

    pub fn allows(&self, from: std::net::IpAddr) -> bool {
        self.allow.iter().any(|source| source.contains(from))
    }
}

impl FeedWire {
    pub fn kind(&self) -> &'static str {
        match self {
            FeedWire::Ddp { .. } => "ddp",
            FeedWire::Sacn { .. } => "sacn",
            FeedWire::Artnet { .. } => "artnet",
            FeedWire::Wled { .. } => "wled",
        }
    }

    pub fn port(&self) -> u16 {
        match self {
            FeedWire::Ddp { port, .. } | FeedWire::Sacn { port, .. } => *port,
            FeedWire::Artnet { port, .. } | FeedWire::Wled { port } => *port,
        }
    }
}

fn timeout_ms() -> u32 {
    2_500
}

fn yes() -> bool {
    true
}

fn one() -> u16 {
    1
}

fn display() -> u8 {
    1
}

fn ddp_port() -> u16 {
    4_048
}

fn sacn_port() -> u16 {
    5_568
}

fn artnet_port() -> u16 {
    6_454
}

fn wled_port() -> u16 {
    21_324
}
