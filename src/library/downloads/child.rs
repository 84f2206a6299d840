//! yt-dlp as a child process: in a group of its own, with nothing of our surroundings, with limits, and ended for sure.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit, setpriority_process};
use tokio::process::{Child as Process, ChildStderr, ChildStdout, Command};

/// From being asked to stop until being stopped: yt-dlp takes a fifth of a second for it.
const TIME_TO_STOP: Duration = Duration::from_secs(5);
/// A yt-dlp that is one file unpacks itself before it begins, into files of this size.
pub const LARGEST_OWN_FILE: u64 = 64 * 1_024 * 1_024;
/// What a shell's limit of a file counts in.
const BLOCK: u64 = 512;
const LIMITED: &str = "ulimit -f \"$1\" && shift && exec \"$@\"";
/// The show goes first.
const NICENESS: i32 = 10;
/// Where Debian and most others have ffmpeg and Python.
const PROGRAMS: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

pub struct Child {
    process: Process,
    group: Pid,
    /// Its group's number may be another's by now.
    is_over: bool,
}

impl Drop for Child {
    /// Whoever waited for it is gone. Only the first of the group is killed without this.
    fn drop(&mut self) {
        if !self.is_over {
            self.signal(Signal::KILL);
        }
    }
}

/// What a child is started with.
pub struct Start<'a> {
    pub program: &'a Path,
    pub arguments: Vec<String>,
    pub directory: &'a Path,
    /// Where it reads from, which is empty.
    pub input: Stdio,
    /// Of our proxy, with its secret. In the environment, because everybody on the machine can read the arguments.
    pub proxy: &'a str,
    pub largest_file: u64,
}

/// All that a child knows of where it runs.
pub fn surroundings(program: &Path, home: &Path) -> Vec<(&'static str, OsString)> {
    let beside = program.parent().filter(|parent| parent.is_absolute());
    let directories = beside.into_iter().chain(PROGRAMS.iter().map(Path::new));
    let path = std::env::join_paths(directories).unwrap_or_else(|_| PROGRAMS.join(":").into());
    vec![("PATH", path), ("HOME", home.into()), ("TMPDIR", home.into()), ("LANG", "C.UTF-8".into())]
}

/// Both Python and ffmpeg look for these.
const PROXIES: [&str; 4] = ["http_proxy", "https_proxy", "ftp_proxy", "all_proxy"];

impl Child {
    /// Both pipes must be read, or it stops when they are full.
    pub fn start(start: Start<'_>) -> io::Result<(Child, ChildStdout, ChildStderr)> {
        let Start { program, arguments, directory, input, proxy, largest_file } = start;
        // Limited before it begins: a moment later it may have started others that are not.
        let mut command = Command::new("/bin/sh");
        command.args(["-c", LIMITED, "sh", &largest_file.div_ceil(BLOCK).to_string()]).arg(program);
        command.args(arguments).current_dir(directory).env_clear().envs(surroundings(program, directory));
        command.envs(PROXIES.map(|name| (name, proxy)));
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        let mut process = command.spawn()?;
        let pipes = process.stdout.take().zip(process.stderr.take());
        let (output, errors) = pipes.ok_or_else(|| io::Error::other("a child without pipes"))?;
        // It has just been started, so it is not waited for yet, and has an id; without one, the limits would be our own.
        let group = process.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let group = group.ok_or_else(|| io::Error::other("a child without an id"))?;
        let child = Child { process, group, is_over: false };
        child.limit(largest_file)?;
        Ok((child, output, errors))
    }

    /// The shell counts in blocks; this is to the byte.
    fn limit(&self, largest_file: u64) -> io::Result<()> {
        let limits = Rlimit { current: Some(largest_file), maximum: Some(largest_file) };
        prlimit(Some(self.group), Resource::Fsize, limits)?;
        // It goes on without, if it must.
        let _ = setpriority_process(Some(self.group), NICENESS);
        Ok(())
    }

    /// What it has started ends with it.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.process.wait().await?;
        self.signal(Signal::KILL);
        self.is_over = true;
        Ok(status)
    }

    /// Asks it to stop, waits for that a little, and stops it.
    pub async fn stop(mut self) {
        self.signal(Signal::INT);
        if tokio::time::timeout(TIME_TO_STOP, self.process.wait()).await.is_err() {
            tracing::debug!("yt-dlp does not stop when asked, and is stopped");
        }
        self.signal(Signal::KILL);
        if let Err(error) = self.process.wait().await {
            tracing::warn!(%error, "a yt-dlp can not be waited for: {error}");
        }
        self.is_over = true;
    }

    /// To it and to all that it has started.
    fn signal(&self, signal: Signal) {
        // Nobody may be left.
        let _ = kill_process_group(self.group, signal);
    }
}

/// For a file that is given as standard input.
pub fn reads(file: &File) -> io::Result<Stdio> {
    Ok(Stdio::from(file.try_clone()?))
}

/// Someone else has ended it.
pub fn was_killed(status: ExitStatus) -> bool {
    status.signal().is_some()
}
