//! `marquee user …` as people and scripts call it.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::server::Server;

struct Answer {
    code: i32,
    out: String,
    err: String,
}

fn user(data_dir: &Path, arguments: &[&str], stdin: &str) -> Answer {
    let mut command = Command::new(env!("CARGO_BIN_EXE_marquee"));
    command.arg("user").args(arguments).arg("--data-dir").arg(data_dir);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("marquee starts");
    // One that refuses at once reads nothing, and has shut its ear by now.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Answer { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

impl Answer {
    #[track_caller]
    fn says(self, expected: &str) {
        assert!(self.code == 0 && self.out.contains(expected), "{} {} {}", self.code, self.out, self.err);
    }

    #[track_caller]
    fn fails(self, code: i32, expected: &str) {
        assert_eq!(self.code, code, "{} {}", self.out, self.err);
        assert!(self.err.contains(expected) && self.out.is_empty(), "{} {}", self.out, self.err);
    }
}

#[test]
fn a_user_s_life_on_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    user(&data_dir, &["list"], "").fails(1, "there is no data directory");
    user(&data_dir, &["add", "bob"], "correct horse\n").says("there is no admin yet");
    user(&data_dir, &["add", "ada", "--role", "admin"], "correct horse").says("ada was added as admin\n");
    let mode = std::fs::metadata(data_dir.join("identity.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    user(&data_dir, &["list"], "").says("bob  operator  since 2");
    user(&data_dir, &["role", "bob", "viewer"], "").says("bob is viewer now");
    user(&data_dir, &["passwd", "bob"], "battery staple\r\n").says("bob has a new password");
    user(&data_dir, &["remove", "BOB"], "").says("bob was removed");
    let answer = user(&data_dir, &["list"], "");
    assert!(!answer.out.contains("bob"));
    answer.says("ada  admin");
}

#[test]
fn what_can_not_be_is_said_and_told_apart_by_its_code() {
    let dir = tempfile::tempdir().unwrap();
    user(dir.path(), &["add", "ada", "--role", "admin"], "correct horse\n").says("added");
    let before = std::fs::read_to_string(dir.path().join("identity.json")).unwrap();
    user(dir.path(), &["add", "ADA"], "correct horse\n").fails(1, "there is already a user \"ada\"");
    user(dir.path(), &["add", "b/b"], "correct horse\n").fails(1, "a user name has");
    user(dir.path(), &["add", "bob"], "short\n").fails(1, "a password has 8 to 256 characters");
    user(dir.path(), &["add", "bob"], "").fails(1, "there was no password on standard input");
    user(dir.path(), &["passwd", "bob"], "correct horse\n").fails(1, "there is no user \"bob\"");
    user(dir.path(), &["role", "ada", "viewer"], "").fails(1, "the last admin");
    user(dir.path(), &["remove", "ada"], "").fails(1, "the last admin");
    user(dir.path(), &["role", "ada", "king"], "").fails(64, "viewer, operator, admin");
    user(dir.path(), &["add"], "").fails(64, "NAME");
    user(dir.path(), &["dance"], "").fails(64, "dance");
    assert_eq!(std::fs::read_to_string(dir.path().join("identity.json")).unwrap(), before);
    std::fs::write(dir.path().join("identity.json"), "{\"v\": 2}").unwrap();
    user(dir.path(), &["list"], "").fails(1, "newer marquee");
}

#[test]
fn users_are_seen_to_while_a_server_runs() {
    let dir = tempfile::tempdir().unwrap();
    let _server = Server::start_in(dir.path(), &[]);
    user(dir.path(), &["add", "ada", "--role", "admin"], "correct horse\n").says("added");
    user(dir.path(), &["list"], "").says("ada");
}
