//! A redis-server of the test's own, and what redis-cli says of it.

use std::process::{Child, Command, Stdio};

use super::{PATIENCE, eventually, free_port, process};

pub struct Redis {
    dir: tempfile::TempDir,
    child: Option<Child>,
    port: u16,
    extra: Vec<String>,
}

impl Redis {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(extra: &[&str]) -> Self {
        let port = free_port();
        let extra = extra.iter().map(|flag| (*flag).to_owned()).collect();
        let mut redis = Self { dir: tempfile::tempdir().unwrap(), child: None, port, extra };
        redis.go();
        redis
    }

    /// Starts, or starts again: empty, because it keeps nothing on disk.
    pub fn go(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]);
        command.arg(self.dir.path()).args(&self.extra);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("redis-server is installed");
        self.child = Some(child);
        eventually("redis answers", PATIENCE, || {
            let said = self.cli(&["ping"]);
            (said == "PONG" || said.contains("NOAUTH")).then_some(())
        });
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub fn signal(&self, name: &str) {
        process::signal(self.child.as_ref().expect("redis runs").id(), name);
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// What redis-cli prints, without the line's end.
    pub fn cli(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("redis-cli");
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]).args(arguments);
        let output = command.output().expect("redis-cli is installed");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
