//! Who runs: the release that is known to work, or a newer one on trial. `current` is the known one, and it counts how often the newer one
//! was started, so that one that can do nothing at all is given up as well.

use std::path::PathBuf;

use super::error::UpdateError;
use super::layout::{Layout, Power, RolledBack, Trial, usual_grace};
use super::version::Version;

/// Starts that a new release has to show that it works.
pub const ATTEMPTS: u32 = 3;
/// A new release has so long to come up, and then has to be well.
const TRIAL_SECONDS: u64 = 60;

/// Who is to run now.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    Own,
    /// This program, in the place of whoever asked.
    Other(PathBuf),
}

/// Asked once at each start by the release `own`, before anything that could fail.
pub fn turn(layout: &Layout, own: Version, power: &Power) -> Result<Turn, UpdateError> {
    let (Some(trial), Some(current)) = (layout.trial(), layout.current()) else { return Ok(Turn::Own) };
    if trial.version == current {
        // The power went while it was noted down that it works.
        return settle(layout, power).map(|()| Turn::Own);
    }
    // Whoever is on trial was counted by the one that is known to work; whatever else there is was started by hand.
    if own != current {
        return Ok(Turn::Own);
    }
    if trial.attempts >= ATTEMPTS {
        let reason = format!("version {} was started {} times and did not get well", trial.version, trial.attempts);
        return give_up(layout, reason, power).map(|()| Turn::Own);
    }
    layout.write_trial(&Trial { attempts: trial.attempts + 1, ..trial }, power)?;
    Ok(Turn::Other(layout.program(trial.version)))
}

/// What is on trial is tried no more.
pub fn give_up(layout: &Layout, reason: String, power: &Power) -> Result<(), UpdateError> {
    if let (Some(trial), Some(to)) = (layout.trial(), layout.current()) {
        layout.write_rolled_back(&RolledBack { version: trial.version, to, reason }, power)?;
    }
    layout.clear_trial(power)
}

/// What `own` still has to show, if it is the one on trial.
pub fn trial_of(layout: &Layout, own: Version) -> Option<Trial> {
    layout.trial().filter(|trial| trial.version == own && layout.current() != Some(own))
}

/// The release on trial works: it stays.
pub fn healthy(layout: &Layout, own: Version, power: &Power) -> Result<(), UpdateError> {
    if trial_of(layout, own).is_none() {
        return Ok(());
    }
    layout.switch(own, power)?;
    settle(layout, power)
}

fn settle(layout: &Layout, power: &Power) -> Result<(), UpdateError> {
    layout.clear_rolled_back(power)?;
    layout.clear_trial(power)
}

/// An unpacked release is on trial from the next start on.
pub fn install(layout: &Layout, version: Version, power: &Power) -> Result<(), UpdateError> {
    // Of one that is tried already, nothing is left when it is replaced.
    layout.clear_trial(power)?;
    layout.place(version, power)?;
    layout.write_trial(&Trial { version, attempts: 0, seconds: TRIAL_SECONDS, grace: usual_grace() }, power)
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

    /// What is run when `current` is started, and by which release it was found.
    fn started(dir: &Path) -> String {
        let layout = Layout::open(dir).expect("current is a release");
        let program = match turn(&layout, layout.current().unwrap(), &Power::STEADY).unwrap() {
            Turn::Own => dir.join("current/marquee"),
            Turn::Other(program) => program,
        };
        fs::read_to_string(program).unwrap()
    }

    #[test]
    fn whenever_the_power_goes_while_installing_a_whole_release_is_started() {
        let mut seen = Vec::new();
        for steps in 0.. {
            let (dir, layout) = machine();
            // As if the version had been tried before, too.
            program(&layout.release(version("1.1.0")), "an older try");
            let done = install(&layout, version("1.1.0"), &Power::for_steps(steps)).is_ok();
            assert_eq!(layout.current(), Some(version("1.0.0")), "what works stays current");
            let started_first = started(dir.path());
            assert!(["old", "new"].contains(&started_first.as_str()), "after {steps} steps: {started_first}");
            seen.push(started_first == "new");
            // And what was begun can be done again.
            program(&dir.path().join("releases/1.1.0.new"), "new");
            install(&layout, version("1.1.0"), &Power::STEADY).unwrap();
            assert_eq!(started(dir.path()), "new");
            if done {
                break;
            }
        }
        assert!(seen.len() > 6 && seen.contains(&true) && seen.contains(&false), "{seen:?}");
    }

    #[test]
    fn whenever_the_power_goes_while_giving_up_the_old_release_runs_in_the_end() {
        for steps in 0.. {
            let (dir, layout) = machine();
            install(&layout, version("1.1.0"), &Power::STEADY).unwrap();
            for _ in 0..ATTEMPTS {
                assert_eq!(started(dir.path()), "new");
            }
            let done = turn(&layout, version("1.0.0"), &Power::for_steps(steps)).is_ok();
            assert_eq!(started(dir.path()), "old", "{steps}");
            assert_eq!((layout.trial(), layout.current()), (None, Some(version("1.0.0"))));
            let told = layout.rolled_back().unwrap();
            assert_eq!((told.version, told.to), (version("1.1.0"), version("1.0.0")));
            assert!(told.reason.contains("3 times"), "{}", told.reason);
            if done {
                break;
            }
        }
    }

    #[test]
    fn whenever_the_power_goes_while_a_release_is_found_well_it_is_started() {
        for steps in 0.. {
            let (dir, layout) = machine();
            layout
                .write_rolled_back(
                    &RolledBack { version: version("1.0.9"), to: version("1.0.0"), reason: String::new() },
                    &Power::STEADY,
                )
                .unwrap();
            install(&layout, version("1.1.0"), &Power::STEADY).unwrap();
            assert_eq!(started(dir.path()), "new");
            let done = healthy(&layout, version("1.1.0"), &Power::for_steps(steps)).is_ok();
            for _ in 0..2 {
                assert_eq!(started(dir.path()), "new", "{steps}");
            }
            if layout.current() == Some(version("1.1.0")) {
                assert_eq!((layout.trial(), layout.rolled_back()), (None, None), "{steps}");
            }
            if done {
                assert_eq!(layout.current(), Some(version("1.1.0")));
                break;
            }
        }
    }

    #[test]
    fn a_release_that_gets_well_stays_however_often_it_is_started() {
        let (dir, layout) = machine();
        install(&layout, version("1.1.0"), &Power::STEADY).unwrap();
        for _ in 0..2 {
            assert_eq!(started(dir.path()), "new");
        }
        healthy(&layout, version("1.1.0"), &Power::STEADY).unwrap();
        for _ in 0..9 {
            assert_eq!(turn(&layout, version("1.1.0"), &Power::STEADY), Ok(Turn::Own));
        }
        assert_eq!(started(dir.path()), "new");
    }

    #[test]
    fn only_the_one_on_trial_gets_well_and_only_the_known_one_counts() {
        let (_dir, layout) = machine();
        install(&layout, version("1.1.0"), &Power::STEADY).unwrap();
        for own in ["1.1.0", "0.9.0"] {
            assert_eq!(turn(&layout, version(own), &Power::STEADY), Ok(Turn::Own));
        }
        assert_eq!(layout.trial().map(|trial| trial.attempts), Some(0));
        healthy(&layout, version("1.0.0"), &Power::STEADY).unwrap();
        assert!(trial_of(&layout, version("1.1.0")).is_some() && trial_of(&layout, version("1.0.0")).is_none());
    }

    #[test]
    fn a_damaged_note_stops_nothing() {
        let (dir, layout) = machine();
        for text in ["", "{", "{\"version\":\"../../etc\"}", &"x".repeat(9_000)] {
            fs::write(dir.path().join("pending.json"), text).unwrap();
            assert_eq!(turn(&layout, version("1.0.0"), &Power::STEADY), Ok(Turn::Own));
        }
    }

    #[test]
    fn the_place_is_known_from_the_program() {
        let (dir, _) = machine();
        let own = |program: &Path| Layout::of_executable(program).map(|(_, own)| own);
        assert_eq!(own(&dir.path().join("releases/1.0.0/marquee")), Some(version("1.0.0")));
        assert_eq!(own(&dir.path().join("releases/new/marquee")), None);
        assert_eq!(own(Path::new("/usr/bin/marquee")), None);
    }
}
