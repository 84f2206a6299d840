//! A message bus of the test's own, as the system has one.

use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use marquee::devices::Bus;
use zbus::Connection;

use super::process::Ended;
use super::server::Server;
use super::{PATIENCE, eventually};

pub struct PrivateBus {
    dir: tempfile::TempDir,
    daemon: Option<Ended>,
}

impl PrivateBus {
    pub fn start() -> Self {
        let mut bus = Self { dir: tempfile::tempdir().unwrap(), daemon: None };
        std::fs::write(bus.dir.path().join("bus.conf"), bus.config()).unwrap();
        bus.go();
        bus
    }

    fn config(&self) -> String {
        format!(
            "<busconfig><type>system</type><keep_umask/><listen>{}</listen><auth>EXTERNAL</auth>\
             <policy context=\"default\"><allow user=\"*\"/><allow send_destination=\"*\" eavesdrop=\"true\"/>\
             <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
            self.address()
        )
    }

    /// After `stop`, at the same place.
    pub fn go(&mut self) {
        let socket = self.dir.path().join("bus.sock");
        let _ = std::fs::remove_file(&socket);
        let mut command = Command::new("dbus-daemon");
        command
            .arg(format!("--config-file={}", self.dir.path().join("bus.conf").display()))
            .args(["--nofork", "--nopidfile"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.daemon = Some(Ended(command.spawn().expect("dbus is installed")));
        eventually("the bus answers", PATIENCE, || UnixStream::connect(&socket).ok());
    }

    pub fn stop(&mut self) {
        self.daemon = None;
    }

    pub fn address(&self) -> String {
        format!("unix:path={}", self.dir.path().join("bus.sock").display())
    }

    pub fn at(&self) -> Bus {
        Bus::At(self.address())
    }

    /// One that takes this for the system's.
    pub fn server(&self, flags: &[&str]) -> Server {
        let dir = tempfile::tempdir().unwrap();
        let environment = [("DBUS_SYSTEM_BUS_ADDRESS", self.address())];
        let mut server = Server::start_among(&dir.path().join("data"), flags, &environment);
        server.keep(Some(dir));
        server
    }

    pub async fn open(&self) -> Connection {
        self.at().open().await.unwrap()
    }
}
