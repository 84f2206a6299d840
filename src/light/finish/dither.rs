//! From numbers to steps: rounded, or so that what is lost in one frame is made good in the next ones.

/// What a wire carries: 8 or 16 bits for each channel.
pub trait Step: Copy + Into<f32> {
    /// How many steps there are above dark.
    const TOP: f32;
    /// Without what is behind the point; beyond the ends are the ends.
    fn whole(value: f32) -> Self;
}

impl Step for u8 {
    const TOP: f32 = 255.0;
    fn whole(value: f32) -> Self {
        whole(value, Self::TOP) as u8
    }
}

impl Step for u16 {
    const TOP: f32 = 65_535.0;
    fn whole(value: f32) -> Self {
        whole(value, Self::TOP) as u16
    }
}

/// What `as` says of a number, from 0 to `top`, so that several fit into a register: numbers as large as the one that is added
/// have no bits left behind the point, and what was rounded up is taken back.
#[inline(always)]
fn whole(value: f32, top: f32) -> u32 {
    const WHOLE: f32 = 8_388_608.0;
    let floor = if value > 0.0 { value } else { 0.0 };
    let value = if floor < top { floor } else { top };
    let nearest = value + WHOLE;
    nearest.to_bits().wrapping_sub(u32::from(nearest - WHOLE > value))
}

/// What every channel still owes, in parts of a step: from 0 to below 1.
pub struct Residues(Vec<f32>);

/// As near to a whole step as a debt may come: a whole one would light a channel that is to be dark.
const MOST_OWED: f32 = 1.0 - f32::EPSILON;

/// To the nearest step, or `down`.
pub fn rounded<S: Step>(values: &[f32], scale: f32, down: bool, out: &mut Vec<S>) {
    let (gain, lift) = (scale * S::TOP, if down { 0.0 } else { 0.5 });
    out.clear();
    out.extend(values.iter().map(|value| S::whole(value * gain + lift)));
}

impl Residues {
    /// Spread, so that neighbours of one colour do not all take the next step in the same frame.
    pub fn new(channels: usize) -> Self {
        Self((0..channels).map(spread).collect())
    }

    /// Steps whose mean over some frames is the value. Dark and full stay exactly that.
    pub fn dithered<S: Step>(&mut self, values: &[f32], scale: f32, out: &mut Vec<S>) {
        let gain = scale * S::TOP;
        let carry = |(value, owed): (&f32, &mut f32)| {
            let due = value * gain + *owed;
            let paid = S::whole(due);
            let open = due - paid.into();
            *owed = if open > 0.0 { open.min(MOST_OWED) } else { 0.0 };
            paid
        };
        out.clear();
        out.extend(values.iter().zip(&mut self.0).map(carry));
    }
}

/// Looks random, and is the same every time.
fn spread(channel: usize) -> f32 {
    let mut bits = (channel as u32).wrapping_mul(0x9e37_79b9);
    bits = (bits ^ bits >> 16).wrapping_mul(0x85eb_ca6b);
    bits = (bits ^ bits >> 13).wrapping_mul(0xc2b2_ae35);
    (bits >> 8) as f32 / 16_777_216.0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What each channel shows in sum over so many frames.
    fn sums<S: Step>(values: &[f32], frames: usize) -> Vec<u64> {
        let mut residues = Residues::new(values.len());
        let (mut out, mut sums) = (Vec::new(), vec![0; values.len()]);
        for _ in 0..frames {
            residues.dithered::<S>(values, 1.0, &mut out);
            sums.iter_mut().zip(&out).for_each(|(sum, step)| *sum += u64::from(Into::<f32>::into(*step) as u32));
        }
        sums
    }

    fn ramp(most: f32, count: usize) -> Vec<f32> {
        (0..count).map(|step| most * step as f32 / (count - 1) as f32).collect()
    }

    #[test]
    fn over_64_frames_the_mean_is_right_to_half_a_step() {
        let values = ramp(1.0, 2_000);
        for (value, sum) in values.iter().zip(sums::<u8>(&values, 64)) {
            let error = sum as f64 / 64.0 / 255.0 - f64::from(*value);
            assert!(error.abs() < 0.5 / 255.0 / 16.0, "{value}: {error}");
        }
        for (value, sum) in values.iter().zip(sums::<u16>(&values, 64)) {
            assert!((sum as f64 / 64.0 / 65_535.0 - f64::from(*value)).abs() < 0.5 / 65_535.0, "{value}");
        }
    }

    #[test]
    fn at_two_percent_every_level_is_still_told_apart() {
        let levels = |sums: Vec<u64>| sums.into_iter().collect::<BTreeSet<_>>().len();
        let values = ramp(0.02, 256);
        assert!(levels(sums::<u8>(&values, 256)) >= 200);
        let mut plain = Vec::<u8>::new();
        rounded(&values, 1.0, false, &mut plain);
        assert_eq!(levels(plain.into_iter().map(u64::from).collect()), 6, "without dithering");
    }

    #[test]
    fn dark_and_full_do_not_flicker() {
        let values: Vec<f32> = (0..1_000).map(|channel| (channel % 2) as f32).collect();
        let mut residues = Residues::new(values.len());
        let (mut bytes, mut words) = (Vec::<u8>::new(), Vec::<u16>::new());
        for _ in 0..100 {
            residues.dithered(&values, 1.0, &mut bytes);
            assert!(bytes.iter().enumerate().all(|(channel, step)| *step == [0, 255][channel % 2]));
            residues.dithered(&values, 1.0, &mut words);
            assert!(words.iter().enumerate().all(|(channel, step)| *step == [0, 65_535][channel % 2]));
        }
    }

    #[test]
    fn what_was_bright_is_dark_at_once() {
        let mut residues = Residues::new(1_000);
        let mut out = Vec::<u16>::new();
        for bright in ramp(1.0, 50) {
            residues.dithered(&[bright; 1_000], 1.0, &mut out);
            residues.dithered(&[0.0; 1_000], 1.0, &mut out);
            assert!(out.iter().all(|step| *step == 0), "{bright}");
        }
    }

    #[test]
    fn neighbours_do_not_take_a_step_together() {
        let mut residues = Residues::new(3_000);
        let mut out = Vec::<u8>::new();
        for _ in 0..32 {
            residues.dithered(&[0.25 / 255.0; 3_000], 1.0, &mut out);
            let lit = out.iter().filter(|step| **step > 0).count();
            assert!((600..900).contains(&lit), "{lit}");
            let same = out.windows(4).filter(|near| near[0] == near[3]).count();
            assert!(same < 2_300, "{same}: of one colour in neighbouring pixels");
        }
    }

    #[test]
    fn without_dithering_the_nearest_step_is_taken_or_the_one_below() {
        let mut out = Vec::new();
        rounded::<u8>(&[0.0, 0.5 / 255.0, 0.49 / 255.0, 254.6 / 255.0, 1.0, f32::NAN, 9.0, -9.0], 1.0, false, &mut out);
        assert_eq!(out, [0, 1, 0, 255, 255, 0, 255, 0]);
        rounded::<u8>(&[0.99 / 255.0, 1.0, 0.5], 1.0, true, &mut out);
        assert_eq!(out, [0, 255, 127]);
        let mut words = Vec::new();
        rounded::<u16>(&[0.0, 0.5, 1.0], 0.5, false, &mut words);
        assert_eq!(words, [0, 16_384, 32_768]);
    }

    #[test]
    fn whole_steps_are_what_the_language_makes_of_numbers() {
        for bits in (0..=u32::MAX).step_by(4_099).chain((0..=65_536).map(|step| (step as f32).to_bits())) {
            for near in [bits.wrapping_sub(1), bits, bits.wrapping_add(1)].map(f32::from_bits) {
                assert_eq!((u8::whole(near), u16::whole(near)), (near as u8, near as u16), "{near}");
            }
        }
    }

    #[test]
    fn what_is_no_number_is_forgotten_with_its_frame() {
        let mut residues = Residues::new(3);
        let mut out = Vec::<u8>::new();
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30] {
            residues.dithered(&[odd; 3], 1.0, &mut out);
            residues.dithered(&[0.0; 3], 1.0, &mut out);
            assert_eq!(out, [0; 3], "{odd}");
            residues.dithered(&[0.5; 3], 1.0, &mut out);
            assert!(out.iter().all(|step| [127, 128].contains(step)), "{odd} {out:?}");
        }
    }
}
