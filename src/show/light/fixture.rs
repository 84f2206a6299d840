//! A fixture: something with LEDs, how it is reached, and which pixels of which zones it shows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::correction::Correction;
use crate::show::Show;
use crate::show::ids::{FixtureId, SupplyId, ZoneId};
use crate::show::time::ShowTime;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fixture {
    pub id: FixtureId,
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub name: String,
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What it shows, from its first LED on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256))]
    pub segments: Vec<Segment>,
    /// Each of its LEDs has a white one, too.
    #[serde(default)]
    pub rgbw: bool,
    #[serde(default)]
    pub correction: Correction,
    /// How much later than the picture it shows what belongs to it; negative: earlier.
    #[serde(default)]
    #[schemars(range(min = -2_000, max = 2_000))]
    pub latency_ms: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_limit: Option<PowerLimit>,
    /// It flashes until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub identify_until: Option<ShowTime>,
    #[serde(flatten)]
    pub wire: Wire,
}

/// A run of a zone's pixels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    pub zone: ZoneId,
    #[serde(default)]
    pub first: u32,
    /// Absent: up to the zone's last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    #[serde(default)]
    pub reversed: bool,
}

/// How much all of its LEDs may draw together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PowerLimit {
    /// Shared with others; its limit is in the lights' settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supply: Option<SupplyId>,
    /// Its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10, max = 1_000_000))]
    pub limit_ma: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.05, max = 10_000))]
    pub limit_w: Option<f64>,
}

/// How it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Wire {
    /// A controller that runs WLED, over its realtime protocol.
    Wled {
        host: String,
        #[serde(default = "wled_port")]
        port: u16,
        #[serde(default)]
        protocol: WledProtocol,
        /// After so many seconds without us it shows its own again; 255: never.
        #[serde(default = "two")]
        timeout_s: u8,
    },
    /// Distributed Display Protocol.
    Ddp {
        host: String,
        #[serde(default = "ddp_port")]
        port: u16,
        #[serde(default = "display")]
        destination_id: u8,
        /// Bytes of a packet, for controllers that take less.
        #[serde(default = "ddp_payload")]
        #[schemars(range(min = 12, max = 1440))]
        payload: u16,
    },
    /// Streaming ACN, also called E1.31.
    Sacn {
        /// Absent: multicast.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
        #[serde(default = "sacn_port")]
        port: u16,
        #[schemars(range(min = 1, max = 63_999))]
        universe: u16,
        #[serde(default = "whole_pixels")]
        #[schemars(range(min = 3, max = 512))]
        channels_per_universe: u16,
        #[serde(default = "sacn_priority")]
        #[schemars(range(min = 0, max = 200))]
        priority: u8,
        /// Receivers show all universes at once, when this one tells them; 0: each when it comes.
        #[serde(default)]
        sync_universe: u16,
    },
    /// Art-Net 4.
    Artnet {
        host: String,
        #[serde(default = "artnet_port")]
        port: u16,
        /// The first port address, from 0.
        #[schemars(range(min = 0, max = 32_767))]
        universe: u16,
        #[serde(default = "whole_pixels")]
        #[schemars(range(min = 3, max = 512))]
        channels_per_universe: u16,
        /// Receivers show all universes at once, when they are told.
        #[serde(default)]
        sync: bool,
    },
    /// WS2812 and its like on the data line of an SPI port.
    Spi {
        device: String,
        #[serde(default)]
        encoding: SpiEncoding,
    },
    /// APA102 and SK9822 on an SPI port.
    Apa102 {
        device: String,
        #[serde(default = "apa102_hz")]
        #[schemars(range(min = 100_000, max = 32_000_000))]
        hz: u32,
    },
    /// A microcontroller on a serial port.
    Adalight {
        device: String,
        #[serde(default = "baud")]
        baud: u32,
        #[serde(default)]
        variant: AdalightVariant,
    },
    /// WS2812 and its like on a pin of a Raspberry Pi, by PWM or PCM.
    Ws281x {
        #[schemars(range(max = 53))]
        gpio: u8,
        #[serde(default = "dma")]
        #[schemars(range(max = 14))]
        dma: u8,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WledProtocol {
    /// The one that reaches all pixels with the fewest packets.
    #[default]
    Auto,
    Warls,
    Drgb,
    Drgbw,
    Dnrgb,
    Dnrgbw,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpiEncoding {
    /// Three SPI bits for each bit, at 2.4 MHz.
    #[default]
    Three,
    /// Four, at 3.2 MHz.
    Four,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdalightVariant {
    #[default]
    Adalight,
    Lightberry,
    Awa,
}

impl Wire {
    pub fn kind(&self) -> &'static str {
        match self {
            Wire::Wled { .. } => "wled",
            Wire::Ddp { .. } => "ddp",
            Wire::Sacn { .. } => "sacn",
            Wire::Artnet { .. } => "artnet",
            Wire::Spi { .. } => "spi",
            Wire::Apa102 { .. } => "apa102",
            Wire::Adalight { .. } => "adalight",
            Wire::Ws281x { .. } => "ws281x",
        }
    }

    /// Where it is in the network, if it is there.
    pub fn host(&self) -> Option<(&str, u16)> {
        match self {
            Wire::Wled { host, port, .. } | Wire::Ddp { host, port, .. } | Wire::Artnet { host, port, .. } => {
                Some((host, *port))
            }
            Wire::Sacn { host: Some(host), port, .. } => Some((host, *port)),
            _ => None,
        }
    }

    /// A file that stands for hardware.
    pub fn device(&self) -> Option<&str> {
        match self {
            Wire::Spi { device, .. } | Wire::Apa102 { device, .. } | Wire::Adalight { device, .. } => Some(device),
            _ => None,
        }
    }
}

impl Fixture {
    pub fn channels(&self) -> usize {
        if self.rgbw { 4 } else { 3 }
    }

    /// LEDs that it has: those of its segments.
    pub fn pixel_count(&self, show: &Show) -> u32 {
        let count = |segment: &Segment| {
            let has = show.zones.get(&segment.zone).map_or(0, |zone| zone.geometry.pixel_count());
            segment.count.unwrap_or(has.saturating_sub(segment.first))
        };
        self.segments.iter().map(count).fold(0, u32::saturating_add)
    }

    /// What it may draw by itself, in mW.
    pub fn limit_mw(&self) -> Option<f64> {
        let limit = self.power_limit.as_ref()?;
        let by_current = limit.limit_ma.map(|limit| limit * self.correction.power.volts);
        let by_power = limit.limit_w.map(|limit| limit * 1_000.0);
        by_current.into_iter().chain(by_power).reduce(f64::min)
    }
}

fn yes() -> bool {
    true
}

fn two() -> u8 {
    2
}

fn wled_port() -> u16 {
    21_324
}

fn ddp_port() -> u16 {
    4_048
}

fn ddp_payload() -> u16 {
    1_440
}

fn display() -> u8 {
    1
}

fn sacn_port() -> u16 {
    5_568
}

fn sacn_priority() -> u8 {
    100
}

fn artnet_port() -> u16 {
    6_454
}

fn whole_pixels() -> u16 {
    510
}

fn apa102_hz() -> u32 {
    4_000_000
}

fn baud() -> u32 {
    921_600
}

fn dma() -> u8 {
    10
}
