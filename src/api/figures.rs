//! Once a second: what the counters say about the last seconds, and what the process and the machine use. Nothing is invented:
//! before there is anything to measure, a figure is zero.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use sysinfo::{MemoryRefreshKind, Networks, Pid, ProcessRefreshKind, ProcessesToUpdate, System};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::Api;
use super::wire::encoding::Shared;
use super::wire::message::metrics_update;
use super::wire::stream::{since, tenths};
use crate::base::vitals::Vitals;
use crate::show::time::ShowTime;

const PERIOD: Duration = Duration::from_secs(1);
/// Two seconds show a change of the frame rate soon, and still count dozens of frames.
const FRAMES_OVER: usize = 2;
/// Bits come in groups of pictures; four seconds hold at least one at the usual key frame interval.
const BITS_OVER: usize = 4;

#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    pub fps: f64,
    pub bitrate_kbps: f64,
    pub render_ms: f64,
    pub encoder_latency_ms: f64,
    pub broadcast: Option<Broadcast>,
    pub machine: Machine,
}

/// Where the counters stood when the stream went on air (or the server started, if it was on air then).
#[derive(Clone, Copy, Debug)]
pub struct Broadcast {
    pub since: ShowTime,
    frames: u64,
    dropped: u64,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Machine {
    pub cpu_percent: f64,
    pub cores: usize,
    pub memory_used: u64,
    pub memory_total: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
}

impl Broadcast {
    fn begin(since: ShowTime, vitals: &Vitals) -> Self {
        Self { since, frames: vitals.encoder_frames_in.get(), dropped: dropped(vitals) }
    }

    /// Frames given to the encoder, and frames lost on the way there, since then.
    pub fn counts(&self, vitals: &Vitals) -> (u64, u64) {
        let frames = vitals.encoder_frames_in.get().saturating_sub(self.frames);
        (frames, dropped(vitals).saturating_sub(self.dropped))
    }
}

fn dropped(vitals: &Vitals) -> u64 {
    vitals.frames_skipped.get() + vitals.encoder_frames_dropped.get()
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, Default)]
struct Sample {
    at: ShowTime,
    frames: u64,
    bytes: u64,
    render: (f64, u64),
    latency: (f64, u64),
}

impl Sample {
    fn now(at: ShowTime, vitals: &Vitals) -> Self {
        let render_seconds = vitals.plan_time.get_sample_sum() + vitals.paint_time.get_sample_sum();
        Self {
            at,
            frames: vitals.frames_painted.get(),
            bytes: vitals.encoder_video_bytes.get() + vitals.encoder_audio_bytes.get(),
            render: (render_seconds, vitals.plan_time.get_sample_count()),
            latency: (vitals.encoder_latency.get_sample_sum(), vitals.encoder_latency.get_sample_count()),
        }
    }
}

/// The last few samples, oldest first.
#[derive(Default)]
struct Window(VecDeque<Sample>);

impl Window {
    fn push(&mut self, sample: Sample) {
        if self.0.len() > BITS_OVER {
            self.0.pop_front();
        }
        self.0.push_back(sample);
    }

    /// The sample `periods` ago, or the oldest, and the newest.
    fn ends(&self, periods: usize) -> Option<(&Sample, &Sample)> {
        let newest = self.0.len().checked_sub(1)?;
        Some((self.0.get(newest.saturating_sub(periods))?, self.0.get(newest)?))
    }

    fn per_second(&self, periods: usize, count: impl Fn(&Sample) -> u64) -> f64 {
        let Some((old, new)) = self.ends(periods) else { return 0.0 };
        let seconds = new.at.since(old.at).as_secs_f64();
        if seconds > 0.0 { count(new).saturating_sub(count(old)) as f64 / seconds } else { 0.0 }
    }

    fn mean_ms(&self, total: impl Fn(&Sample) -> (f64, u64)) -> f64 {
        let Some((old, new)) = self.ends(FRAMES_OVER) else { return 0.0 };
        let ((old_sum, old_count), (new_sum, new_count)) = (total(old), total(new));
        let count = new_count.saturating_sub(old_count);
        if count > 0 { 1_000.0 * (new_sum - old_sum) / count as f64 } else { 0.0 }
    }

    fn figures(&self, broadcast: Option<Broadcast>, machine: Machine) -> Figures {
        Figures {
            fps: tenths(self.per_second(FRAMES_OVER, |sample| sample.frames)),
            bitrate_kbps: tenths(self.per_second(BITS_OVER, |sample| sample.bytes) * 8.0 / 1_000.0),
            render_ms: thousandths(self.mean_ms(|sample| sample.render)),
            encoder_latency_ms: thousandths(self.mean_ms(|sample| sample.latency)),
            broadcast,
            machine,
        }
    }
}

fn thousandths(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

pub(super) async fn measure(api: Api, figures: watch::Sender<Figures>, metrics: watch::Sender<Arc<Shared>>) {
    let mut snapshots = api.state.snapshots();
    let mut usage = Usage::new();
    let mut window = Window::default();
    let mut tick = tokio::time::interval(PERIOD);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // The first tick comes at once.
        tokio::select! {
            () = api.closed() => return,
            _ = tick.tick() => {
                api.clock.discipline();
                let machine = usage.as_mut().map(|usage| usage.read(&api.vitals)).unwrap_or_default();
                window.push(Sample::now(api.clock.now(), &api.vitals));
                figures.send_modify(|figures| *figures = window.figures(figures.broadcast, machine));
                metrics.send_replace(Arc::new(Shared::new(metrics_update(&figures.borrow(), &api.vitals))));
            }
            changed = snapshots.changed() => if changed.is_err() { return },
        }
        let on_air = since(&snapshots.borrow_and_update().show.stream);
        figures.send_if_modified(|figures| {
            let same = figures.broadcast.map(|broadcast| broadcast.since) == on_air;
            if !same {
                figures.broadcast = on_air.map(|since| Broadcast::begin(since, &api.vitals));
            }
            !same
        });
    }
}

/// What the process and the machine use, as the system tells.
struct Usage {
    system: System,
    networks: Networks,
    own: Option<Pid>,
}

impl Usage {
    /// On a system that tells nothing, the figures about it stay zero.
    fn new() -> Option<Self> {
        let (system, networks) = (System::new().ok()?, Networks::new_with_refreshed_list().ok()?);
        Some(Self { system, networks, own: sysinfo::get_current_pid().ok() })
    }

    fn read(&mut self, vitals: &Vitals) -> Machine {
        self.system.refresh_cpu_usage();
        self.system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        self.networks.refresh(true);
        let cores = self.system.cpus().len().max(1);
        if let Some(own) = self.own {
            let wanted = ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks();
            self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&[own]), true, wanted);
            if let Some(process) = self.system.process(own) {
                vitals.cpu_percent.set(f64::from(process.cpu_usage()) / cores as f64);
                vitals.memory_bytes.set(i64::try_from(process.memory()).unwrap_or(i64::MAX));
            }
        }
        // What the machine says to itself is no traffic.
        let outside = || self.networks.iter().filter(|(name, _)| *name != "lo").map(|(_, network)| network);
        Machine {
            cpu_percent: f64::from(self.system.global_cpu_usage()),
            cores,
            memory_used: self.system.used_memory(),
            memory_total: self.system.total_memory(),
            bytes_in: outside().map(sysinfo::NetworkData::total_received).sum(),
            bytes_out: outside().map(sysinfo::NetworkData::total_transmitted).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_what_the_counters_did_over_the_last_seconds() {
        let mut window = Window::default();
        assert_eq!(window.figures(None, Machine::default()).fps, 0.0);
        for second in 0..10_u64 {
            window.push(Sample {
                at: ShowTime(second as i64 * 1_000_000),
                frames: second * 25,
                bytes: second * 125_000,
                render: (second as f64 * 0.05, second * 25),
                latency: (second as f64 * 0.5, second * 25),
            });
        }
        let figures = window.figures(None, Machine::default());
        assert_eq!((figures.fps, figures.bitrate_kbps), (25.0, 1_000.0));
        assert_eq!((figures.render_ms, figures.encoder_latency_ms), (2.0, 20.0));
    }

    #[test]
    fn a_broadcast_counts_its_own_frames() {
        let vitals = Vitals::new();
        vitals.encoder_frames_in.inc_by(100);
        vitals.frames_skipped.inc_by(3);
        let broadcast = Broadcast::begin(ShowTime(1), &vitals);
        assert_eq!(broadcast.counts(&vitals), (0, 0));
        vitals.encoder_frames_in.inc_by(7);
        vitals.frames_skipped.inc();
        vitals.encoder_frames_dropped.inc();
        assert_eq!(broadcast.counts(&vitals), (7, 2));
    }
}
