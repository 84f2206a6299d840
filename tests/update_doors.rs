//! Newer versions over REST, from the first question to the version that runs: a real server, installed as docs/OPERATIONS.md says, and
//! somebody who starts it again.

use std::path::Path;

use serde_json::{Value, json};

use super::support::releases::{self, Signer, archive, machine_with, manifest, serving};
use super::support::server::binary;
use super::support::supervised::Supervised;
use super::support::{PATIENCE, eventually};

struct Shop {
    server: releases::Server,
    signer: Signer,
    // Ended before its directory goes.
    service: Supervised,
    machine: tempfile::TempDir,
}

/// What runs once this version has put itself beside what was there.
fn release(version: &str, serves: &str) -> Vec<u8> {
    let program = binary();
    let program = program.display();
    let beside = format!("ln -f '{program}' \"$here/program\" 2>/dev/null || cp '{program}' \"$here/program\"");
    archive(&serving(version, &format!("{beside}\n{serves}")))
}

impl Shop {
    /// 0.1.0 runs, and looks for newer versions here.
    fn open(flags: &[&str]) -> Self {
        let (server, signer) = (releases::Server::start(), Signer::new());
        let machine = machine_with(&binary(), "0.1.0");
        let data_dir = machine.path().join("data");
        let (url, key) = (server.url("manifest.json"), signer.public());
        let mut arguments =
            vec!["serve", "--http", "127.0.0.1:0", "--ws", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--restart=true"];
        arguments.extend(["--data-dir", data_dir.to_str().unwrap(), "--update-url", &url, "--update-keys", &key]);
        arguments.extend(flags);
        let service = Supervised::start(&machine.path().join("current/marquee"), &arguments);
        Self { server, signer, service, machine }
    }

    fn root(&self) -> &Path {
        self.machine.path()
    }

    fn offer(&self, version: &str, release: &[u8]) -> String {
        let manifest = manifest(&self.server, version, release, "0.1.0").to_string();
        self.server.put(&format!("{version}.tar"), release.to_vec());
        self.put_signed(manifest.as_bytes(), version, &self.signer);
        manifest
    }

    fn put_signed(&self, manifest: &[u8], version: &str, signer: &Signer) {
        self.server.put("manifest.json", manifest.to_vec());
        self.server.put("manifest.json.minisig", signer.sign(manifest, &format!("version:{version}")));
    }

    fn status(&self) -> Value {
        self.service.http().get("/api/updates").ok().json()
    }

    fn ask(&self, what: &str) -> super::support::http::Answer {
        self.service.http().post(&format!("/api/updates/{what}"), &json!({}))
    }

    #[track_caller]
    fn becomes(&self, state: &str) -> Value {
        eventually(state, PATIENCE, || Some(self.status()).filter(|status| status["state"] == state))
    }

    /// Found and fetched.
    #[track_caller]
    fn fetched(&self) {
        self.ask("check").ok();
        self.ask("download").ok();
        self.becomes("ready");
    }

    #[track_caller]
    fn installed_at_once(&self) {
        self.fetched();
        let told = self.service.http().post("/api/updates/install", &json!({"restart": true})).ok().json();
        assert_eq!(told["state"], "restart_needed");
    }

    fn current(&self) -> String {
        std::fs::read_link(self.root().join("current")).unwrap().display().to_string()
    }

    /// What the note of the trial says; None once there is no trial.
    fn trial(&self) -> Option<Value> {
        let note = std::fs::read(self.root().join("pending.json")).ok()?;
        Some(serde_json::from_slice(&note).unwrap())
    }

    /// Nobody waits for a minute in a test.
    fn shorten_the_trial(&self) {
        let mut trial = self.trial().unwrap();
        assert_eq!((&trial["seconds"], &trial["attempts"]), (&json!(60), &json!(0)));
        trial["seconds"] = json!(5);
        assert_eq!(trial["grace"], 60);
        std::fs::write(self.root().join("pending.json"), trial.to_string()).unwrap();
    }

    #[track_caller]
    fn nothing_has_changed(&self) {
        assert_eq!((self.current().as_str(), self.trial()), ("releases/0.1.0", None));
        let releases = std::fs::read_dir(self.root().join("releases")).unwrap();
        assert_eq!(releases.count(), 1, "nothing is left of what was refused");
        assert_eq!(self.service.ended(0), [], "and it went on all the time");
    }

    fn runs(&self, program: &str) -> bool {
        self.service.program() == self.root().join(program).canonicalize().unwrap()
    }
}

#[test]
fn a_newer_version_is_fetched_tried_and_kept_when_it_is_well() {
    let shop = Shop::open(&[]);
    assert_eq!(shop.status(), json!({"version": "0.1.0", "on_trial": false, "state": "idle"}));
    shop.ask("download").refused(409, "nothing_available");
    let release = release("0.2.0", "exec \"$here/program\" \"$@\"");
    shop.offer("0.2.0", &release);
    let found = shop.ask("check").ok().json();
    assert_eq!((&found["state"], &found["version"], &found["notes"]), (&json!("available"), &json!("0.2.0"), &json!("new")));
    assert_eq!(found["size"], release.len());
    shop.ask("install").refused(409, "nothing_ready");
    shop.ask("download").ok();
    shop.becomes("ready");
    assert_eq!(shop.ask("install").ok().json()["state"], "restart_needed");
    assert!(shop.runs("releases/0.1.0/marquee"), "it is still what it was");
    shop.shorten_the_trial();
    shop.service.http().post("/api/system/restart", &json!({})).ok();
    assert_eq!(shop.service.ended(1), [Some(75)]);
    assert_eq!(shop.status()["on_trial"], true);
    assert!(shop.runs("releases/0.2.0/program"));
    assert_eq!(shop.current(), "releases/0.1.0", "it has yet to show that it works");
    eventually("it is found well", PATIENCE, || (shop.status()["on_trial"] == false).then_some(()));
    assert_eq!((shop.current().as_str(), shop.trial()), ("releases/0.2.0", None));
    // And so it stays.
    shop.service.http().post("/api/system/restart", &json!({})).ok();
    assert_eq!(shop.service.ended(2), [Some(75), Some(75)]);
    assert_eq!(shop.status()["on_trial"], false);
    assert!(shop.runs("releases/0.2.0/program"));
}

/// It was started so often and ended like this, and what was there before runs again.
#[track_caller]
fn is_given_up(shop: &Shop, ended: Option<i32>) {
    assert_eq!(shop.service.ended(4), [Some(75), ended, ended, ended]);
    let told = shop.becomes("rolled_back");
    assert_eq!((&told["version"], &told["to"], &told["on_trial"]), (&json!("0.2.0"), &json!("0.1.0"), &json!(false)));
    assert_eq!(told["reason"], "version 0.2.0 was started 3 times and did not get well");
    assert!(shop.runs("releases/0.1.0/marquee"));
    assert_eq!((shop.current().as_str(), shop.trial()), ("releases/0.1.0", None));
    let logs = shop.service.http().get("/api/system/logs?level=error").ok().json();
    let told = logs["data"]["logs"][0]["message"].as_str().unwrap();
    assert!(told.contains("a newer version was given up"), "{logs}");
    // A better one takes its place, and the story is over.
    shop.offer("0.2.1", &release("0.2.1", "exec \"$here/program\" \"$@\""));
    shop.fetched();
    shop.ask("install").ok();
    shop.shorten_the_trial();
    shop.service.http().post("/api/system/restart", &json!({})).ok();
    shop.service.ended(5);
    eventually("the better one stays", PATIENCE, || shop.trial().is_none().then_some(()));
    assert_eq!(shop.current(), "releases/0.2.1");
    assert!(!shop.root().join("rolled_back.json").exists());
}

#[test]
fn a_version_that_crashes_at_once_is_given_up_after_three_starts() {
    let shop = Shop::open(&[]);
    shop.offer("0.2.0", &release("0.2.0", "kill -SEGV $$"));
    shop.installed_at_once();
    is_given_up(&shop, None);
}

#[test]
fn a_version_that_does_not_understand_the_settings_is_given_up_as_well() {
    let shop = Shop::open(&[]);
    shop.offer("0.2.0", &release("0.2.0", "exec \"$here/program\" \"$@\" --no-such-setting"));
    shop.installed_at_once();
    // Not 64, with which it would be left at that.
    is_given_up(&shop, Some(75));
}

#[test]
fn a_version_that_can_not_open_its_doors_is_given_up_as_well() {
    let shop = Shop::open(&[]);
    shop.offer("0.2.0", &release("0.2.0", "exec \"$here/program\" \"$@\" --data-dir /dev/null/nowhere"));
    shop.installed_at_once();
    is_given_up(&shop, Some(1));
}

#[test]
fn a_version_that_hangs_is_given_up_as_well() {
    let shop = Shop::open(&[]);
    let hangs = "rm -f \"$here/pipe\"; mkfifo \"$here/pipe\"; exec \"$here/program\" \"$@\" --config \"$here/pipe\"";
    shop.offer("0.2.0", &release("0.2.0", hangs));
    shop.fetched();
    shop.ask("install").ok();
    let mut trial = shop.trial().unwrap();
    (trial["seconds"], trial["grace"]) = (json!(1), json!(1));
    std::fs::write(shop.root().join("pending.json"), trial.to_string()).unwrap();
    shop.service.http().post("/api/system/restart", &json!({})).ok();
    is_given_up(&shop, Some(75));
}

#[test]
fn what_is_not_signed_whole_and_newer_changes_nothing() {
    let shop = Shop::open(&[]);
    let release = release("0.2.0", "exit 1");
    let refused = |status: u16, code: &str| {
        shop.ask("check").refused(status, code);
        let told = shop.status();
        assert_eq!((&told["state"], &told["code"]), (&json!("failed"), &json!(code)));
        shop.ask("download").refused(409, "nothing_available");
        shop.nothing_has_changed();
    };
    refused(502, "update_unreachable");
    let whole = shop.offer("0.2.0", &release);
    shop.put_signed(whole.as_bytes(), "0.2.0", &Signer::new());
    refused(502, "wrong_signature");
    let cut = &whole.as_bytes()[..whole.len() / 2];
    shop.offer("0.2.0", &release);
    shop.server.put("manifest.json", cut.to_vec());
    refused(502, "wrong_signature");
    shop.put_signed(cut, "0.2.0", &shop.signer);
    refused(502, "invalid_manifest");
    shop.server.put("manifest.json.minisig", b"untrusted comment: x\nRUQ".to_vec());
    refused(502, "invalid_signature");
    shop.offer("0.0.9", &release);
    refused(409, "update_downgrade");
}

#[test]
fn a_download_that_is_cut_off_or_another_file_changes_nothing() {
    let shop = Shop::open(&[]);
    let release = release("0.2.0", "exit 1");
    shop.offer("0.2.0", &release);
    shop.ask("check").ok();
    *shop.server.shelf.breaks_after.lock().unwrap() = Some(50_000);
    shop.ask("download").ok();
    assert_eq!(shop.becomes("failed")["code"], "download_interrupted");
    shop.ask("install").refused(409, "nothing_ready");
    shop.nothing_has_changed();
    *shop.server.shelf.breaks_after.lock().unwrap() = None;
    let mut other = release.clone();
    *other.last_mut().unwrap() ^= 1;
    shop.server.put("0.2.0.tar", other);
    shop.ask("download").ok();
    eventually("it is thrown away", PATIENCE, || (shop.status()["code"] == "hash_mismatch").then_some(()));
    shop.nothing_has_changed();
    // What was signed, and yet does not run here: it says that it is another version.
    shop.offer("0.3.0", &release);
    shop.fetched();
    shop.ask("install").refused(502, "update_does_not_run");
    shop.nothing_has_changed();
}

#[test]
fn where_nobody_would_start_it_again_it_is_not_installed_at_once() {
    let shop = Shop::open(&["--restart=false"]);
    shop.offer("0.2.0", &release("0.2.0", "exit 1"));
    shop.fetched();
    let at_once = json!({"restart": true});
    shop.service.http().post("/api/updates/install", &at_once).refused(403, "restart_switched_off");
    shop.nothing_has_changed();
    assert_eq!(shop.status()["state"], "ready", "it can still be installed for the next start");
}
