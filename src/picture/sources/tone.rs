//! A test tone: computed, so that its phase is a function of the time, and two tones of one pitch are one.

use std::f64::consts::TAU;
use std::sync::Arc;
use std::time::Duration;

use super::queue::Order;
use super::session::{End, Session, must_reopen};
use crate::frame::sound::{CHANNELS, ChunkNumber, SAMPLE_RATE, SAMPLES_PER_CHUNK};

/// How far ahead of the show it is written.
const AHEAD: Duration = Duration::from_millis(200);
/// A thousand seconds: every pitch that is a whole number of thousandths of a hertz begins anew with it.
const CYCLE: u64 = SAMPLE_RATE as u64 * 1_000;

pub(super) fn play(session: &mut Session, order: &Arc<Order>, hz: f64, level_db: f64) -> End {
    let mut next = ChunkNumber::at(session.clock.now());
    let mut samples = [0.0; SAMPLES_PER_CHUNK * CHANNELS];
    loop {
        let present = session.slot.ordered();
        if !session.should_run(&present) || must_reopen(&order.wanted, &present.wanted) {
            session.slot.tap.clear();
            return End::Left;
        }
        session.report_playing();
        let now = session.clock.now();
        // After a jump of the clock the past is not made up for.
        next = next.max(ChunkNumber::at(now));
        while next.time() < now.plus(AHEAD) {
            tone(next, hz, level_db, &mut samples);
            session.slot.tap.write(next.time(), &samples);
            next = ChunkNumber(next.0 + 1);
        }
        session.rest(Duration::from_millis(50));
    }
}

fn tone(chunk: ChunkNumber, hz: f64, level_db: f64, samples: &mut [f32]) {
    let loudest = 10_f64.powf(level_db / 20.0);
    let first = chunk.0.wrapping_mul(SAMPLES_PER_CHUNK as u64) % CYCLE;
    for (pair, index) in samples.chunks_exact_mut(CHANNELS).zip(first..) {
        let turns = (index % CYCLE) as f64 * hz / f64::from(SAMPLE_RATE);
        pair.fill(((turns.fract() * TAU).sin() * loudest) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_go_on_where_the_last_one_ended() {
        let mut both = [0.0_f32; 4 * SAMPLES_PER_CHUNK];
        let (first, second) = both.split_at_mut(2 * SAMPLES_PER_CHUNK);
        // Over the edge of the cycle, too: 100 chunks a second.
        tone(ChunkNumber(99_999), 440.25, 0.0, first);
        tone(ChunkNumber(100_000), 440.25, 0.0, second);
        let left: Vec<f32> = both.iter().step_by(2).copied().collect();
        let steepest = left.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 440.25 * 6.3 / 48_000.0, "{steepest}");
        assert!(left.iter().any(|value| *value > 0.99));
    }
}
