//! Sound, counted to the sample while it is decoded as fast as it can be.

use gstreamer::CapsRef;

use super::wave::{Gathering, Wave};

/// Anything is turned into this and nothing else, so that no sample is added or lost.
pub(super) const CHAIN: &str =
    "audioconvert ! capsfilter caps=audio/x-raw,format=F32LE,layout=interleaved ! fakesink name=sink sync=false async=false";

pub(super) struct Counter {
    rate: u64,
    channels: usize,
    /// At this rate.
    frames: u64,
    /// Of what came at other rates: a file may be put together from several.
    before_us: u64,
    gathering: Gathering,
}

impl Counter {
    pub(super) fn new() -> Self {
        Self { rate: 0, channels: 0, frames: 0, before_us: 0, gathering: Gathering::new() }
    }

    pub(super) fn begin(&mut self, caps: &CapsRef) {
        let Some(caps) = caps.structure(0) else { return };
        let number = |name: &str| caps.get::<i32>(name).ok().and_then(|number| u32::try_from(number).ok());
        let (rate, channels) = (u64::from(number("rate").unwrap_or(0)), number("channels").unwrap_or(0) as usize);
        if rate != self.rate {
            (self.before_us, self.frames) = (self.length_us(), 0);
        }
        (self.rate, self.channels) = (rate, channels);
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        let (samples, _) = bytes.as_chunks::<4>();
        if self.rate > 0 && self.channels > 0 {
            self.frames += (samples.len() / self.channels) as u64;
            self.gathering.add(samples, self.channels);
        }
    }

    /// Up: what is played is over when its last sample is.
    pub(super) fn length_us(&self) -> u64 {
        let micros = (u128::from(self.frames) * 1_000_000).div_ceil(u128::from(self.rate.max(1)));
        self.before_us.saturating_add(u64::try_from(micros).unwrap_or(u64::MAX))
    }

    pub(super) fn wave(&self) -> Wave {
        self.gathering.wave()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(rate: u32, channels: u32) -> gstreamer::Caps {
        crate::gst::start().unwrap();
        format!("audio/x-raw,format=F32LE,rate={rate},channels={channels}").parse().unwrap()
    }

    #[test]
    fn samples_are_counted_at_their_own_rate() {
        let mut counter = Counter::new();
        counter.add(&[0; 800]);
        assert_eq!(counter.length_us(), 0, "nobody knows yet what it is");
        counter.begin(&caps(44_100, 2));
        counter.add(&vec![0; 44_101 * 8]);
        assert_eq!(counter.length_us(), 1_000_023, "the last sample counts");
        counter.begin(&caps(48_000, 1));
        counter.add(&vec![0; 48_000 * 4]);
        assert_eq!(counter.length_us(), 2_000_023);
    }
}
