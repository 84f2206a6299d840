//! What comes from npm: clients, servers and compilers that are not ours (tests/peers), fetched once into the target directory.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use super::http::Http;
use super::process::Ended;

/// Where the scripts lie beside their packages. None where these can not be had, which is said; with MARQUEE_REQUIRE_PEERS that is a
/// failure.
#[track_caller]
pub fn peers() -> Option<PathBuf> {
    static FETCHED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match FETCHED.get_or_init(fetch) {
        Ok(directory) => Some(directory.clone()),
        Err(why) => {
            assert!(std::env::var_os("MARQUEE_REQUIRE_PEERS").is_none(), "{why}");
            // Past the test harness, which shows nothing of a test that succeeds.
            let _ = writeln!(std::io::stderr(), "skipped: {why}");
            None
        }
    }
}

/// A script of tests/peers; it is ended when it takes too long.
#[track_caller]
pub fn node(script: &str) -> Option<Command> {
    node_within(300, script)
}

/// The same with more patience, in seconds.
#[track_caller]
pub fn node_within(patience: u64, script: &str) -> Option<Command> {
    let directory = peers()?;
    let mut command = Command::new("timeout");
    command.args([&*patience.to_string(), "node", script]).current_dir(directory).stdin(Stdio::null());
    Some(command)
}

/// Runs to its end and wants it to succeed.
#[track_caller]
pub fn succeeds(command: &mut Command) {
    let output = command.output().unwrap();
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&said));
}

/// A server from tests/peers that says its addresses as marquee does, until dropped.
pub struct Peer {
    pub name: &'static str,
    child: Ended,
    pub http: Http,
    pub ws: String,
}

impl Peer {
    #[track_caller]
    pub fn start(name: &'static str, script: &str) -> Option<Self> {
        let mut node = Command::new("node");
        node.arg(script).current_dir(peers()?).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = Ended(node.spawn().expect("node is installed"));
        let mut line = String::new();
        BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses: Value = serde_json::from_str(&line).expect("the peer says its addresses");
        let address = |name: &str| addresses[name].as_str().unwrap_or_default().to_owned();
        Some(Self { name, child, http: Http::new(&address("http")), ws: format!("ws://{}", address("ws")) })
    }

    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }
}

fn fetch() -> Result<PathBuf, String> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    std::fs::create_dir_all(&directory).unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    for entry in std::fs::read_dir(&sources).unwrap() {
        let entry = entry.unwrap();
        // Somebody may have had npm fetch the packages there, too.
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), directory.join(entry.file_name())).unwrap();
        }
    }
    let wanted = std::fs::read_to_string(sources.join("package.json")).unwrap();
    let fetched = directory.join("node_modules/fetched.json");
    if std::fs::read_to_string(&fetched).is_ok_and(|found| found == wanted) {
        return Ok(directory);
    }
    install(&directory)?;
    std::fs::write(fetched, wanted).unwrap();
    Ok(directory)
}

/// A registry that does not answer is not waited for much longer than a slow one.
fn install(directory: &Path) -> Result<(), String> {
    let mut npm = Command::new("timeout");
    npm.args(["180", "npm", "install", "--no-package-lock", "--no-audit", "--no-fund"]).current_dir(directory);
    let output = npm.stdin(Stdio::null()).output().map_err(|error| format!("timeout can not be run: {error}"))?;
    match output.status.code() {
        Some(0) => Ok(()),
        Some(127) => Err("npm is missing: `script/bootstrap test` installs what tests need".to_owned()),
        Some(124) => Err("npm could not fetch the packages of tests/peers within three minutes".to_owned()),
        _ => Err(format!("npm could not fetch the packages of tests/peers: {}", String::from_utf8_lossy(&output.stderr))),
    }
}
