//! The speakers of this machine: what is mixed is heard there, whether the stream is on air or not.
//!
//! A device comes and goes: a plug is pulled, a sound server starts anew. It is tried again until it is there.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::pipelines::Pipelines;
use crate::base::clock::Stopwatch;
use crate::base::status::Condition;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::mailbox::{Mailbox, WhenFull};
use crate::frame::sound::{SAMPLE_RATE, SAMPLES_PER_CHUNK, SoundChunk};
use crate::gst::pipeline::{Notice, Pipeline, filled};
use crate::gst::source::{Source, Timing};

const COMPONENT: &str = "speakers";
/// Half a second.
const CHUNKS: usize = 50;
const PATIENCE: Duration = Duration::from_millis(50);
/// A device that takes nothing while so many chunks come (four seconds) is gone, whatever it says. A sink of PulseAudio may look for
/// something to play every two seconds only.
const MOST_WAITING: u64 = 400;
/// How long after its time a sample is heard at the earliest: it has to get there.
const LEAD_US: i64 = 20_000;
/// The time was set when what comes is further from where it should be. What follows is heard at once, not when it is due there.
const SET_BY_US: i64 = 500_000;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// A device that can be opened and plays nothing, as of a screen that is off, is lost again within less.
const LASTS: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What sound goes through, and its pipeline.
type System = (&'static str, &'static str);

/// PulseAudio first: where it runs, it has the device.
const SYSTEMS: [System; 2] = [("pulse", "speakers-pulse"), ("alsa", "speakers-alsa")];

/// Which speakers: the first that are found, or those of one system, or one device of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    systems: Vec<System>,
    device: Option<String>,
}

impl Choice {
    /// `off`, `auto`, `pulse`, `alsa`, or one of the two with a device, as `alsa:hw:1`.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        let (name, device) = text.split_once(':').map_or((text, None), |(name, device)| (name, Some(device)));
        match (name, device) {
            ("off", None) => Ok(None),
            ("auto", None) => Ok(Some(Self { systems: SYSTEMS.to_vec(), device: None })),
            (_, Some("")) => Err("a device has a name: as alsa:hw:1".to_owned()),
            _ => {
                let known = SYSTEMS.into_iter().find(|(system, _)| *system == name);
                let system = known.ok_or("it is off, auto, pulse or alsa, or one of the two with a device: alsa:hw:1")?;
                Ok(Some(Self { systems: vec![system], device: device.map(str::to_owned) }))
            }
        }
    }
}

pub(super) struct Speakers {
    pub choice: Choice,
    pub chunks: Arc<Mailbox<SoundChunk>>,
    pub pipelines: Pipelines,
    pub vitals: Arc<Vitals>,
    pub stop: StopFlag,
}

/// Why nothing is heard any more.
enum Silent {
    /// The server stops.
    Stopped,
    /// What is heard next belongs to another time.
    TimeWasSet,
    Lost(String),
}

impl Speakers {
    /// Starts the thread `speakers`. Nothing has to be finished, so it need not be waited for.
    pub fn start(self) -> io::Result<()> {
        let failing = Failing::of(COMPONENT, &self.vitals, Condition::degraded("the thread of the speakers has failed"));
        spawn_watched(COMPONENT, failing, move || self.run()).map(drop)
    }

    fn run(&self) {
        let mut pause = FIRST_PAUSE;
        while !self.stop.is_set() {
            let reason = match self.open() {
                Err(reasons) => reasons,
                Ok((system, pipeline, source)) => {
                    let watch = Stopwatch::start();
                    let silent = self.play(system, &pipeline, &source);
                    if watch.elapsed() > LASTS {
                        pause = FIRST_PAUSE;
                    }
                    match silent {
                        Silent::Lost(reason) => format!("{system}: {reason}"),
                        Silent::Stopped | Silent::TimeWasSet => continue,
                    }
                }
            };
            self.is_away(&reason);
            self.rest(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Told once, and not with each try.
    fn is_away(&self, reason: &str) {
        let condition = Condition::degraded(format!("nothing is heard on this machine: {reason}"));
        if self.vitals.status.conditions().get(COMPONENT) != Some(&condition) {
            tracing::warn!(reason, "nothing is heard on this machine; it is tried again");
            self.vitals.status.report(COMPONENT, condition);
        }
    }

    fn rest(&self, pause: Duration) {
        let watch = Stopwatch::start();
        while watch.elapsed() < pause && !self.stop.is_set() {
            std::thread::sleep(PATIENCE);
        }
    }

    /// The first system that takes sound, or why none does.
    fn open(&self) -> Result<(&'static str, Pipeline, Source), String> {
        let mut reasons = Vec::new();
        for (system, pipeline) in &self.choice.systems {
            match self.opened(pipeline) {
                Ok((pipeline, source)) => return Ok((system, pipeline, source)),
                Err(reason) => reasons.push(format!("{system}: {reason}")),
            }
        }
        Err(reasons.join("; "))
    }

    fn opened(&self, name: &str) -> Result<(Pipeline, Source), String> {
        let pipeline = Pipeline::from_text(&filled(self.pipelines.text(name), &[])).map_err(|error| error.to_string())?;
        let source = pipeline.source("sound").map_err(|error| error.to_string())?;
        if let Some(device) = &self.choice.device
            && !pipeline.set("out", "device", device)
        {
            return Err("its pipeline takes no device".to_owned());
        }
        pipeline.play().map_err(|error| error.to_string())?;
        Ok((pipeline, source))
    }

    fn is_heard(&self, system: &str) {
        tracing::info!(system, "what is mixed is heard on this machine");
        self.vitals.status.report(COMPONENT, Condition::ok());
    }

    fn play(&self, system: &str, pipeline: &Pipeline, source: &Source) -> Silent {
        let watch = Stopwatch::start();
        let mut is_told = false;
        let branch = self.chunks.branch(CHUNKS, WhenFull::DropOldest);
        branch.mailbox().set_wanted(true);
        // Show time that the pipeline calls zero.
        let mut zero = None;
        while !self.stop.is_set() {
            if let Some(chunk) = branch.mailbox().take(PATIENCE) {
                let elapsed = i64::try_from(watch.elapsed().as_micros()).unwrap_or(i64::MAX);
                let time = chunk.number.time().micros();
                let since = time - *zero.get_or_insert(time - elapsed - LEAD_US);
                if (since - elapsed).abs() > SET_BY_US {
                    return Silent::TimeWasSet;
                }
                if source.waiting() > MOST_WAITING {
                    return Silent::Lost("the device takes no sound".to_owned());
                }
                source.push(chunk.bytes(), timing(since));
            }
            match pipeline.notice() {
                Some(Notice::Failed(message)) => return Silent::Lost(message),
                Some(Notice::Ended) => return Silent::Lost("the device has ended".to_owned()),
                None if !is_told && watch.elapsed() > LASTS => {
                    self.is_heard(system);
                    is_told = true;
                }
                None => {}
            }
        }
        Silent::Stopped
    }
}

fn timing(micros: i64) -> Timing {
    let duration = 1_000_000_000 * SAMPLES_PER_CHUNK as u64 / u64::from(SAMPLE_RATE);
    Timing { pts: u64::try_from(micros).unwrap_or(0) * 1_000, duration, key: true }
}

#[cfg(test)]
mod tests;
