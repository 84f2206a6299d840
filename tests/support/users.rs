//! Users of a server, and how they log in.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::server::{self, Server};

pub fn add_user(data_dir: &Path, name: &str, role: &str, password: &str) {
    let mut command = Command::new(server::binary());
    command.args(["user", "add", name, "--role", role, "--data-dir"]).arg(data_dir).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    assert!(child.wait().unwrap().success());
}

/// The session that a login gives.
pub fn log_in(server: &Server, user: &str, password: &str) -> Value {
    server.http.post("/api/auth/login", &json!({"username": user, "password": password})).ok().json()
}
