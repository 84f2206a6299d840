//! Times of something, and of what others need for the same, taken in turns so that whatever the machine does besides falls on all.

use std::time::Duration;

use marquee::base::clock::Stopwatch;

const ROUNDS: usize = 2_000;
const WARM_UP: usize = 50;

/// Something that is done once for each frame.
pub struct Work<'a> {
    name: &'a str,
    run: Box<dyn FnMut() + 'a>,
}

/// Microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub least: f64,
    pub median: f64,
    pub p99: f64,
}

pub fn work<'a>(name: &'a str, run: impl FnMut() + 'a) -> Work<'a> {
    Work { name, run: Box::new(run) }
}

/// A line for ours, one for each of the others, and what part of theirs ours is.
pub fn beside<'a>(ours: Work<'a>, others: impl IntoIterator<Item = Work<'a>>) -> Times {
    let mut all: Vec<Work> = std::iter::once(ours).chain(others).collect();
    let times = in_turns(&mut all);
    let ours = times[0];
    for (place, (work, times)) in all.iter().zip(&times).enumerate() {
        line(work.name, *times, (place > 0).then(|| ours.median / times.median));
    }
    ours
}

pub fn heading() {
    println!("{:<74} {:>8} {:>8} {:>8} {:>9}", "µs", "least", "median", "p99", "ours is");
}

/// `ratio` is what part of this ours takes.
pub fn line(name: &str, Times { least, median, p99 }: Times, ratio: Option<f64>) {
    let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:>9.2}"));
    println!("{name:<74} {least:>8.1} {median:>8.1} {p99:>8.1} {ratio}");
}

fn in_turns(all: &mut [Work]) -> Vec<Times> {
    let mut taken: Vec<Vec<Duration>> = all.iter().map(|_| Vec::with_capacity(ROUNDS)).collect();
    for round in 0..WARM_UP + ROUNDS {
        for (work, taken) in all.iter_mut().zip(&mut taken) {
            let watch = Stopwatch::start();
            (work.run)();
            let time = watch.elapsed();
            if round >= WARM_UP {
                taken.push(time);
            }
        }
    }
    taken.iter_mut().map(|times| summed_up(times)).collect()
}

pub fn summed_up(times: &mut [Duration]) -> Times {
    times.sort_unstable();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    Times { least: micros(times[0]), median: micros(times[times.len() / 2]), p99: micros(times[times.len() * 99 / 100]) }
}
