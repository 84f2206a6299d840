//! A short piece of sound: 48 kHz, stereo, 32-bit float, interleaved.

use std::sync::Arc;

use crate::show::time::ShowTime;

pub const SAMPLE_RATE: u32 = 48_000;
pub const CHANNELS: usize = 2;
/// 10 ms: short against a frame, long against a thread's wake-up.
pub const SAMPLES_PER_CHUNK: usize = 480;

/// Place of a chunk on a grid of 10 ms from the Unix epoch; like a frame's number, a function of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChunkNumber(pub u64);

impl ChunkNumber {
    const MICROS: i64 = 10_000;

    pub fn at(time: ShowTime) -> Self {
        Self(u64::try_from(time.micros().div_euclid(Self::MICROS)).unwrap_or(0))
    }

    pub fn time(self) -> ShowTime {
        ShowTime(i64::try_from(self.0).unwrap_or(i64::MAX / Self::MICROS) * Self::MICROS)
    }
}

#[derive(Clone)]
pub struct SoundChunk {
    pub number: ChunkNumber,
    /// SAMPLES_PER_CHUNK × CHANNELS values. Shared: silence is always the same one.
    pub samples: Arc<[f32]>,
}

impl SoundChunk {
    /// As the bytes that GStreamer wants.
    pub fn bytes(&self) -> Vec<u8> {
        self.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
    }
}
