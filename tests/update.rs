//! Newer versions: from a server of the test's own, with keys and releases made here.

use std::path::Path;
use std::time::Duration;

use marquee::devices::update::{Update, UpdateError, UpdateSettings, UpdateState};

use super::support::releases::{Server, Signer, archive, machine, manifest, script};

struct Shop {
    server: Server,
    signer: Signer,
    machine: tempfile::TempDir,
}

impl Shop {
    fn open() -> Self {
        Self { server: Server::start(), signer: Signer::new(), machine: machine() }
    }

    fn root(&self) -> &Path {
        self.machine.path()
    }

    fn settings(&self) -> UpdateSettings {
        UpdateSettings {
            address: Some(self.server.url("update.json")),
            keys: vec![self.signer.public()],
            root: Some(self.root().to_owned()),
            version: "1.0.0".parse().unwrap(),
        }
    }

    fn update(&self) -> Update {
        Update::open(&self.settings())
    }

    /// Puts a release there, as it should be.
    fn offer(&self, version: &str, release: &[u8]) {
        let manifest = manifest(&self.server, version, release, "1.0.0");
        self.server.put(&format!("{version}.tar"), release.to_vec());
        self.put_signed(manifest.to_string().as_bytes(), &format!("timestamp:1 version:{version}"));
    }

    fn put_signed(&self, manifest: &[u8], comment: &str) {
        self.server.put("update.json", manifest.to_vec());
        self.server.put("update.json.minisig", self.signer.sign(manifest, comment));
    }

    fn current(&self) -> String {
        std::fs::read_link(self.root().join("current")).unwrap().display().to_string()
    }
}

async fn check_fails(shop: &Shop, code: &str) {
    let update = shop.update();
    assert_eq!(update.check().await.unwrap_err().code(), code);
    assert!(matches!(update.status().state, UpdateState::Failed { code: told, .. } if told == code));
    assert_eq!(update.download().await, Err(UpdateError::NothingAvailable));
    assert_eq!(shop.current(), "releases/1.0.0");
}

#[tokio::test]
async fn a_newer_version_is_found_fetched_installed_and_stays_when_it_is_well() {
    let shop = Shop::open();
    shop.offer("1.1.0", &archive(&script("1.1.0")));
    let update = shop.update();
    assert_eq!(update.status().state, UpdateState::Idle);
    let found = update.check().await.unwrap().unwrap();
    assert_eq!((found.version.to_string().as_str(), found.notes.as_deref()), ("1.1.0", Some("new")));
    assert!(matches!(update.status().state, UpdateState::Available { .. }));
    assert_eq!(update.install().await, Err(UpdateError::NothingReady));
    update.download().await.unwrap();
    assert!(matches!(update.status().state, UpdateState::Ready { .. }));
    assert_eq!(shop.current(), "releases/1.0.0", "nothing is changed by a download");
    update.install().await.unwrap();
    assert!(matches!(update.status().state, UpdateState::RestartNeeded { .. }));
    assert_eq!(shop.current(), "releases/1.0.0", "it has not shown yet that it works");
    assert!(update.trial().is_none() && !update.status().on_trial, "this is not the one on trial");
    let version = "1.1.0".parse().unwrap();
    let next = Update::open(&UpdateSettings { version, ..shop.settings() });
    assert!(next.status().on_trial);
    assert_eq!(next.trial(), Some(Duration::from_secs(60)));
    next.healthy().unwrap();
    assert!(next.trial().is_none() && !next.status().on_trial);
    assert_eq!(shop.current(), "releases/1.1.0");
    assert_eq!(next.check().await, Ok(None), "it is what runs");
}

#[tokio::test]
async fn a_manifest_by_another_key_or_of_another_text_is_not_believed() {
    let shop = Shop::open();
    let release = archive(&script("1.1.0"));
    shop.offer("1.1.0", &release);
    let text = manifest(&shop.server, "1.1.0", &release, "1.0.0").to_string();
    shop.server.put("update.json.minisig", Signer::new().sign(text.as_bytes(), "version:1.1.0"));
    check_fails(&shop, "wrong_signature").await;
    // Signed by the right one, for another manifest.
    let other = manifest(&shop.server, "1.2.0", &release, "1.0.0").to_string();
    shop.server.put("update.json.minisig", shop.signer.sign(other.as_bytes(), "version:1.1.0"));
    check_fails(&shop, "wrong_signature").await;
    // Of this very text, and said to be of another version, or of none.
    for comment in ["version:1.2.0", "timestamp:7", ""] {
        shop.put_signed(text.as_bytes(), comment);
        check_fails(&shop, "wrong_signature").await;
    }
    // With its trusted comment changed afterwards.
    let signature = String::from_utf8(shop.signer.sign(text.as_bytes(), "version:1.2.0")).unwrap();
    shop.server.put("update.json.minisig", signature.replace("version:1.2.0", "version:1.1.0").into_bytes());
    check_fails(&shop, "wrong_signature").await;
}

#[tokio::test]
async fn the_next_key_is_believed_as_well() {
    let shop = Shop::open();
    shop.offer("1.1.0", &archive(&script("1.1.0")));
    let keys = vec![Signer::new().public(), shop.signer.public()];
    let update = Update::open(&UpdateSettings { keys, ..shop.settings() });
    assert!(update.check().await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_cut_off_or_too_long_is_refused() {
    let shop = Shop::open();
    let release = archive(&script("1.1.0"));
    shop.offer("1.1.0", &release);
    let text = manifest(&shop.server, "1.1.0", &release, "1.0.0").to_string();
    shop.server.put("update.json", text.as_bytes()[..text.len() - 9].to_vec());
    check_fails(&shop, "wrong_signature").await;
    // Even if it was signed like that.
    shop.put_signed(&text.as_bytes()[..text.len() - 9], "version:1.1.0");
    check_fails(&shop, "invalid_manifest").await;
    shop.server.put("update.json.minisig", b"untrusted comment: x\nRUQ".to_vec());
    check_fails(&shop, "invalid_signature").await;
    shop.server.put("update.json", vec![b' '; 70_000]);
    check_fails(&shop, "update_too_large").await;
    shop.server.shelf.files.lock().unwrap().clear();
    check_fails(&shop, "update_unreachable").await;
}

#[tokio::test]
async fn an_older_version_that_was_signed_once_is_not_installed_again() {
    let shop = Shop::open();
    let release = archive(&script("0.9.0"));
    shop.offer("0.9.0", &release);
    check_fails(&shop, "update_downgrade").await;
    let text = manifest(&shop.server, "3.0.0", &release, "2.0.0").to_string();
    shop.put_signed(text.as_bytes(), "version:3.0.0");
    check_fails(&shop, "update_too_far").await;
}

#[tokio::test]
async fn a_download_that_breaks_off_goes_on_where_it_was() {
    let shop = Shop::open();
    let release = archive(&script("1.1.0"));
    shop.offer("1.1.0", &release);
    *shop.server.shelf.breaks_after.lock().unwrap() = Some(100_000);
    let update = shop.update();
    update.check().await.unwrap();
    assert_eq!(update.download().await.unwrap_err().code(), "download_interrupted");
    assert_eq!(update.install().await, Err(UpdateError::NothingReady));
    *shop.server.shelf.breaks_after.lock().unwrap() = None;
    // Another start of the server, too.
    let update = shop.update();
    update.check().await.unwrap();
    update.download().await.unwrap();
    assert_eq!(*shop.server.shelf.ranges.lock().unwrap(), ["bytes=100000-"]);
    update.install().await.unwrap();
}

#[tokio::test]
async fn a_download_that_is_not_what_was_signed_is_thrown_away() {
    let shop = Shop::open();
    let release = archive(&script("1.1.0"));
    shop.offer("1.1.0", &release);
    let mut other = release.clone();
    other[1_000] ^= 1;
    shop.server.put("1.1.0.tar", other);
    let update = shop.update();
    update.check().await.unwrap();
    assert_eq!(update.download().await, Err(UpdateError::HashMismatch));
    assert_eq!(std::fs::read_dir(shop.root().join("downloads")).unwrap().count(), 0);
    // More than was told, and it never ends.
    shop.server.put("1.1.0.tar", [release.clone(), vec![0; 5_000_000]].concat());
    update.check().await.unwrap();
    assert_eq!(update.download().await, Err(UpdateError::TooLarge));
    let kept = std::fs::read_dir(shop.root().join("downloads")).unwrap();
    let bytes: u64 = kept.map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes <= release.len() as u64, "{bytes}");
    // And when it is right again, it is taken.
    shop.server.put("1.1.0.tar", release);
    update.check().await.unwrap();
    update.download().await.unwrap();
    // What lies there is looked at once more.
    let downloads = shop.root().join("downloads");
    let path = std::fs::read_dir(downloads).unwrap().next().unwrap().unwrap().path();
    std::fs::write(path, b"something else").unwrap();
    assert_eq!(update.install().await, Err(UpdateError::HashMismatch));
    assert_eq!(shop.current(), "releases/1.0.0");
}

async fn install_fails(release: &[u8], code: &str) {
    let shop = Shop::open();
    shop.offer("1.1.0", release);
    let update = shop.update();
    update.check().await.unwrap();
    update.download().await.unwrap();
    assert_eq!(update.install().await.unwrap_err().code(), code);
    assert_eq!(shop.current(), "releases/1.0.0");
    assert_eq!(std::fs::read_dir(shop.root().join("releases")).unwrap().count(), 1, "nothing is left of it");
}

#[tokio::test]
async fn a_release_that_can_not_be_unpacked_or_does_not_run_is_not_installed() {
    let whole = archive(&script("1.1.0"));
    install_fails(&whole[..150_000], "invalid_archive").await;
    install_fails(b"this is no archive", "invalid_archive").await;
    install_fails(&archive(&script("1.0.9")), "update_does_not_run").await;
    install_fails(&archive("#!/bin/sh\nexit 3\n"), "update_does_not_run").await;
    install_fails(&archive("\u{7f}ELF of another machine"), "update_does_not_run").await;
}

#[tokio::test]
async fn what_can_not_be_updated_says_why() {
    let shop = Shop::open();
    let code = |settings: UpdateSettings| match Update::open(&settings).status().state {
        UpdateState::Unavailable { code, .. } => code,
        other => panic!("{other:?}"),
    };
    assert_eq!(code(UpdateSettings { address: None, ..shop.settings() }), "update_not_configured");
    assert_eq!(code(UpdateSettings { keys: vec![], ..shop.settings() }), "update_no_key");
    assert_eq!(code(UpdateSettings { keys: vec!["x".to_owned()], ..shop.settings() }), "update_no_key");
    let insecure = Some("http://example.org/update.json".to_owned());
    assert_eq!(code(UpdateSettings { address: insecure, ..shop.settings() }), "update_insecure_address");
    assert_eq!(code(UpdateSettings { root: None, ..shop.settings() }), "update_not_installed");
    let nowhere = UpdateSettings { root: Some(shop.root().join("nowhere")), ..shop.settings() };
    assert_eq!(Update::open(&nowhere).check().await.unwrap_err().code(), "update_unavailable");
    assert_eq!(Update::open(&nowhere).trial(), None);
}
