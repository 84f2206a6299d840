//! What a client calls its file, through every door: it names nothing on the disk, and what is shown of it is harmless.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chunks_of::refused;
use crate::support::chunks::{FORM, Session, form, playlist};
use crate::support::http::Answer;
use crate::support::server::Server;
use crate::support::uploads::sound;
use crate::support::wire::{BYTES, tus};

const BYTES_EACH: usize = 2_000;
/// Longest name, in characters.
const LONGEST: usize = 128;

fn names() -> Vec<Vec<u8>> {
    let long = |piece: &str| piece.repeat(4_096 / piece.len()).into_bytes();
    let plain: [&[u8]; 33] = [
        b"song.wav",
        b"../../x",
        b"../../../../../../../../tmp/marquee-was-here.wav",
        b"..\\..\\x.wav",
        b"/etc/passwd",
        b"C:\\Windows\\x.wav",
        b"a/",
        b"a\0b.wav",
        b"\0",
        b"..%2f..%2fx%00.wav",
        b"%2e%2e%2f",
        "song\u{202e}vaw.exe".as_bytes(),
        "\u{2067}a\u{2069}\u{200f}b\u{61c}.wav".as_bytes(),
        "\u{202e}".as_bytes(),
        "a\u{2028}b\u{2029}\u{85}c.wav".as_bytes(),
        "zero\u{200b}\u{feff}width.wav".as_bytes(),
        b"CON",
        b"nul.mp3",
        b"Com1.wav",
        b"lpt9",
        b"PRN .x",
        b"nul .mp3",
        b".",
        b"..",
        b"...",
        b". .. .",
        b"..wav",
        b" ",
        b"",
        "🎵🎶👩‍👩‍👧.wav".as_bytes(),
        b"\xff\xfe\xc3(.wav",
        b"\xed\xa0\x80.wav",
        b"a\x1b[2J\x07.wav",
    ];
    plain.iter().map(|name| name.to_vec()).chain(["long", "ä", "🎵", "../"].map(long)).collect()
}

#[test]
fn whatever_a_file_is_called_in_a_form_it_is_kept_under_a_name_of_ours() {
    each_is_harmless(|server, _, name, bytes| {
        let body = form("file", name, bytes);
        let answer = server.http.send("POST", "/api/assets", Some(FORM), body);
        // What stands between the lines of a form is text, and not any.
        refused_or(answer, is_unspeakable(name), |told| vec![told["name"].clone()])
    });
}

#[test]
fn whatever_a_file_is_called_by_tus_it_is_kept_under_a_name_of_ours() {
    each_is_harmless(|server, mix, name, bytes| {
        let metadata = format!("filename {},playlist {}", STANDARD.encode(name), STANDARD.encode(mix));
        let length = bytes.len().to_string();
        let headers = [BYTES, ("Upload-Length", &*length), ("Upload-Metadata", &*metadata)];
        let created = tus(server.http.address(), "POST", "/api/uploads/tus", &headers, bytes);
        assert_eq!(created.status, 201, "{created:?}");
        Some(Vec::new())
    });
}

#[test]
fn whatever_a_file_is_called_in_chunks_it_is_kept_under_a_name_of_ours() {
    each_is_harmless(|server, mix, name, bytes| {
        let Ok(text) = std::str::from_utf8(name) else {
            let body = [b"{\"file_size\": 9, \"filename\": \"", name, b"\"}"].concat();
            let path = format!("/api/playlists/{mix}/uploads/session");
            refused(
                server.http.send("POST", &path, Some("application/json"), body),
                400,
                "malformed_json",
                "validation_error",
            );
            return None;
        };
        let session = Session::begin(&server.http, mix, &json!({ "filename": text, "file_size": bytes.len() }));
        // The form that a chunk may be in has a name of its own, which is nobody's business.
        let body = form("file", name.iter().map(|byte| byte.max(&b' ')).copied().collect::<Vec<u8>>(), bytes);
        server.http.send("PUT", &session.chunk_path(0), Some(FORM), body).ok();
        let told = session.told();
        let track = session.finalize(&json!({})).ok().json()["data"].clone();
        Some(vec![told["filename"].clone(), track["title"].clone(), track["filename"].clone()])
    });
}

/// Sends a file under each name; `send` says what it was shown as, or nothing where it was refused.
fn each_is_harmless(send: impl Fn(&Server, &str, &[u8], &[u8]) -> Option<Vec<Value>>) {
    let server = Server::start(&["--rate-limit", "off"]);
    let mix = playlist(&server.http, "Mix");
    let root = server.data_dir.parent().unwrap();
    let before = outside(root, &server.data_dir);
    for (name, seed) in names().iter().zip(1_000..) {
        let bytes = sound(BYTES_EACH, seed);
        let id = blake3::hash(&bytes).to_hex()[..24].to_owned();
        let known = server.http.get("/api/assets").ok().json().as_array().map_or(0, Vec::len);
        let path = server.data_dir.join("assets").join(format!("{id}.wav"));
        match send(&server, &mix, name, &bytes) {
            Some(shown) => {
                assert_eq!(std::fs::read(path).unwrap(), bytes, "{}", name.escape_ascii());
                let asset = server.http.get(&format!("/api/assets/{id}")).ok().json();
                shown.iter().chain([&asset["name"]]).for_each(|shown| check_shown(shown, name));
            }
            None => {
                assert!(!path.exists(), "{}", name.escape_ascii());
                assert_eq!(server.http.get("/api/assets").ok().json().as_array().map_or(0, Vec::len), known);
            }
        }
    }
    let told = server.http.get(&format!("/api/playlists/{mix}")).ok().json()["data"]["playlist"]["tracks"].clone();
    for track in told.as_array().unwrap() {
        check_shown(&track["title"], b"as a track");
        check_shown(&track["filename"], b"as a track");
    }
    assert_eq!(outside(root, &server.data_dir), before, "nothing lies elsewhere");
    assert!(!Path::new("/tmp/marquee-was-here.wav").exists());
    for file in within(&server.data_dir) {
        let part = file.strip_prefix(&server.data_dir).unwrap().to_str().unwrap();
        let is_ours = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte));
        assert!(is_ours && !part.contains("..") && part.len() < 100, "{part}");
    }
}

#[track_caller]
fn check_shown(shown: &Value, given: &[u8]) {
    let what = format!("{shown} for {}", given[..given.len().min(60)].escape_ascii());
    let shown = shown.as_str().unwrap_or_else(|| panic!("a name: {what}"));
    assert!((1..=LONGEST).contains(&shown.chars().count()), "{what}");
    assert_eq!(shown, shown.trim(), "{what}");
    let is_hidden = |character: char| {
        matches!(character, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    assert!(!shown.contains(|character: char| character.is_control() || is_hidden(character)), "{what}");
    assert!(!shown.contains(['/', '\\']), "{what}");
    assert!(shown.chars().any(|character| character != '.' && character != ' '), "{what}");
    let stem = shown.split('.').next().unwrap().trim_end().to_lowercase();
    assert!(!["con", "nul", "prn", "aux", "com1", "lpt9"].contains(&&*stem), "{what}");
}

/// Bytes that a part's head can not have in it.
fn is_unspeakable(name: &[u8]) -> bool {
    name.iter().any(|byte| matches!(byte, 0..=0x1f | 0x7f)) || std::str::from_utf8(name).is_err()
}

/// Where a refusal is allowed it may come; where it is not, the file is taken.
#[track_caller]
fn refused_or(answer: Answer, may_be_refused: bool, shown: impl FnOnce(&Value) -> Vec<Value>) -> Option<Vec<Value>> {
    if may_be_refused && answer.status >= 300 {
        assert_eq!(answer.status, 400, "{}", answer.text());
        return None;
    }
    Some(shown(&answer.ok().json()))
}

/// What lies beside the data directory.
fn outside(root: &Path, data_dir: &Path) -> BTreeSet<String> {
    let beside = within(root).into_iter().filter(|path| !path.starts_with(data_dir));
    beside.map(|path| path.display().to_string()).collect()
}

fn within(directory: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(within(&path));
        }
        found.push(path);
    }
    found
}
