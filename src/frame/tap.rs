//! Where a source leaves its sound for the mixer.
//!
//! This is a stand-in with the final signatures: it keeps the newest seconds, so that what was written can be read back.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::show::time::ShowTime;

/// Pieces that are kept; one is about 20 ms.
const KEPT: usize = 512;

#[derive(Default)]
pub struct Tap(Mutex<VecDeque<(ShowTime, Vec<f32>)>>);

impl Tap {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// The first pair of samples is heard at `at`, the others follow at 48 kHz.
    pub fn write(&self, at: ShowTime, interleaved_stereo: &[f32]) {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pieces.len() == KEPT {
            pieces.pop_front();
        }
        pieces.push_back((at, interleaved_stereo.to_vec()));
    }

    /// Forgets what was written: it jumped, or was paused.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What was written and not cleared.
    #[cfg(test)]
    pub fn written(&self) -> Vec<(ShowTime, Vec<f32>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
