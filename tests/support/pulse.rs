//! PulseAudio with a sink that is nobody's, whose sound can be listened to; and ALSA on top of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::media;
use super::process::Ended;
use super::{PATIENCE, eventually};

pub struct Pulse {
    dir: PathBuf,
    daemon: Option<Ended>,
}

impl Pulse {
    /// Where one will be.
    pub fn at(dir: &Path) -> Self {
        std::fs::create_dir_all(dir).unwrap();
        // ALSA's way to it, as a device called `room`.
        let asound = format!(
            "</usr/share/alsa/alsa.conf>\npcm.room {{ type pulse server \"{0}\" }}\nctl.room {{ type pulse server \"{0}\" }}\n",
            Self::server_in(dir)
        );
        std::fs::write(dir.join("asound.conf"), asound).unwrap();
        Self { dir: dir.to_owned(), daemon: None }
    }

    fn server_in(dir: &Path) -> String {
        format!("unix:{}", dir.join("native").display())
    }

    /// What a program needs to find it.
    pub fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("PULSE_SERVER", Self::server_in(&self.dir)),
            ("PULSE_RUNTIME_PATH", self.dir.join("runtime").display().to_string()),
            ("ALSA_CONFIG_PATH", self.dir.join("asound.conf").display().to_string()),
        ]
    }

    /// One that has come up stuck is none: it is started anew until somebody else can listen to it.
    pub fn start(&mut self) {
        eventually("PulseAudio plays", PATIENCE, || {
            self.launch();
            self.recorded(0.3, 15).then_some(())
        });
    }

    fn launch(&mut self) {
        self.daemon = None;
        let socket = self.dir.join("native");
        let _ = std::fs::remove_file(&socket);
        let mut daemon = Command::new("pulseaudio");
        daemon.args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes"]);
        daemon.args(["--load", "module-null-sink sink_name=room rate=48000"]);
        daemon.args(["--load", &format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display())]);
        for name in ["HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH"] {
            daemon.env(name, self.dir.join("runtime"));
        }
        std::fs::create_dir_all(self.dir.join("runtime")).unwrap();
        let log = std::fs::File::create(self.dir.join("log")).unwrap();
        daemon.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.daemon = Some(Ended(daemon.spawn().expect("pulseaudio is installed")));
        eventually("PulseAudio listens", PATIENCE, || socket.exists().then_some(()));
    }

    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// A word to it, as `pactl` says it, and the answer.
    pub fn control(&self, words: &[&str]) -> String {
        let told = Command::new("pactl").args(words).envs(self.environment()).output().expect("pactl is installed");
        assert!(told.status.success(), "{words:?}: {}", String::from_utf8_lossy(&told.stderr));
        String::from_utf8_lossy(&told.stdout).into_owned()
    }

    pub fn plug_in(&self, sink: &str) {
        self.control(&["load-module", "module-null-sink", &format!("sink_name={sink}"), "rate=48000"]);
    }

    pub fn unplug(&self, sink: &str) {
        let modules = self.control(&["list", "short", "modules"]);
        let module = modules.lines().find(|line| line.contains(&format!("sink_name={sink}"))).expect("it is plugged in");
        self.control(&["unload-module", module.split_whitespace().next().unwrap_or_default()]);
    }

    /// What is heard in the next seconds, from the left, at 48 kHz.
    pub fn listen(&self, seconds: f64) -> Vec<f32> {
        assert!(self.recorded(seconds, 120), "{}", std::fs::read_to_string(self.dir.join("log")).unwrap_or_default());
        media::samples(self.tape().to_str().unwrap())
    }

    fn tape(&self) -> PathBuf {
        self.dir.join("heard.wav")
    }

    fn recorded(&self, seconds: f64, at_most: u32) -> bool {
        let mut listening = Command::new("timeout");
        listening.args([
            &at_most.to_string(),
            "ffmpeg",
            "-nostdin",
            "-v",
            "error",
            "-y",
            "-f",
            "pulse",
            "-i",
            "room.monitor",
        ]);
        listening.args(["-t", &seconds.to_string()]).arg(self.tape()).envs(self.environment());
        listening.stderr(Stdio::null()).status().expect("timeout is installed").success()
    }
}
