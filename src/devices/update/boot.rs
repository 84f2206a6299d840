//! Who starts a new release counts how often: one that does not get well is replaced by the one before it.

use super::error::UpdateError;
use super::layout::{Layout, Power, RolledBack, Trial};
use super::version::Version;

/// Starts that a new release has to show that it works.
pub const ATTEMPTS: u32 = 3;

/// What is to be done now.
#[derive(Clone, Debug, PartialEq)]
pub enum Started {
    /// Go on. `trial`: this release still has to show that it works.
    GoOn { trial: bool },
    /// `current` is the release from before again: end, so that it is started.
    RolledBack(RolledBack),
}

/// Called once at each start, before anything that could fail.
pub fn started(layout: &Layout, power: &Power) -> Result<Started, UpdateError> {
    let Some(trial) = layout.trial() else { return Ok(Started::GoOn { trial: false }) };
    if layout.current() != Some(trial.version) {
        // The power went before it became current, or after it was replaced.
        layout.clear_trial(power)?;
        return Ok(Started::GoOn { trial: false });
    }
    if trial.attempts < ATTEMPTS {
        layout.write_trial(&Trial { attempts: trial.attempts + 1, ..trial }, power)?;
        return Ok(Started::GoOn { trial: true });
    }
    roll_back(layout, &trial, power).map(Started::RolledBack)
}

fn roll_back(layout: &Layout, trial: &Trial, power: &Power) -> Result<RolledBack, UpdateError> {
    let (version, to) = (trial.version, trial.previous);
    if !layout.release(to).is_dir() {
        let why = "the release from before is not there any more".to_owned();
        return Err(UpdateError::Storage { path: layout.release(to).display().to_string(), why });
    }
    let reason = format!("version {version} was started {} times and did not get well", trial.attempts);
    let told = RolledBack { version, to, reason };
    layout.write_rolled_back(&told, power)?;
    layout.switch(to, power)?;
    layout.clear_trial(power)?;
    Ok(told)
}

/// This release works: it stays.
pub fn healthy(layout: &Layout, power: &Power) -> Result<(), UpdateError> {
    match layout.trial() {
        Some(trial) if layout.current() == Some(trial.version) => {
            layout.clear_rolled_back(power)?;
            layout.clear_trial(power)
        }
        _ => Ok(()),
    }
}

/// An unpacked release becomes current, on trial.
pub fn install(layout: &Layout, version: Version, previous: Version, power: &Power) -> Result<(), UpdateError> {
    layout.place(version, power)?;
    layout.write_trial(&Trial { version, previous, attempts: 0 }, power)?;
    layout.switch(version, power)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn program(dir: &Path, text: &str) {
        fs::create_dir_all(dir).unwrap();
        fs::write(dir.join("marquee"), text).unwrap();
    }

    /// 1.0.0 is installed, 1.1.0 unpacked.
    fn machine() -> (tempfile::TempDir, Layout) {
        let dir = tempfile::tempdir().unwrap();
        program(&dir.path().join("releases/1.0.0"), "old");
        program(&dir.path().join("releases/1.1.0.new"), "new");
        std::os::unix::fs::symlink("releases/1.0.0", dir.path().join("current")).unwrap();
        let layout = Layout::open(dir.path()).unwrap();
        (dir, layout)
    }

    fn current(dir: &Path) -> String {
        fs::read_to_string(dir.join("current/marquee")).unwrap()
    }

    #[test]
    fn whenever_the_power_goes_while_installing_a_whole_release_is_current() {
        let mut seen = Vec::new();
        for steps in 0.. {
            let (dir, layout) = machine();
            // As if the version had been tried before, too.
            program(&layout.release(version("1.1.0")), "an older try");
            let done = install(&layout, version("1.1.0"), version("1.0.0"), &Power::for_steps(steps)).is_ok();
            let reopened = Layout::open(dir.path()).expect("current is a release");
            let started = started(&reopened, &Power::STEADY).unwrap();
            let is_new = reopened.current() == Some(version("1.1.0"));
            assert_eq!(current(dir.path()), if is_new { "new" } else { "old" }, "after {steps} steps");
            assert_eq!(started, Started::GoOn { trial: is_new }, "a new release is always on trial: {steps}");
            seen.push(is_new);
            // And what was begun can be done again.
            program(&dir.path().join("releases/1.1.0.new"), "new");
            if !is_new {
                install(&reopened, version("1.1.0"), version("1.0.0"), &Power::STEADY).unwrap();
                assert_eq!(current(dir.path()), "new");
            }
            if done {
                break;
            }
        }
        assert!(seen.len() > 8 && seen.contains(&true) && seen.contains(&false), "{seen:?}");
    }

    #[test]
    fn whenever_the_power_goes_while_rolling_back_the_old_release_is_current_in_the_end() {
        for steps in 0.. {
            let (dir, layout) = machine();
            install(&layout, version("1.1.0"), version("1.0.0"), &Power::STEADY).unwrap();
            for _ in 0..ATTEMPTS {
                assert_eq!(started(&layout, &Power::STEADY), Ok(Started::GoOn { trial: true }));
            }
            let done = started(&layout, &Power::for_steps(steps)).is_ok();
            let reopened = Layout::open(dir.path()).expect("current is a release");
            started(&reopened, &Power::STEADY).unwrap();
            assert_eq!(started(&reopened, &Power::STEADY), Ok(Started::GoOn { trial: false }), "{steps}");
            assert_eq!((current(dir.path()).as_str(), reopened.trial()), ("old", None));
            assert_eq!(reopened.rolled_back().map(|told| told.to), Some(version("1.0.0")));
            if done {
                break;
            }
        }
    }

    #[test]
    fn a_release_that_gets_well_stays_however_often_it_is_started() {
        let (dir, layout) = machine();
        install(&layout, version("1.1.0"), version("1.0.0"), &Power::STEADY).unwrap();
        for _ in 0..2 {
            started(&layout, &Power::STEADY).unwrap();
        }
        healthy(&layout, &Power::STEADY).unwrap();
        for _ in 0..9 {
            assert_eq!(started(&layout, &Power::STEADY), Ok(Started::GoOn { trial: false }));
        }
        assert_eq!(current(dir.path()), "new");
    }

    #[test]
    fn a_damaged_note_stops_nothing() {
        let (dir, layout) = machine();
        for text in ["", "{", "{\"version\":\"../../etc\"}", &"x".repeat(9_000)] {
            fs::write(dir.path().join("pending.json"), text).unwrap();
            assert_eq!(started(&layout, &Power::STEADY), Ok(Started::GoOn { trial: false }));
        }
    }

    #[test]
    fn the_place_is_known_from_the_program() {
        let (dir, _) = machine();
        assert!(Layout::of_executable(&dir.path().join("releases/1.0.0/marquee")).is_some());
        assert!(Layout::of_executable(&dir.path().join("releases/new/marquee")).is_none());
        assert!(Layout::of_executable(Path::new("/usr/bin/marquee")).is_none());
    }
}
