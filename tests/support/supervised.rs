//! What systemd does with `Restart=always`: starts a program again whenever it has ended, but for a bad setting.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use serde_json::Value;

use super::http::Http;
use super::server::keep;
use super::{PATIENCE, eventually};

/// Of `RestartPreventExitStatus` in docker/marquee.service.
const BAD_SETTING: i32 = 64;

pub struct Supervised {
    told: Arc<Mutex<Told>>,
    looking: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Told {
    is_over: bool,
    child: Option<Child>,
    /// Once its doors are open.
    http: Option<Http>,
    /// How each start ended; none by a signal.
    ended: Vec<Option<i32>>,
    log: String,
}

impl Supervised {
    pub fn start(program: &Path, arguments: &[&str]) -> Self {
        let told = Arc::new(Mutex::new(Told::default()));
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let (program, shared) = (program.to_owned(), told.clone());
        let looking = std::thread::spawn(move || while Told::one_start(&shared, &program, &arguments) {});
        Self { told, looking: Some(looking) }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }

    /// The door of the one that runs now, or will in a moment.
    #[track_caller]
    pub fn http(&self) -> Http {
        eventually("the doors open", PATIENCE, || self.told().http.clone())
    }

    /// How the first so many starts ended.
    #[track_caller]
    pub fn ended(&self, starts: usize) -> Vec<Option<i32>> {
        eventually("it has ended so often", PATIENCE, || {
            let told = self.told();
            (told.ended.len() >= starts).then(|| told.ended.clone())
        })
    }

    /// Which program it is that runs.
    pub fn program(&self) -> PathBuf {
        let pid = self.told().child.as_ref().map(Child::id).unwrap();
        std::fs::read_link(format!("/proc/{pid}/exe")).unwrap()
    }
}

impl Told {
    fn one_start(told: &Mutex<Self>, program: &Path, arguments: &[String]) -> bool {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (stdout, log) = {
            let mut told = told.lock().unwrap();
            if told.is_over {
                return false;
            }
            let mut child = command.spawn().expect("what is current can be started");
            let (stdout, log) = (child.stdout.take().unwrap(), keep(child.stderr.take().unwrap()));
            told.child = Some(child);
            (stdout, log)
        };
        Self::follow(told, BufReader::new(stdout));
        let status = eventually("its end, after that of its output", PATIENCE, || {
            told.lock().unwrap().child.as_mut().map(|child| child.try_wait().unwrap())?
        });
        let mut told = told.lock().unwrap();
        (told.child, told.http) = (None, None);
        told.ended.push(status.code());
        told.log += &log.lock().unwrap();
        status.code() != Some(BAD_SETTING)
    }

    /// To the end of what it says, which is its own.
    fn follow(told: &Mutex<Self>, mut stdout: impl BufRead) {
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let addresses: Value = serde_json::from_str(&line).unwrap_or_default();
        told.lock().unwrap().http = addresses["http"].as_str().map(Http::new);
        stdout.read_to_string(&mut line).unwrap();
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "--- log of those that have ended\n{}",
                self.told.lock().map_or(String::new(), |told| told.log.clone())
            );
        }
        if let Ok(mut told) = self.told.lock() {
            told.is_over = true;
            told.child.iter_mut().for_each(|child| drop(child.kill()));
        }
        self.looking.take().map(JoinHandle::join);
    }
}
