//! Another program's short answer: bounded in time and in length, whatever that program does.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::base::clock::Stopwatch;
use crate::base::tasks::spawn_thread;

const LOOK_EVERY: Duration = Duration::from_millis(10);
/// What the program leaves behind may hold its output open for ever; what it said itself is there when it has ended.
const PATIENCE_WITH_READING: Duration = Duration::from_secs(1);

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How it ended, and the beginning of what it said. Blocks.
pub fn answer(mut command: Command, patience: Duration, longest: u64) -> io::Result<(ExitStatus, String)> {
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut child = Ended(spawned);
    let (tell, told) = mpsc::sync_channel(1);
    let stdout = child.0.stdout.take();
    spawn_thread("answer", move || {
        let mut text = Vec::new();
        // Read to the end, so that it need not wait for us; only the beginning is kept.
        let mut stdout = stdout.into_iter().flat_map(Read::bytes).map_while(Result::ok);
        text.extend(stdout.by_ref().take_while(|byte| *byte != b'\n').take(usize::try_from(longest).unwrap_or(0)));
        tell.send(text).ok();
        stdout.for_each(drop);
    })?;
    let watch = Stopwatch::start();
    let status = loop {
        match child.0.try_wait()? {
            Some(status) => break status,
            None if watch.elapsed() > patience => return Err(io::Error::new(io::ErrorKind::TimedOut, "it does not end")),
            None => std::thread::sleep(LOOK_EVERY),
        }
    };
    let text = told.recv_timeout(PATIENCE_WITH_READING).unwrap_or_default();
    Ok((status, String::from_utf8_lossy(&text).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_first_line_is_the_answer() {
        let (status, text) = answer(shell("echo one; echo two; exit 3"), Duration::from_secs(30), 100).unwrap();
        assert_eq!((status.code(), text.as_str()), (Some(3), "one"));
    }

    #[test]
    fn neither_length_nor_hanging_nor_children_left_behind_hold_anyone_up() {
        let (status, text) = answer(shell("yes | head -c 1000000 | tr -d '\\n'"), Duration::from_secs(30), 100).unwrap();
        assert!(status.success() && text.len() == 100);
        assert!(answer(shell("exec sleep 600"), Duration::from_millis(50), 100).is_err());
        let (_, text) = answer(shell("echo here; sleep 5 &"), Duration::from_secs(30), 100).unwrap();
        assert_eq!(text, "here");
    }
}
