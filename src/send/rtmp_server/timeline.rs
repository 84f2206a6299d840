//! A publisher's time line: from milliseconds that wrap, jump and are rounded, to microseconds that do not.

/// The clock of a stream may stand back by this much between its tracks; what is more is another time line.
const MOST_BACK_MS: i32 = 2_000;
/// A sender that was held up may leave this much out.
const MOST_AHEAD_MS: i32 = 10_000;

/// Pictures and sound share one, so that they stay together when it jumps.
#[derive(Default)]
pub struct Timeline {
    last_ms: Option<u32>,
    now_ms: i64,
}

impl Timeline {
    /// Microseconds since the beginning.
    pub fn place(&mut self, time_ms: u32) -> i64 {
        if let Some(last) = self.last_ms {
            let step = time_ms.wrapping_sub(last) as i32;
            // A jump that is none of the stream's: it goes on where it was.
            let step = if (-MOST_BACK_MS..=MOST_AHEAD_MS).contains(&step) { step } else { 0 };
            self.now_ms += i64::from(step);
        }
        self.last_ms = Some(time_ms);
        self.now_ms * 1_000
    }
}

/// AAC comes in pieces of 1,024 samples.
const SAMPLES: i64 = 1_024;
/// Rounding moves a piece by half a millisecond, and a sender's own by a few; beyond this there is a gap.
const ROUNDED_US: i64 = 5_000;
/// How fast the counted time follows the told one: a sixty-fourth of the difference with each piece.
const FOLLOWS: i64 = 64;

/// Times of sound, counted in samples. Those that are told are rounded to milliseconds, 48 samples: following them would stretch and
/// squeeze each piece.
pub struct SampleClock {
    rate: i64,
    /// Nanoseconds, when the next piece is due.
    next_ns: Option<i64>,
}

impl SampleClock {
    pub fn new(rate: Option<u32>) -> Self {
        Self { rate: i64::from(rate.unwrap_or(48_000)), next_ns: None }
    }

    pub fn place(&mut self, told_us: i64) -> i64 {
        let told_ns = told_us.saturating_mul(1_000);
        let counted = self.next_ns.filter(|next| told_ns.saturating_sub(*next).abs() <= ROUNDED_US * 1_000);
        let at = counted.map_or(told_ns, |next| next + (told_ns - next) / FOLLOWS);
        self.next_ns = Some(at.saturating_add(SAMPLES * 1_000_000_000 / self.rate));
        at / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_begins_at_zero_wraps_and_swallows_jumps() {
        let mut line = Timeline::default();
        let begin = u32::MAX - 20;
        assert_eq!([0, 10, 40, 39].map(|after| line.place(begin.wrapping_add(after))), [0, 10_000, 40_000, 39_000]);
        // Its clock was set anew, and both tracks go on together.
        assert_eq!([5_000_000, 5_000_020, 5_000_010].map(|time| line.place(time)), [39_000, 59_000, 49_000]);
        assert_eq!([7, 27].map(|time| line.place(time)), [49_000, 69_000]);
    }

    #[test]
    fn sound_lies_evenly_although_it_is_told_in_milliseconds() {
        let mut clock = SampleClock::new(Some(48_000));
        // 0.01 % slow.
        let exact = |piece: i64| piece * SAMPLES * 1_000_100 / 48_000;
        let placed: Vec<i64> = (0..5_000).map(|piece| clock.place(exact(piece) / 1_000 * 1_000)).collect();
        for (piece, at) in placed.iter().enumerate().skip(300) {
            let off = exact(piece as i64) - at;
            assert!((0..1_000).contains(&off), "piece {piece} is {off} us off");
        }
        let uneven = placed[300..].windows(2).map(|pair| (pair[1] - pair[0] - 21_335).abs()).max();
        assert!(uneven <= Some(20), "{uneven:?}");
        // A gap is a gap.
        assert_eq!(clock.place(900_000_000), 900_000_000);
    }
}
