//! OLA: what lighting desks and nodes speak with each other, and what it heard.

use std::process::{Command, Stdio};

use super::http::Http;
use super::process::Ended;
use super::{PATIENCE, eventually, free_port};

/// It listens on the ports that Art-Net and sACN have everywhere, so there can be only one.
pub struct Olad {
    _child: Ended,
    _dir: tempfile::TempDir,
    http: Http,
}

const OTHERS: [&str; 21] = [
    "dummy",
    "espnet",
    "ftdidmx",
    "gpio",
    "karate",
    "kinet",
    "milinst",
    "opendmx",
    "openpixelcontrol",
    "osc",
    "pathport",
    "renard",
    "sandnet",
    "shownet",
    "spi",
    "stageprofi",
    "uartdmx",
    "usbdmx",
    "usbserial",
    "nanoleaf",
    "spidmx",
];

impl Olad {
    /// Its universe 1 is Art-Net's port address 1, its universe 2 is sACN's universe 2.
    pub fn start() -> Self {
        // It runs as a user who may not get into the folder that the tests were given for themselves.
        let dir = tempfile::tempdir_in("/tmp").unwrap();
        let conf = |name: &str, text: &str| std::fs::write(dir.path().join(format!("ola-{name}.conf")), text).unwrap();
        OTHERS.iter().for_each(|name| conf(name, "enabled = false\n"));
        conf("artnet", "enabled = true\nip = 127.0.0.1\nuse_loopback = true\noutput_ports = 2\nnet = 0\nsubnet = 0\n");
        conf(
            "e131",
            "enabled = true\nip = 127.0.0.1\ninput_ports = 4\noutput_ports = 1\nignore_preview = true\nrevision = 0.46\n",
        );
        let (web, rpc) = (free_port(), free_port());
        // It does not run as root.
        let owned = Command::new("chown").args(["-R", "olad"]).arg(dir.path()).status().is_ok_and(|status| status.success());
        let mut command = Command::new(if owned { "setpriv" } else { "olad" });
        if owned {
            command.args(["--reuid=olad", "--regid=olad", "--clear-groups", "olad"]);
        }
        command.arg("-c").arg(dir.path()).args(["-i", "127.0.0.1", "-p", &web.to_string(), "-r", &rpc.to_string()]);
        command.args(["--no-register-with-dns-sd", "-l", "1"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = Ended(command.spawn().expect("ola is installed"));
        let http = Http::new(&format!("127.0.0.1:{web}"));
        let ready = || http.try_send("GET", "/json/server_stats", None, Vec::new()).ok().map(drop);
        eventually("olad answers", PATIENCE, ready);
        let olad = Self { _child: child, _dir: dir, http };
        for universe in ["id=1&name=artnet&add_ports=1-I-0", "id=2&name=sacn&add_ports=2-I-0"] {
            let form = Some("application/x-www-form-urlencoded");
            olad.http.send("POST", "/new_universe", form, universe.as_bytes().to_vec()).ok();
        }
        olad
    }

    /// What it says the channels of a universe are.
    pub fn dmx(&self, universe: u8) -> Vec<u8> {
        let told = self.http.get(&format!("/get_dmx?u={universe}")).json();
        let values = told["dmx"].as_array().cloned().unwrap_or_default();
        values.iter().map(|value| value.as_u64().unwrap_or(0) as u8).collect()
    }
}
