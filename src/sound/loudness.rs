//! Loudness of the programme by EBU R128.
//!
//! It hears every piece, watched or not, because the integrated value is about the programme from its beginning. Histories are
//! histograms of 0.1 LU: constant memory however long the programme is, and nothing is allocated while it runs.

use ebur128::{EbuR128, Mode};

use crate::frame::sound::{CHANNELS, SAMPLE_RATE};
use crate::show::time::ShowTime;

/// In LUFS and LU. None where there is nothing to tell yet: it has been too short, or too quiet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Loudness {
    pub momentary: Option<f64>,
    pub short_term: Option<f64>,
    pub integrated: Option<f64>,
    pub range: Option<f64>,
}

pub struct LoudnessMeter {
    /// None would mean that the machine has no memory for it.
    meter: Option<EbuR128>,
    programme: Option<ShowTime>,
}

/// What is so quiet that the gate never opens is as good as nothing.
const QUIETEST: f64 = -70.0;

impl LoudnessMeter {
    pub fn new() -> Self {
        let mode = Mode::M | Mode::S | Mode::I | Mode::LRA | Mode::HISTOGRAM;
        Self { meter: EbuR128::new(CHANNELS as u32, SAMPLE_RATE, mode).ok(), programme: None }
    }

    /// Begins anew when the programme is another.
    pub fn add(&mut self, programme: Option<ShowTime>, samples: &[f32]) {
        let Some(meter) = &mut self.meter else { return };
        if programme != self.programme {
            self.programme = programme;
            meter.reset();
        }
        // An error would mean that a piece of sound has another number of channels.
        let _ = meter.add_frames_f32(samples);
    }

    /// Costs some 100 µs: the short-term value looks at three seconds of samples.
    pub fn loudness(&self) -> Loudness {
        let Some(meter) = &self.meter else { return Loudness::default() };
        let known = |value: Result<f64, ebur128::Error>| value.ok().filter(|value| value.is_finite() && *value >= QUIETEST);
        let integrated = known(meter.loudness_global());
        Loudness {
            momentary: known(meter.loudness_momentary()),
            short_term: known(meter.loudness_shortterm()),
            integrated,
            range: known(meter.loudness_range()).filter(|_| integrated.is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::pixels::allocations;
    use crate::sound::generate::Generator;

    fn feed(meter: &mut LoudnessMeter, programme: i64, dbfs: f32, tenths: i64) {
        let mut piece = [0.0; 9_600];
        for tenth in 0..tenths {
            Generator::Tone { hz: 1_000.0, dbfs }.fill(tenth * 4_800, &mut piece);
            meter.add(Some(ShowTime(programme)), &piece);
        }
    }

    #[test]
    fn the_standards_own_tones_measure_as_it_says() {
        let near = |value: Option<f64>, expected: f64| {
            assert!(value.is_some_and(|value| (value - expected).abs() <= 0.1), "{value:?}, not {expected}");
        };
        let mut meter = LoudnessMeter::new();
        assert_eq!(meter.loudness(), Loudness::default());
        // EBU Tech 3341, cases 1 and 2: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS, one at -33 is -33.
        for (programme, dbfs) in [(1, -23.0), (2, -33.0)] {
            feed(&mut meter, programme, dbfs, 200);
            let loudness = meter.loudness();
            near(loudness.momentary, dbfs.into());
            near(loudness.short_term, dbfs.into());
            near(loudness.integrated, dbfs.into());
            near(loudness.range, 0.0);
        }
        // Case 3: 10 s at -36, 60 s at -23, 10 s at -36: the gate leaves the quiet parts out.
        [(-36.0, 100), (-23.0, 600), (-36.0, 100)].iter().for_each(|(dbfs, tenths)| feed(&mut meter, 3, *dbfs, *tenths));
        near(meter.loudness().integrated, -23.0);
        // EBU Tech 3342, case 1: 20 s at -20, then 20 s at -30, has a range of 10 LU (within 1).
        [(-20.0, 200), (-30.0, 200)].iter().for_each(|(dbfs, tenths)| feed(&mut meter, 4, *dbfs, *tenths));
        assert!(meter.loudness().range.is_some_and(|range| (range - 10.0).abs() < 1.0));
    }

    #[test]
    fn it_allocates_nothing() {
        let mut meter = LoudnessMeter::new();
        feed(&mut meter, 1, -23.0, 50);
        let allocated = allocations::during(|| {
            feed(&mut meter, 1, -20.0, 50);
            assert!(meter.loudness().integrated.is_some());
        });
        assert_eq!(allocated, 0);
    }
}
