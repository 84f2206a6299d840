//! A newer release that hangs is ended, so that whoever looks after it starts it again: this thread goes on, whatever stands still.

use std::time::Duration;

use super::boot::trial_of;
use super::layout::{Layout, Trial};
use super::version::Version;
use crate::base::tasks::{StopFlag, spawn_thread};

/// A release on trial has said by then whether it is well, or is ended.
#[derive(Clone, Default)]
pub struct Deadline(StopFlag);

impl Deadline {
    /// `end` is called when nothing was said in time. For a release that is not on trial there is no deadline.
    pub fn of_this_program(end: impl FnOnce() + Send + 'static) -> Self {
        let place = std::env::current_exe().ok().and_then(|program| Layout::of_executable(&program));
        place.map_or_else(Self::default, |(layout, own)| Self::start(&layout, own, end))
    }

    fn start(layout: &Layout, own: Version, end: impl FnOnce() + Send + 'static) -> Self {
        let deadline = Self::default();
        let Some(trial) = trial_of(layout, own) else { return deadline };
        let (said, time) = (deadline.clone(), time_of(&trial));
        let started = spawn_thread("trial", move || {
            std::thread::sleep(time);
            if !said.0.is_set() {
                end();
            }
        });
        if let Err(error) = started {
            eprintln!("marquee: a version on trial is not ended if it hangs: {error}");
        }
        deadline
    }

    /// Well or not: it does not hang.
    pub fn is_met(&self) {
        self.0.stop();
    }
}

/// For coming up, for the trial, and for noting down how it went.
fn time_of(trial: &Trial) -> Duration {
    trial.length().saturating_add(Duration::from_secs(trial.grace))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::super::boot::{healthy, install};
    use super::super::layout::Power;
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    /// 1.0.0 works, 1.1.0 is on trial for no time at all.
    fn machine() -> (tempfile::TempDir, Layout) {
        let dir = tempfile::tempdir().unwrap();
        for release in ["1.0.0", "1.1.0.new"] {
            std::fs::create_dir_all(dir.path().join("releases").join(release)).unwrap();
        }
        std::os::unix::fs::symlink("releases/1.0.0", dir.path().join("current")).unwrap();
        let layout = Layout::open(dir.path()).unwrap();
        install(&layout, version("1.1.0"), &Power::STEADY).unwrap();
        let trial = Trial { seconds: 0, grace: 0, ..layout.trial().unwrap() };
        layout.write_trial(&trial, &Power::STEADY).unwrap();
        (dir, layout)
    }

    fn ends(layout: &Layout, own: &str) -> (Deadline, Receiver<()>) {
        let (tell, told) = channel();
        let deadline = Deadline::start(layout, version(own), move || tell.send(()).unwrap());
        (deadline, told)
    }

    #[test]
    fn one_on_trial_that_says_nothing_is_ended() {
        let (_dir, layout) = machine();
        let (_deadline, told) = ends(&layout, "1.1.0");
        told.recv().expect("it is ended");
    }

    #[test]
    fn one_that_is_known_to_work_is_not() {
        let (_dir, layout) = machine();
        let (_deadline, told) = ends(&layout, "1.0.0");
        told.recv().expect_err("there is nobody who would end it");
        healthy(&layout, version("1.1.0"), &Power::STEADY).unwrap();
        ends(&layout, "1.1.0").1.recv().expect_err("it was found well");
    }

    #[test]
    fn one_that_said_how_it_is_goes_on() {
        let (_dir, layout) = machine();
        let trial = Trial { grace: 1, ..layout.trial().unwrap() };
        layout.write_trial(&trial, &Power::STEADY).unwrap();
        let (deadline, told) = ends(&layout, "1.1.0");
        deadline.is_met();
        told.recv().expect_err("it was not ended");
    }
}
