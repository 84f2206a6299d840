//! Time, memory, and how fast bytes are moved.

use std::time::Duration;

use marquee::base::clock::Stopwatch;

use crate::FRAMES;

pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// CPU milliseconds of all threads of this process.
pub fn own_cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = |task: std::fs::DirEntry| -> Option<f64> {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    tasks.filter_map(nanos).sum::<f64>() / 1e6
}

/// A number of kilobytes from a file of /proc.
pub fn own(file: &str, name: &str) -> f64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(f64::NAN)
}

/// Gigabytes that a copy moves from one place to another in a second, from memory that no cache holds.
pub fn copy_rate() -> f64 {
    let size = 1920 * 1080 * 3 / 2;
    let mut ring: Vec<Vec<u8>> = (0..64).map(|index| vec![index as u8; size]).collect();
    let mut times = Vec::new();
    for index in 0..FRAMES as usize {
        let (from, to) = (index % 64, (index + 1) % 64);
        let source = std::mem::take(&mut ring[from]);
        let watch = Stopwatch::start();
        ring[to].copy_from_slice(&source);
        times.push(millis(watch.elapsed()));
        ring[from] = source;
    }
    times.sort_by(f64::total_cmp);
    size as f64 / times[times.len() / 2] / 1e6
}
