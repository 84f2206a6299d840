//! Chance that can be asked again: numbers that look random and depend on nothing but what they are asked with.

use super::curve::mix;
use super::moment::Moment;

/// Scatters: one bit of `key` or `salt` more or less changes about half of the result's.
pub fn hash(salt: u32, key: u32) -> u32 {
    let mut bits = key.wrapping_add(salt.wrapping_mul(0x9e37_79b1)).wrapping_add(0x7f4a_7c15);
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x85eb_ca77);
    bits = (bits ^ (bits >> 13)).wrapping_mul(0xc2b2_ae3d);
    bits ^ (bits >> 16)
}

/// 0 to below 1, each value as likely as any other.
pub fn chance(salt: u32, key: u32) -> f32 {
    part(hash(salt, key))
}

/// A hash as a number from 0 to below 1.
pub fn part(hash: u32) -> f32 {
    (hash >> 8) as f32 / 16_777_216.0
}

/// Goes smoothly from one random value to the next, one a step: 0 to 1.
pub fn drift(salt: u32, moment: Moment) -> f32 {
    let Moment { step, part } = moment;
    mix(chance(salt, step), chance(salt, step.wrapping_add(1)), part * part * (3.0 - 2.0 * part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_changes_half_of_them() {
        let mut flipped = 0;
        for key in 0..256 {
            for bit in 0..32 {
                flipped += (hash(7, key) ^ hash(7, key ^ (1 << bit))).count_ones();
                flipped += (hash(key, 7) ^ hash(key ^ (1 << bit), 7)).count_ones();
            }
        }
        let average = f64::from(flipped) / (2.0 * 256.0 * 32.0);
        assert!((15.5..16.5).contains(&average), "{average}");
    }

    #[test]
    fn chances_are_even() {
        let mut tenths = [0; 10];
        for key in 0..10_000 {
            tenths[(chance(3, key) * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|count| (880..1120).contains(count)), "{tenths:?}");
    }

    #[test]
    fn a_drift_has_no_jumps() {
        let mut before = drift(5, Moment::of(1e9));
        for step in 1..1000 {
            let now = drift(5, Moment::of(1e9 + f64::from(step) / 100.0));
            assert!((now - before).abs() < 0.02, "at {step}");
            before = now;
        }
    }
}
