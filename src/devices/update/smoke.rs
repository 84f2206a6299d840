//! Whether a release runs on this machine at all: it is asked for its version.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::error::UpdateError;
use super::layout::PROGRAM;
use super::version::Version;
use crate::base::quote::quoted;
use crate::devices::command::answer;

const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST_ANSWER: u64 = 1_024;

pub fn smoke_run(release: &Path, version: Version) -> Result<(), UpdateError> {
    let mut command = Command::new(release.join(PROGRAM));
    command.arg("--version").current_dir(release);
    let answered = answer(command, PATIENCE, LONGEST_ANSWER);
    let (status, told) = answered.map_err(|error| UpdateError::DoesNotRun(error.to_string()))?;
    if !status.success() {
        return Err(UpdateError::DoesNotRun(status.to_string()));
    }
    let is_it = told.split_whitespace().any(|word| word == version.to_string());
    if is_it { Ok(()) } else { Err(UpdateError::DoesNotRun(format!("it says that it is {:?}", quoted(told.trim())))) }
}
