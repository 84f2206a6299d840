//! Whether yt-dlp is there, and new enough: it is installed and kept up to date by somebody else, so it is asked again and again.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::sync::Semaphore;

use super::arguments;
use super::child;
use crate::base::clock::Clock;
use crate::base::quote::quoted;
use crate::show::time::ShowTime;

const NAME: &str = "yt-dlp";
/// Before it, a page could have files written beside the one that was asked for, under names of its own.
const FLOOR: Version = Version([2026, 7, 4]);
/// Someone who has just installed it does not want to start the server again.
const KNOWN_FOR: Duration = Duration::from_secs(60);
/// Python takes seconds to start on a small machine.
const PATIENCE: Duration = Duration::from_secs(60);
const LONGEST_ANSWER: u64 = 256;

/// Year, month and day of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version([u16; 3]);

impl Version {
    /// Nightly builds have a fourth number, which changes nothing.
    fn parse(text: &str) -> Option<Version> {
        let mut numbers = text.trim().split('.');
        let mut next = || numbers.next()?.parse().ok();
        let version = Version([next()?, next()?, next()?]);
        let is_date = (2_000..10_000).contains(&version.0[0]) && (1..=12).contains(&version.0[1]);
        is_date.then_some(version)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Version([year, month, day]) = self;
        write!(f, "{year}.{month:02}.{day:02}")
    }
}

/// A yt-dlp that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    pub path: PathBuf,
    pub version: String,
}

pub struct Program {
    configured: Option<PathBuf>,
    clock: Clock,
    /// A std mutex: it is held for a look, never while yt-dlp is asked.
    known: Mutex<Option<(ShowTime, Result<Present, String>)>>,
    /// However many want to know it: one asks.
    turn: Semaphore,
}

impl Program {
    /// Without a path it is looked for where this server's own programs are.
    pub fn new(configured: Option<PathBuf>, clock: Clock) -> Program {
        Program { configured, clock, known: Mutex::default(), turn: Semaphore::new(1) }
    }

    /// The reason is for people, and says what to do.
    pub async fn present(&self) -> Result<Present, String> {
        if let Some(known) = self.known() {
            return known;
        }
        let _turn = self.turn.acquire().await;
        if let Some(known) = self.known() {
            return known;
        }
        let found = self.ask().await;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((self.clock.now(), found.clone()));
        found
    }

    fn known(&self) -> Option<Result<Present, String>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (when, found) = known.as_ref()?;
        (self.clock.now().since(*when) < KNOWN_FOR).then(|| found.clone())
    }

    async fn ask(&self) -> Result<Present, String> {
        let path = match &self.configured {
            Some(path) if is_program(path) => path.clone(),
            Some(path) => return Err(format!("{} is no program: say where yt-dlp lies", quoted(&path.to_string_lossy()))),
            None => find(std::env::var_os("PATH").as_deref()).ok_or("yt-dlp is not installed: pipx install yt-dlp")?,
        };
        let answer = answer(&path).await?;
        judge(path, &answer)
    }
}

fn judge(path: PathBuf, answer: &str) -> Result<Present, String> {
    let said = quoted(answer.trim());
    match Version::parse(answer) {
        Some(version) if version >= FLOOR => Ok(Present { path, version: said }),
        Some(_) => Err(format!("yt-dlp {said} is too old, {FLOOR} or newer is needed: pipx upgrade yt-dlp")),
        None => Err(format!("{} is no yt-dlp: it says its version is {said:?}", path.display())),
    }
}

fn find(path: Option<&OsStr>) -> Option<PathBuf> {
    std::env::split_paths(path?)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(NAME))
        .find(|program| is_program(program))
}

fn is_program(path: &Path) -> bool {
    path.is_absolute() && path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

async fn answer(path: &Path) -> Result<String, String> {
    let mut command = Command::new(path);
    command.args(arguments::version()).env_clear().envs(child::surroundings(path, &std::env::temp_dir()));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let unusable = |error: std::io::Error| format!("{} can not be started: {error}", path.display());
    let mut child = command.spawn().map_err(unusable)?;
    let mut said = String::new();
    let read = async {
        if let Some(pipe) = child.stdout.take() {
            pipe.take(LONGEST_ANSWER).read_to_string(&mut said).await.map_err(unusable)?;
        }
        child.wait().await.map_err(unusable)
    };
    match tokio::time::timeout(PATIENCE, read).await {
        Err(_) => Err(format!("{} does not answer when it is asked for its version", path.display())),
        Ok(Err(error)) => Err(error),
        Ok(Ok(_)) => Ok(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answer: &str, expected: Result<&str, &str>) {
        let judged = judge(PathBuf::from("/bin/yt-dlp"), answer);
        match (judged, expected) {
            (Ok(present), Ok(version)) => assert_eq!(present.version, version),
            (Err(reason), Err(words)) => assert!(reason.contains(words), "{reason}"),
            (judged, _) => panic!("{judged:?}"),
        }
    }

    #[test]
    fn only_what_is_new_enough_is_used() {
        check("2026.07.04\n", Ok("2026.07.04"));
        check("2026.10.26", Ok("2026.10.26"));
        check("2026.08.01.232915", Ok("2026.08.01.232915"));
        check("2026.07.03", Err("too old, 2026.07.04 or newer"));
        check("2023.03.04", Err("pipx upgrade yt-dlp"));
        for other in ["", "hello", "1.2.3", "2026.07", "2026.13.01", "-1.-1.-1"] {
            check(other, Err("is no yt-dlp"));
        }
    }

    fn program(directory: &Path, script: &str) {
        let path = directory.join(NAME);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a program");
    }

    #[test]
    fn the_first_program_of_the_path_is_found() {
        let (empty, full) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        program(full.path(), "");
        std::fs::write(empty.path().join(NAME), "no program").expect("written");
        let path = std::env::join_paths([Path::new("relative"), empty.path(), full.path()]).expect("a path");
        assert_eq!(find(Some(&path)), Some(full.path().join(NAME)));
        assert_eq!(find(None), None);
    }

    #[tokio::test]
    async fn an_answer_is_believed_for_a_minute() {
        let directory = tempfile::tempdir().expect("a directory");
        let clock = Clock::manual(ShowTime(0));
        let asked = Program::new(Some(directory.path().join(NAME)), clock.clone());
        assert!(asked.present().await.expect_err("not there").contains("is no program"));
        program(directory.path(), "echo 2026.09.01");
        clock.set(ShowTime(59_000_000));
        assert!(asked.present().await.is_err());
        clock.set(ShowTime(60_000_000));
        assert_eq!(asked.present().await.map(|present| present.version), Ok("2026.09.01".to_owned()));
        program(directory.path(), "echo 2023.03.04");
        clock.set(ShowTime(125_000_000));
        assert!(asked.present().await.expect_err("too old").contains("2023.03.04 is too old"));
    }
}
