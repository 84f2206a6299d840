//! pcscd with a virtual reader of two slots, and cards that are made of TCP connections.
//!
//! There can be only one pcscd on a machine, its virtual reader listens on fixed ports and on all interfaces. So a test that wants
//! one runs a second time as a process with a network and a /run of its own (`alone`): there it starts its pcscd, and there the code
//! that is tested talks to it. Such tests run beside each other and beside a pcscd of the machine.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::process::{Ended, signal};
use super::{PATIENCE, eventually};

/// The port of the first slot; the second has the next one.
const PORT: u16 = 0x8c7b;
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
/// What a MIFARE Classic 1K looks like on a reader without contacts.
const ATR: [u8; 20] = *b"\x3b\x8f\x80\x01\x80\x4f\x0c\xa0\x00\x00\x03\x06\x03\x00\x01\x00\x00\x00\x00\x6a";

/// Says which test runs alone, to the process that does.
const ALONE: &str = "MARQUEE_TEST_ALONE";

/// Runs `body` in a process of its own, with a network and a /run of its own. `module` is the module of the test, and `test` its name.
///
/// Without what that needs there is nothing to be tested, and that is said.
pub fn alone(module: &str, test: &str, body: impl FnOnce()) {
    let name = module.split_once("::").map_or(test.to_owned(), |(_, module)| format!("{module}::{test}"));
    if std::env::var(ALONE).is_ok_and(|alone| alone == name) {
        return body();
    }
    if let Some(missing) = missing() {
        eprintln!("{name} is left out: {missing}");
        return;
    }
    let script = "mount -t tmpfs tmpfs /run && ip link set lo up && exec \"$0\" \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "--net", "--", "sh", "-c", script]).arg(std::env::current_exe().unwrap());
    command.args(["--exact", &name, "--nocapture", "--test-threads=1"]).env(ALONE, &name);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{}\n{out}\n{err}", output.status);
}

fn missing() -> Option<String> {
    let is_there = |program: &str| Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
    let needed = [("pcscd", "pcscd"), ("unshare", "util-linux"), ("ip", "iproute2")];
    let absent = needed.iter().find(|(program, _)| !is_there(program).is_ok_and(|found| found.status.success()));
    if let Some((program, package)) = absent {
        return Some(format!("there is no {program} (apt-get install {package})"));
    }
    if !Path::new(DRIVER).exists() {
        return Some("there is no virtual reader (apt-get install vsmartcard-vpcd)".to_owned());
    }
    let may = Command::new("unshare").args(["--mount", "--net", "mount", "-t", "tmpfs", "tmpfs", "/run"]).output();
    may.is_ok_and(|output| !output.status.success()).then(|| "only root may have a /run of its own".to_owned())
}

pub struct Pcscd {
    config: tempfile::TempDir,
    child: Option<Ended>,
}

impl Pcscd {
    /// With the virtual reader.
    pub fn start() -> Self {
        let mut pcscd = Self { config: tempfile::tempdir().unwrap(), child: None };
        pcscd.plug_in();
        pcscd.go();
        pcscd
    }

    /// It has its reader when it is started the next time. pcscd would notice a real one at once; a virtual one it reads of only then.
    pub fn plug_in(&self) {
        let reader =
            format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{PORT:#X}\nLIBPATH {DRIVER}\nCHANNELID {PORT:#X}\n");
        std::fs::write(self.config.path().join("vpcd"), reader).unwrap();
    }

    /// It does not have its reader when it is started the next time.
    pub fn unplug(&self) {
        std::fs::remove_file(self.config.path().join("vpcd")).unwrap();
    }

    /// Starts, or starts again.
    pub fn go(&mut self) {
        let mut command = Command::new("pcscd");
        command.args(["--foreground", "--config"]).arg(self.config.path());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.child = Some(Ended(child));
        eventually("pcscd listens", PATIENCE, || Path::new("/run/pcscd/pcscd.comm").exists().then_some(()));
    }

    /// Without a word, as when it crashes.
    pub fn kill(&mut self) {
        self.child = None;
        std::fs::remove_dir_all("/run/pcscd").ok();
    }

    pub fn signal(&self, name: &str) {
        signal(self.child.as_ref().expect("pcscd runs").0.id(), name);
    }
}

/// What a card says when it is asked for its UID.
#[derive(Clone)]
pub enum Says {
    Uid(Vec<u8>),
    /// These bytes, whatever they mean.
    Bytes(Vec<u8>),
    /// Nothing, for ever.
    Nothing,
}

/// A card that lies on a slot until it is dropped. It is still there when pcscd comes back.
pub struct FakeCard {
    lies: Arc<AtomicBool>,
    stream: Arc<Mutex<Option<TcpStream>>>,
    thread: Option<JoinHandle<()>>,
}

impl FakeCard {
    pub fn put(slot: u16, says: Says) -> Self {
        let (lies, stream) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(None)));
        let (is_there, connected) = (lies.clone(), stream.clone());
        let thread = std::thread::spawn(move || lie(slot, &says, &is_there, &connected));
        Self { lies, stream, thread: Some(thread) }
    }

    pub fn with_uid(slot: u16, uid: &[u8]) -> Self {
        Self::put(slot, Says::Uid(uid.to_vec()))
    }
}

impl Drop for FakeCard {
    fn drop(&mut self) {
        self.lies.store(false, Ordering::SeqCst);
        if let Some(stream) = self.stream.lock().unwrap().take() {
            stream.shutdown(Shutdown::Both).ok();
        }
        self.thread.take().map(JoinHandle::join);
    }
}

fn lie(slot: u16, says: &Says, lies: &AtomicBool, connected: &Mutex<Option<TcpStream>>) {
    while lies.load(Ordering::SeqCst) {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", PORT + slot)) {
            *connected.lock().unwrap() = stream.try_clone().ok();
            // it may have been taken away in between
            if lies.load(Ordering::SeqCst) {
                answer(stream, says).ok();
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Messages have their length before them. One of a single byte is for the slot (0 off, 1 on, 2 reset, 4 what are you), any other is
/// for the card.
fn answer(mut stream: TcpStream, says: &Says) -> std::io::Result<()> {
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut message)?;
        let reply = match (message.as_slice(), says) {
            ([4], _) => ATR.to_vec(),
            ([_] | [], _) | (_, Says::Nothing) => continue,
            ([0xff, 0xca, 0, 0, ..], Says::Uid(uid)) => [uid.as_slice(), &[0x90, 0x00]].concat(),
            ([0xff, 0xca, 0, 0, ..], Says::Bytes(bytes)) => bytes.clone(),
            _ => vec![0x6d, 0x00],
        };
        stream.write_all(&u16::try_from(reply.len()).unwrap().to_be_bytes())?;
        stream.write_all(&reply)?;
    }
}
