//! The first thing that a program does that serves: it steps aside for a newer release that has to show that it works.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::boot::{Turn, give_up, trial_of, turn};
use super::error::UpdateError;
use super::layout::{Layout, Power};
use super::version::Version;

/// Comes back if this program is the one to run, and says whether it is on trial. There is no log yet, so what can not be done is said on
/// standard error, and stops nothing.
pub fn step_aside(arguments: impl IntoIterator<Item = OsString>) -> bool {
    let program = std::env::current_exe().ok();
    let Some((layout, own)) = program.and_then(|program| Layout::of_executable(&program)) else { return false };
    if let Err(error) = hand_over(&layout, own, arguments) {
        eprintln!("marquee: nobody will know whether a newer version works: {error}");
    }
    trial_of(&layout, own).is_some()
}

fn hand_over(layout: &Layout, own: Version, arguments: impl IntoIterator<Item = OsString>) -> Result<(), UpdateError> {
    let Turn::Other(program) = turn(layout, own, &Power::STEADY)? else { return Ok(()) };
    // From here on it is the other one, unless that can not even be started.
    let error = Command::new(program).args(arguments).exec();
    give_up(layout, format!("it could not be started: {error}"), &Power::STEADY)
}
