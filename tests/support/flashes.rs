//! A recording of many sources side by side: when each one's cell flashes, and when each one's tone begins.

use super::media;

pub struct Wall {
    /// When each picture is shown, in seconds.
    times: Vec<f64>,
    /// Which cells are bright in it.
    bright: Vec<Vec<bool>>,
    samples: Vec<f32>,
}

/// How long a tone is listened to at once: 10 ms. Tones that are a multiple of 100 Hz apart do not hear each other.
const WINDOW: usize = 480;
/// How often: each millisecond.
const STEP: usize = 48;
/// A beep follows silence of 0.3 s.
const SILENCE: f64 = 0.3;

impl Wall {
    pub fn of(file: &str, size: (usize, usize), cell: (usize, usize), across: usize) -> Self {
        let looked_at = media::looked_at(file, size, |luma| {
            let middle = |n: usize| (n / across * cell.1 + cell.1 / 2) * size.0 + n % across * cell.0 + cell.0 / 2;
            (0..across * across).map(|n| luma[middle(n)] > 128).collect()
        });
        let (times, bright) = looked_at.into_iter().unzip();
        Self { times, bright, samples: media::samples(file) }
    }

    /// For each flash of a cell, how far its beep is from it: 0 if it begins while the flash was due, which is between the picture
    /// before and the first bright one; otherwise seconds, positive if the beep is late.
    pub fn offsets(&self, cell: usize, hz: u32) -> Vec<f64> {
        let beeps = onsets(&self.samples, hz);
        let flashes = (1..self.times.len()).filter(|n| self.bright[*n][cell] && !self.bright[n - 1][cell]);
        let off = |n: usize| {
            let (from, to) = (self.times[n - 1], self.times[n]);
            let distance = |beep: &f64| (beep - to).max(0.0) - (from - beep).max(0.0);
            beeps.iter().map(distance).min_by(|a, b| a.abs().total_cmp(&b.abs())).filter(|off| off.abs() < 0.4)
        };
        flashes.filter_map(off).collect()
    }
}

/// When a tone begins, in seconds.
fn onsets(samples: &[f32], hz: u32) -> Vec<f64> {
    let loudness = loudness(samples, hz);
    let threshold = loudness.iter().copied().fold(0.0, f64::max) / 2.0;
    // As loud as a sixth of what a source sends is not there at all.
    if threshold < 0.003 {
        return Vec::new();
    }
    let (mut found, mut last) = (Vec::new(), f64::MIN);
    for (n, loud) in loudness.iter().enumerate() {
        // Half as loud as it gets: half of the window is in the beep.
        let at = (n * STEP + WINDOW / 2) as f64 / 48_000.0;
        if *loud > threshold {
            // One that sounded from the beginning has no beginning.
            if at - last > SILENCE && at > SILENCE {
                found.push(at);
            }
            last = at;
        }
    }
    found
}

/// How loud a tone is in each window, by sums that grow with the recording.
fn loudness(samples: &[f32], hz: u32) -> Vec<f64> {
    let turn = std::f64::consts::TAU * f64::from(hz) / 48_000.0;
    let mut sums = vec![(0.0, 0.0)];
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let (sin, cos) = (turn * n as f64).sin_cos();
        re += f64::from(*sample) * cos;
        im += f64::from(*sample) * sin;
        sums.push((re, im));
    }
    let windows = (0..sums.len().saturating_sub(WINDOW)).step_by(STEP);
    windows
        .map(|from| {
            let ((re, im), (re_after, im_after)) = (sums[from], sums[from + WINDOW]);
            (re_after - re).hypot(im_after - im) * 2.0 / WINDOW as f64
        })
        .collect()
}

pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
