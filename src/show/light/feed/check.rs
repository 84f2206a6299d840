//! Whether a feed is in range: pure, and without knowing what else there is.

use super::{FeedWire, LightFeed};

/// What is wrong with a feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFeed {
    #[error("{field} must be from {least} to {most}")]
    OutOfRange { field: &'static str, least: u32, most: u32 },
    #[error("name is too long")]
    LongName,
    #[error("destination_id must be one that pixels are sent to: not 0, 246, 250 or 251")]
    NoDisplay,
    #[error("{pixels} pixels take {needed} universes")]
    TooFewUniverses { pixels: u32, needed: u32 },
}

const LONGEST_NAME: usize = 128;
const MOST_PIXELS: u32 = 65_536;
const MOST_SOURCES: usize = 64;
const MOST_UNIVERSES: u32 = 512;
/// Control, configuration and status of DDP, and what it leaves undefined.
const NO_DISPLAYS: [u8; 4] = [0, 246, 250, 251];

impl LightFeed {
    pub fn check(&self) -> Result<(), InvalidFeed> {
        if self.name.chars().count() > LONGEST_NAME {
            return Err(InvalidFeed::LongName);
        }
        in_range("pixels", self.pixels, 1, MOST_PIXELS)?;
        in_range("columns", self.columns.unwrap_or(1), 1, self.pixels)?;
        let sources = u32::try_from(self.allow.len()).unwrap_or(u32::MAX);
        in_range("allow's length", sources, 0, MOST_SOURCES as u32)?;
        in_range("timeout_ms", self.timeout_ms, 100, 60_000)?;
        in_range("port", self.wire.port().into(), 1, u16::MAX.into())?;
        match self.wire {
            FeedWire::Ddp { destination_id, .. } if NO_DISPLAYS.contains(&destination_id) => Err(InvalidFeed::NoDisplay),
            FeedWire::Ddp { .. } | FeedWire::Wled { .. } => Ok(()),
            FeedWire::Sacn { universe, universes, .. } => self.check_universes(universe, universes, (1, 63_999)),
            FeedWire::Artnet { universe, universes, .. } => self.check_universes(universe, universes, (0, 32_767)),
        }
    }

    fn check_universes(&self, universe: u16, universes: u16, (least, most): (u32, u32)) -> Result<(), InvalidFeed> {
        let (universe, universes, slots) = (u32::from(universe), u32::from(universes), u32::from(self.slots()));
        in_range("universe", universe, least, most)?;
        in_range("channels_per_universe", slots, 3, 512)?;
        in_range("universes", universes, 1, MOST_UNIVERSES.min(most - universe + 1))?;
        let needed = (self.pixels * u32::from(self.channels())).div_ceil(slots);
        if needed > universes { Err(InvalidFeed::TooFewUniverses { pixels: self.pixels, needed }) } else { Ok(()) }
    }
}

fn in_range(field: &'static str, value: u32, least: u32, most: u32) -> Result<(), InvalidFeed> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(InvalidFeed::OutOfRange { field, least, most }) }
}
