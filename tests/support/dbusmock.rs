//! python-dbusmock: NetworkManager and logind as other people understand them.

use std::process::{Command, Stdio};
use std::time::Duration;

use zbus::Connection;
use zbus::wire::DynamicType;

use super::bus::PrivateBus;
use super::network_manager::{NAME, ROOT};
use super::process::Ended;
use super::{PATIENCE, eventually};

pub struct DbusMock {
    _child: Ended,
    log: std::path::PathBuf,
    _dir: tempfile::TempDir,
    connection: Connection,
    name: &'static str,
    root: &'static str,
}

impl DbusMock {
    pub async fn start(bus: &PrivateBus, template: &str, name: &'static str, root: &'static str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("mock.log");
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-m", "dbusmock", "--system", "--template", template, "-l"]).arg(&log);
        command.env("DBUS_SYSTEM_BUS_ADDRESS", bus.address());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = Ended(command.spawn().expect("python3-dbusmock is installed"));
        let connection = bus.open().await;
        let mock = Self { _child: child, log, _dir: dir, connection, name, root };
        mock.ready().await;
        mock
    }

    async fn ready(&self) {
        let ask = || self.connection.call_method(Some(self.name), self.root, Some("org.freedesktop.DBus.Peer"), "Ping", &());
        let answers = async {
            while ask().await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, answers).await.expect("dbusmock answers");
    }

    /// Changes what it pretends.
    pub async fn mock<B: serde::Serialize + DynamicType>(&self, method: &str, body: &B) -> zbus::Message {
        let interface = Some("org.freedesktop.DBus.Mock");
        self.connection.call_method(Some(self.name), self.root, interface, method, body).await.unwrap()
    }

    /// What was asked of it, once it says something like this.
    pub fn heard(&self, what: &str) -> String {
        eventually(what, PATIENCE, || std::fs::read_to_string(&self.log).ok().filter(|log| log.contains(what)))
    }
}

/// logind.
pub async fn login(bus: &PrivateBus) -> DbusMock {
    DbusMock::start(bus, "logind", "org.freedesktop.login1", "/org/freedesktop/login1").await
}

/// NetworkManager, with a device, a network that it knows, and one that it does not.
pub async fn networks(bus: &PrivateBus) -> DbusMock {
    let mock = DbusMock::start(bus, "networkmanager", NAME, ROOT).await;
    let device = "/org/freedesktop/NetworkManager/Devices/wifi0";
    mock.mock("AddWiFiDevice", &("wifi0", "wlan0", 30_i32)).await;
    for (name, ssid, strength) in [("ap0", "HomeNet", 82_u8), ("ap1", "StageNet", 55)] {
        let point = (device, name, ssid, "00:23:F8:7E:12:BB", 2_u32, 2_425_u32, 5_400_u32, strength, 0x100_u32);
        mock.mock("AddAccessPoint", &point).await;
    }
    mock.mock("AddWiFiConnection", &(device, "con0", "HomeNet", "wpa-psk")).await;
    mock
}
