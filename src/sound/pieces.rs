//! Pieces of sound that come back: whoever gets one drops it, and then it is filled anew.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::frame::sound::{CHANNELS, SAMPLES_PER_CHUNK};

pub const LENGTH: usize = SAMPLES_PER_CHUNK * CHANNELS;

/// More than a mailbox and an encoder hold together (0.8 s, 300 kB). Beyond, a piece is made that does not come back.
const MOST: usize = 80;

pub struct Pieces {
    /// The one that was given away the longest ago is the first.
    made: VecDeque<Arc<[f32]>>,
    silence: Arc<[f32]>,
}

impl Pieces {
    pub fn new() -> Self {
        Self { made: VecDeque::with_capacity(MOST + 1), silence: Arc::from([0.0; LENGTH]) }
    }

    pub fn silence(&self) -> Arc<[f32]> {
        self.silence.clone()
    }

    /// These samples; silence is always the same one.
    pub fn of(&mut self, samples: &[f32; LENGTH]) -> Arc<[f32]> {
        if samples.iter().all(|sample| *sample == 0.0) {
            return self.silence.clone();
        }
        if let Some(mut piece) = self.made.pop_front() {
            if let Some(free) = Arc::get_mut(&mut piece) {
                free.copy_from_slice(samples);
                self.made.push_back(piece.clone());
                return piece;
            }
            self.made.push_front(piece);
        }
        let piece: Arc<[f32]> = Arc::from(&samples[..]);
        if self.made.len() < MOST {
            self.made.push_back(piece.clone());
        }
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::pixels::allocations;

    #[test]
    fn pieces_come_back_and_silence_is_shared() {
        let mut pieces = Pieces::new();
        assert!(Arc::ptr_eq(&pieces.of(&[0.0; LENGTH]), &pieces.of(&[-0.0; LENGTH])));
        let mut held = VecDeque::with_capacity(8);
        let mut turn = |number: usize| {
            held.push_back((number, pieces.of(&[number as f32; LENGTH])));
            if held.len() > 5 {
                let (number, piece) = held.pop_front().unwrap();
                assert!(piece.iter().all(|sample| *sample == number as f32), "nobody wrote into it meanwhile");
            }
        };
        (1..20).for_each(&mut turn);
        assert_eq!(allocations::during(|| (20..500).for_each(&mut turn)), 0);
        assert!(pieces.made.len() <= 6);
        let kept: Vec<_> = (1..200).map(|number| pieces.of(&[number as f32; LENGTH])).collect();
        assert_eq!(pieces.made.len(), MOST);
        assert!(kept.iter().enumerate().all(|(index, piece)| piece[0] == (index + 1) as f32));
    }
}
