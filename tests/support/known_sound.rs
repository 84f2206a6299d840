//! Noise that is known sample by sample: any piece of a recording says by itself which file it is from, and from where in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::media;

/// Enough of it to tell pieces apart, and little enough to look at all of them: a quarter of a millisecond.
pub const RATE: u32 = 4_000;
/// How long a piece is listened to.
pub const WINDOW_S: f64 = 0.2;
const WINDOW: usize = (WINDOW_S * RATE as f64) as usize;
/// A piece is what it is held against if they are alike to this degree; others are below 0.3.
const ALIKE: f64 = 0.6;

/// Pink noise, another for each seed; what it is written as hangs on the file's name.
pub fn noise(to: &Path, seed: u32, seconds: f64) {
    let source = format!("anoisesrc=r=48000:a=0.5:color=pink:seed={seed}:d={seconds}");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &source, "-ac", "2", "-sample_fmt", "s16"]);
    assert!(ffmpeg.arg(to).status().expect("ffmpeg is installed").success());
}

/// The files that may be heard.
pub struct Known(Vec<(String, Vec<f32>)>);

/// Where in a file a piece is from, in seconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    In(String, f64),
    Silence,
    Nothing,
}

impl Known {
    pub fn of(files: &[(String, PathBuf)]) -> Self {
        let read = |(id, file): &(String, PathBuf)| (id.clone(), media::samples_at(file.to_str().unwrap(), RATE));
        Self(files.iter().map(read).collect())
    }

    /// What the piece is that begins `at` seconds into a recording. What it is thought to be is tried first.
    pub fn find(&self, recording: &[f32], at: f64, id: &str, position: f64) -> Option<Found> {
        let from = (at * f64::from(RATE)).round() as usize;
        let piece = recording.get(from..from + WINDOW)?;
        if piece.iter().all(|sample| sample.abs() < 0.002) {
            return Some(Found::Silence);
        }
        let thought = |seconds: f64| {
            let (_, file) = self.0.iter().find(|(known, _)| known == id)?;
            best(piece, file, position - seconds, position + seconds).map(|found| Found::In(id.to_owned(), found))
        };
        let anywhere = || {
            let found = |(id, file): &(String, Vec<f32>)| Some(Found::In(id.clone(), best(piece, file, 0.0, f64::MAX)?));
            self.0.iter().find_map(found)
        };
        Some(thought(0.05).or_else(|| thought(2.0)).or_else(anywhere).unwrap_or(Found::Nothing))
    }
}

/// Where in that part of a file the piece is, if it is there.
fn best(piece: &[f32], file: &[f32], from: f64, to: f64) -> Option<f64> {
    let place = |seconds: f64| (seconds.max(0.0) * f64::from(RATE)) as usize;
    let last = file.len().checked_sub(piece.len())?;
    let (from, to) = (place(from).min(last), place(to).min(last));
    let power = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>();
    let loud = power(piece);
    let alike = |at: usize| {
        let held = &file[at..at + piece.len()];
        let product: f32 = held.iter().zip(piece).map(|(a, b)| a * b).sum();
        f64::from(product / (power(held) * loud).sqrt().max(f32::MIN_POSITIVE))
    };
    let (at, likeness) = (from..=to).map(|at| (at, alike(at))).max_by(|a, b| a.1.total_cmp(&b.1))?;
    (likeness > ALIKE).then(|| at as f64 / f64::from(RATE))
}
