//! How loud something is when: gathered while its length is not known yet, in memory that does not grow with it.

use serde::Serialize;

/// Pieces of the whole, at most.
pub const BUCKETS: usize = 1_000;
/// Finer pieces while gathering, so that those of the whole are right to an eighth of their length.
const FINE: usize = 16 * BUCKETS;

/// From silence, 0, to full scale, 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Wave {
    /// The loudest sample of any channel.
    pub peaks: Vec<f32>,
    /// How loud it is all in all (root mean square).
    pub rms: Vec<f32>,
}

#[derive(Clone, Copy, Default)]
struct Piece {
    peak: f32,
    squares: f64,
    samples: u64,
}

/// Pieces of equal length; when there are too many, two become one.
pub(super) struct Gathering {
    pieces: Vec<Piece>,
    frames_each: u64,
    frames_in_last: u64,
}

impl Gathering {
    pub(super) fn new() -> Self {
        Self { pieces: Vec::with_capacity(FINE), frames_each: 1, frames_in_last: 0 }
    }

    /// Interleaved samples of so many channels.
    pub(super) fn add(&mut self, mut samples: &[[u8; 4]], channels: usize) {
        while samples.len() >= channels {
            if self.pieces.is_empty() || self.frames_in_last == self.frames_each {
                self.begin();
            }
            let room = self.frames_each - self.frames_in_last;
            let frames = room.min((samples.len() / channels) as u64);
            let (taken, rest) = samples.split_at(frames as usize * channels);
            if let Some(last) = self.pieces.last_mut() {
                last.add(taken);
            }
            self.frames_in_last += frames;
            samples = rest;
        }
    }

    fn begin(&mut self) {
        if self.pieces.len() == FINE {
            let joined = self.pieces.as_chunks::<2>().0.iter().map(|[one, other]| one.with(*other)).collect();
            self.pieces = joined;
            self.frames_each *= 2;
        }
        self.pieces.push(Piece::default());
        self.frames_in_last = 0;
    }

    pub(super) fn wave(&self) -> Wave {
        let all = self.pieces.len();
        let count = all.min(BUCKETS);
        let bucket = |index: usize| &self.pieces[index * all / count..(index + 1) * all / count];
        let joined = (0..count).map(|index| bucket(index).iter().fold(Piece::default(), |sum, piece| sum.with(*piece)));
        let (peaks, rms) = joined.map(|piece| (rounded(piece.peak), rounded(piece.rms()))).unzip();
        Wave { peaks, rms }
    }
}

/// To three digits: it is looked at.
fn rounded(value: f32) -> f32 {
    (value.clamp(0.0, 1.0) * 1_000.0).round() / 1_000.0
}

impl Piece {
    fn add(&mut self, samples: &[[u8; 4]]) {
        for bytes in samples {
            let value = f32::from_le_bytes(*bytes);
            // Sound may be anything in a file of numbers.
            let value = if value.is_finite() { value.abs() } else { 0.0 };
            self.peak = self.peak.max(value);
            self.squares += f64::from(value) * f64::from(value);
        }
        self.samples += samples.len() as u64;
    }

    fn with(self, other: Piece) -> Piece {
        Piece {
            peak: self.peak.max(other.peak),
            squares: self.squares + other.squares,
            samples: self.samples + other.samples,
        }
    }

    fn rms(self) -> f32 {
        (self.squares / self.samples.max(1) as f64).sqrt() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave_of(samples: impl IntoIterator<Item = f32>, channels: usize) -> Wave {
        let bytes: Vec<[u8; 4]> = samples.into_iter().map(f32::to_le_bytes).collect();
        let mut gathering = Gathering::new();
        // In pieces of odd lengths, as decoders give them.
        bytes.chunks(997 * channels).for_each(|part| gathering.add(part, channels));
        gathering.wave()
    }

    #[test]
    fn silence_and_what_is_loud_lie_where_they_are_heard() {
        let half = 200_000;
        let wave = wave_of(std::iter::repeat_n(0.0, half).chain(std::iter::repeat_n(-0.5, half)), 1);
        assert_eq!((wave.peaks.len(), wave.rms.len()), (BUCKETS, BUCKETS));
        assert!(wave.peaks[..499].iter().chain(&wave.rms[..499]).all(|level| *level == 0.0));
        assert!(wave.peaks[501..].iter().chain(&wave.rms[501..]).all(|level| *level == 0.5));
    }

    #[test]
    fn the_loudest_channel_counts_and_short_sounds_have_fewer_pieces() {
        let wave = wave_of([0.0, 1.0, 0.25, -0.25, f32::NAN, f32::INFINITY], 2);
        assert_eq!(wave.peaks, [1.0, 0.25, 0.0]);
        assert_eq!(wave.rms, [0.707, 0.25, 0.0]);
        assert_eq!(wave_of([], 2), Wave::default());
    }

    #[test]
    fn a_single_click_is_not_lost_however_long_it_is() {
        let samples = (0..3_000_000).map(|at| if at == 1_500_000 { 0.75 } else { 0.0 });
        let wave = wave_of(samples, 1);
        let loud: Vec<usize> = (0..BUCKETS).filter(|at| wave.peaks[*at] > 0.0).collect();
        assert_eq!((loud.len(), wave.peaks[loud[0]]), (1, 0.75));
        assert!((498..=502).contains(&loud[0]), "{loud:?}");
    }
}
