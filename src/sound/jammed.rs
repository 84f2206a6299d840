//! A jam in the mix. Its samples are counted in its own time, which runs beside ours.

use super::synth::Synth;
use crate::frame::jams::LiveJam;
use crate::frame::sound::SAMPLE_RATE;
use crate::show::time::ShowTime;

/// What is known of another clock gets better all the time. It is followed in steps: whoever listens would hear each correction.
const STEP: i64 = SAMPLE_RATE as i64 / 200;

#[derive(Default)]
pub struct Jammed {
    synth: Synth,
    /// How many samples its time is ahead of ours.
    ahead: Option<i64>,
}

impl Jammed {
    /// The samples from that position of ours on. Says whether they follow what came before.
    pub fn fill(&mut self, live: &LiveJam, first: i64, out: &mut [f32]) -> bool {
        let (jam, then) = live.look(ShowTime(0));
        let ahead = (then.micros() as f64 * f64::from(SAMPLE_RATE) / 1e6).round() as i64;
        let follows = self.ahead.is_none_or(|before| before.abs_diff(ahead) <= STEP.unsigned_abs());
        let kept = self.ahead.filter(|_| follows).unwrap_or(ahead);
        self.ahead = Some(kept);
        self.synth.fill(&jam, first.saturating_add(kept), out);
        follows
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arc_swap::ArcSwap;

    use super::*;
    use crate::frame::sound::CHANNELS;
    use crate::show::jam::Jam;
    use crate::show::jam::beat::Beat;
    use crate::show::jam::pattern::{Cell, PatternId};

    /// A drum at the beginning of each bar of two seconds.
    fn live() -> LiveJam {
        let mut jam = Jam::new("AB12CD".parse().unwrap(), String::new(), 0);
        let drums = jam.patterns.get_mut(&PatternId::drums(0)).unwrap();
        *Arc::make_mut(drums).cell_mut(0, 0).unwrap() = Cell::struck(100);
        jam.transport.from = Some(Beat(0));
        LiveJam::new(Arc::new(ArcSwap::from_pointee(jam)))
    }

    /// Where the drum begins, which was heard a bar before as well, and whether all was of a piece.
    fn first_heard(jammed: &mut Jammed, live: &LiveJam, from: i64) -> (i64, bool) {
        let (mut out, mut follows) = ([0.0; 480 * CHANNELS], true);
        for piece in 0.. {
            let first = from + piece * 480;
            follows &= jammed.fill(live, first, &mut out);
            if let Some(place) = out.iter().position(|sample| sample.abs() > 0.05) {
                return (first + (place / CHANNELS) as i64, follows);
            }
        }
        unreachable!()
    }

    #[test]
    fn its_beat_is_where_it_is_in_its_own_time() {
        let (live, bar) = (live(), 96_000);
        let (own, _) = first_heard(&mut Jammed::default(), &live, bar - 28_800);
        assert!((bar..bar + 480).contains(&own), "{own}");
        // The clock of the node that keeps it is half a second ahead of ours.
        live.set_ahead(500_000);
        let (shifted, _) = first_heard(&mut Jammed::default(), &live, bar - 28_800);
        assert_eq!(shifted, own - 24_000);
    }

    #[test]
    fn a_clock_that_is_known_better_is_followed_in_steps() {
        let (live, mut jammed) = (live(), Jammed::default());
        let (own, _) = first_heard(&mut jammed, &live, 67_200);
        let mut is_heard = |bar: i64, sooner: i64, follows: bool| {
            let (heard, followed) = first_heard(&mut jammed, &live, 67_200 + bar * 96_000);
            // Where the drum is loud enough to be found is not the same sample each time.
            assert!(heard.abs_diff(own + bar * 96_000 - sooner) < 24 && followed == follows, "{bar}: {heard}");
        };
        live.set_ahead(4_000);
        is_heard(1, 0, true);
        live.set_ahead(20_000);
        is_heard(2, 960, false);
    }
}
