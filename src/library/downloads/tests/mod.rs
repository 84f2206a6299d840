//! Jobs with a yt-dlp that is none: a script that says and does what a test wants, the worst included.

mod behaviour;
mod hostile;
mod searching;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::*;
use crate::base::clock::Clock;
use crate::show::time::ShowTime;

/// Machines may be slow; nothing that goes well takes so long.
const PATIENCE: Duration = Duration::from_secs(180);
const LARGEST: u64 = 1_000_000;

struct Trial {
    directory: tempfile::TempDir,
    clock: Clock,
    downloads: Downloads,
}

/// `script` is what happens when it is not asked for its version.
fn trial(script: &str) -> Trial {
    trial_with(script, |_| {})
}

fn trial_with(script: &str, change: impl FnOnce(&mut Settings)) -> Trial {
    let directory = tempfile::tempdir().expect("a directory");
    let program = directory.path().join("yt-dlp");
    write_program(&program, script);
    let extractors = Extractors::parse(&["default"]).expect("names");
    let mut settings = Settings::new(directory.path().join("jobs"), extractors);
    settings.program = Some(program);
    settings.largest_bytes = LARGEST;
    change(&mut settings);
    let clock = Clock::manual(ShowTime(0));
    let downloads = Downloads::start(settings, clock.clone()).expect("started");
    Trial { directory, clock, downloads }
}

/// Written by another process: what this one has open for writing while it forks can not be started by anybody.
fn write_program(path: &Path, script: &str) {
    let text = format!(
        "#!/bin/sh\nfor word; do case \"$word\" in --version) echo 2026.09.09; exit;; --) break;; esac; done\n\
         done_with() {{ printf 'DONE {{\"id\": \"a\", \"title\": \"A\", \"ext\": \"mp4\", \"filepath\": \"%s\"}}\\n' \"$1\"; }}\n{script}\n"
    );
    let source = path.with_extension("sh");
    std::fs::write(&source, text).expect("written");
    let installed = Command::new("install").arg("-m755").args([&source, path]).status().expect("coreutils");
    assert!(installed.success() && path.metadata().expect("there").permissions().mode() & 0o111 != 0);
}

fn job(id: &str) -> Job {
    let address = Address::parse("https://example.com/watch?v=a").expect("an address");
    Job { id: id.parse().expect("an id"), address, quality: Quality::Best }
}

impl Trial {
    fn begin(&self, id: &str) -> Begun {
        self.downloads.begin(job(id)).expect("begun")
    }

    async fn outcome(&self) -> Outcome {
        outcome(self.begin("a")).await
    }

    /// The code that it fails with.
    async fn failure(&self) -> &'static str {
        match self.outcome().await {
            Outcome::Failed(error) => error.code(),
            outcome => panic!("{outcome:?}"),
        }
    }

    async fn cancel(&self, id: &str) {
        let id = id.parse().expect("an id");
        let cancelled = tokio::time::timeout(PATIENCE, self.downloads.cancel(&id)).await;
        cancelled.expect("it ends").expect("cancelled");
    }

    fn folder(&self, id: &str) -> PathBuf {
        self.directory.path().join("jobs").join(id)
    }

    /// What the script has left for the test, when it is there.
    async fn left(&self, name: &str) -> String {
        let path = self.directory.path().join(name);
        let left = async {
            loop {
                match std::fs::read_to_string(&path) {
                    Ok(text) if text.ends_with('\n') => return text.trim().to_owned(),
                    _ => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, left).await.expect("the script comes so far")
    }
}

async fn outcome(begun: Begun) -> Outcome {
    tokio::time::timeout(PATIENCE, begun.outcome).await.expect("it ends").expect("it says how")
}

/// Waits until the progress is as wanted.
async fn reaches(begun: &mut Begun, wanted: impl FnMut(&Progress) -> bool) -> Progress {
    let reached = begun.progress.wait_for(wanted);
    tokio::time::timeout(PATIENCE, reached).await.expect("it comes so far").expect("it runs").clone()
}

/// A process that has ended, and is only not waited for yet, counts as gone.
async fn is_gone(pid: &str) {
    let gone = async {
        let state = || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            stat.rsplit(')').next()?.trim().chars().next()
        };
        while state().is_some_and(|state| state != 'Z') {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("nothing of it runs any more");
}
