//! The real yt-dlp, fetched once from PyPI into the target directory.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What the tests were written with. Sites change, the loopback does not.
const VERSION: &str = "2026.10.26";

/// None where it can not be had, which is said; with MARQUEE_REQUIRE_PEERS that is a failure.
#[track_caller]
pub fn yt_dlp() -> Option<PathBuf> {
    static FETCHED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match FETCHED.get_or_init(fetch) {
        Ok(program) => Some(program.clone()),
        Err(why) => {
            assert!(std::env::var_os("MARQUEE_REQUIRE_PEERS").is_none(), "{why}");
            // Past the test harness, which shows nothing of a test that succeeds.
            let _ = writeln!(std::io::stderr(), "skipped: {why}");
            None
        }
    }
}

fn fetch() -> Result<PathBuf, String> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("yt-dlp");
    let (program, fetched) = (directory.join("bin/yt-dlp"), directory.join("fetched"));
    if std::fs::read_to_string(&fetched).is_ok_and(|version| version == VERSION) {
        return Ok(program);
    }
    run("python3 -m venv", Command::new("timeout").args(["120", "python3", "-m", "venv", "--clear"]).arg(&directory))?;
    let mut pip = Command::new("timeout");
    pip.arg("180").arg(directory.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check"]);
    run("pip", pip.arg(format!("yt-dlp=={VERSION}")))?;
    std::fs::write(fetched, VERSION).unwrap();
    Ok(program)
}

fn run(what: &str, command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("timeout can not be run: {error}"))?;
    match output.status.code() {
        Some(0) => Ok(()),
        Some(124) => Err(format!("{what} took longer than minutes, so there is no yt-dlp")),
        Some(127) => Err(format!("{what} is missing: `script/bootstrap test` installs what tests need")),
        _ => Err(format!("{what} could not fetch yt-dlp: {}", String::from_utf8_lossy(&output.stderr))),
    }
}
