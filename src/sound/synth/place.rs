//! Times as samples: 125 microseconds are six of them. One rounding for all, so that what is cut into pieces neither loses nor
//! doubles anything.

use crate::show::time::ShowTime;

const SAMPLES: i128 = 6;
const MICROS: i128 = 125;

fn clamped(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// The sample that sounds at a time: it begins then, or began less than a sample before.
pub fn sample_at(time: ShowTime) -> i64 {
    clamped((i128::from(time.0) * SAMPLES).div_euclid(MICROS))
}

/// The first time that is this sample's.
pub fn time_of(sample: i64) -> ShowTime {
    ShowTime(clamped(-(-i128::from(sample) * MICROS).div_euclid(SAMPLES)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_of_exactly_one_sample() {
        for sample in (-300..300).chain(85_920_000_000_000..85_920_000_000_300) {
            let time = time_of(sample);
            assert_eq!((sample_at(time), sample_at(ShowTime(time.0 - 1))), (sample, sample - 1));
        }
        assert_eq!(sample_at(ShowTime(1_000)), 48);
        for wild in [i64::MIN, i64::MAX] {
            let _ = (sample_at(ShowTime(wild)), time_of(wild));
        }
    }
}
