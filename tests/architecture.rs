//! Holds the table of who may import whom, by reading every `use crate::…` and `crate::…` in src.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Room, and what it may import. Everyone may import `base`, but for `show`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("show", &[]),
    ("base", &["show::time"]),
    ("state", &["show", "base"]),
    ("state::apply", &["show", "state::asked", "state::command", "state::event", "state::rejection", "base::quote"]),
    ("frame", &["show", "base"]),
    ("gst", &["show", "frame", "base"]),
    ("media", &["show", "base"]),
    ("picture", &["show", "frame", "effect", "media", "base"]),
    // Pictures that animations show are read in one place, and jams hear as lights do.
    ("picture::effects", &["picture", "show", "frame", "effect", "light::ear", "light::films", "base"]),
    ("picture::darkroom", &["picture", "show", "frame", "effect", "light::films", "base"]),
    // They paint what templates make.
    ("picture::tests", &["picture", "show", "frame", "media", "template", "base"]),
    ("picture::sources", &["show", "frame", "gst", "media", "base"]),
    ("sound", &["show", "frame", "base"]),
    // Pure: the same on every machine, so that devices which share a clock need not share frames.
    ("effect", &["show"]),
    // What is allocated is counted where `unsafe` lives.
    ("effect::jam::tests", &["effect", "show", "frame"]),
    ("inlet", &["show", "frame", "wire", "base"]),
    ("light", &["show", "frame", "effect", "media", "base"]),
    // They light what was decided.
    ("light::tests", &["light", "show", "state", "frame", "base"]),
    ("wire", &[]),
    ("send", &["show", "frame", "gst", "wire", "base"]),
    ("send::display::tests", &["send", "show", "state", "frame", "base"]),
    ("send::fixture::tests", &["send", "show", "state", "frame", "wire", "base"]),
    // Light and sound look for jams on a board of `frame`.
    ("jam", &["show", "frame::jams", "base"]),
    ("library", &["show", "state", "gst", "media", "base"]),
    // An edge like doors: it asks, and hands the writer what the leader decided.
    ("follow", &["show", "state", "library", "base"]),
    ("devices", &["show", "base"]),
    ("template", &["show", "base"]),
    ("exchange", &["show", "base"]),
    ("identity", &["show", "base"]),
    (
        "api",
        &[
            "show",
            "state",
            "frame::leds",
            "jam",
            "light::map",
            "send::discover",
            "send::display::found",
            "library",
            "devices",
            "exchange",
            "identity",
            "send::hls",
            "send::preview",
            "send::recordings",
            "send::replay",
            "send::whep",
            "sound::levels",
            "template",
            "base",
        ],
    ),
    // What was decided, made into pictures and sound as it is live, and into a file as a recording is.
    (
        "render",
        &["show", "state", "jam", "exchange", "frame", "light::films", "picture", "sound", "gst", "send::preview", "base"],
    ),
    ("cli", &["base", "identity", "render"]),
    ("cli::render", &["render", "show"]),
    ("check", &["state"]),
    ("users", &["base", "cli", "identity"]),
    // For fuzzers and tests: it gathers what every room has for them.
    (
        "fuzzing",
        &[
            "api",
            "base",
            "devices",
            "exchange",
            "frame::video",
            "gst",
            "identity",
            "inlet",
            "jam",
            "library",
            "picture",
            "send",
            "show",
            "state",
        ],
    ),
    ("demo", &["state", "show"]),
    // The one place that sees the wiring.
    (
        "app",
        &[
            "api", "base", "demo", "devices", "follow", "frame", "gst", "identity", "inlet", "jam", "library", "light",
            "picture", "send", "show", "sound", "state", "template",
        ],
    ),
];

/// Crates that only one room may name.
const CRATE_LIVES_IN: &[(&str, &[&str])] = &[
    ("gstreamer", &["gst"]),
    ("gstreamer_app", &["gst"]),
    ("gstreamer_video", &["gst"]),
    ("redb", &["jam", "state"]),
    ("redis", &["state"]),
    ("tar", &["devices", "exchange"]),
    ("flate2", &["library"]),
    ("socketioxide", &["api"]),
    ("socketioxide_core", &["api"]),
    ("axum", &["api"]),
    ("yawc", &["api", "base", "follow", "jam"]),
    ("webpki_roots", &["base"]),
    ("prometheus", &["base", "api"]),
    ("clap", &["cli"]),
    ("argon2", &["identity"]),
    ("jsonwebtoken", &["identity"]),
    ("getrandom", &["devices", "identity", "jam", "library"]),
    ("pcsc", &["devices"]),
    ("sha1", &["library"]),
    ("rustix", &["base", "devices", "library", "send", "users"]),
    ("spidev", &["send"]),
    ("drm", &["send"]),
    ("mipidsi", &["send"]),
    ("mdns_sd", &["send"]),
    ("socket2", &["inlet"]),
    ("str0m", &["send"]),
    ("dimpl", &["send"]),
    ("rcgen", &["send"]),
];

fn source_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("src can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// `src/state/apply/layer.rs` is in `state::apply`, and so on.
fn room_of(path: &Path) -> String {
    let path = path.with_extension("");
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.join("::").trim_end_matches("::mod").to_owned()
}

/// Every path that begins with `crate::`, whole groups taken apart; comments and strings do not count.
fn imports(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for (start, _) in code.match_indices("crate::") {
        // `$crate::` and `othercrate::` are something else.
        if code[..start].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_' || before == '$')
        {
            continue;
        }
        let rest = &code[start + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let end = group.find("};").unwrap_or(group.len());
            let mut depth = 0;
            for part in group[..end].split_inclusive(['{', '}', ',']) {
                if depth == 0 {
                    found.insert(leading_path(part.trim()));
                }
                depth += part.matches('{').count() as i32 - part.matches('}').count() as i32;
            }
        } else {
            found.insert(leading_path(rest));
        }
    }
    found.remove("");
    found
}

fn leading_path(text: &str) -> String {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    text[..end].trim_end_matches(':').to_owned()
}

fn is_within(path: &str, room: &str) -> bool {
    path == room || path.strip_prefix(room).is_some_and(|rest| rest.starts_with("::"))
}

fn rule_for(room: &str) -> Option<&'static (&'static str, &'static [&'static str])> {
    MAY_IMPORT.iter().filter(|(name, _)| is_within(room, name)).max_by_key(|(name, _)| name.len())
}

fn violations(room: &str, text: &str) -> Vec<String> {
    if matches!(room, "lib" | "main") {
        return Vec::new();
    }
    let Some((name, allowed)) = rule_for(room) else {
        return vec![format!("{room} is in no room of the table")];
    };
    let is_test = room.ends_with("::tests");
    let own_room = if is_test { name.split("::").next().unwrap_or(name) } else { name };
    let mut wrong: Vec<_> = imports(text)
        .into_iter()
        .filter(|import| !is_within(import, own_room) && !allowed.iter().any(|room| is_within(import, room)))
        .map(|import| format!("{room} imports {import}"))
        .collect();
    for (krate, rooms) in CRATE_LIVES_IN {
        let names_it = text.contains(&format!("use {krate}::")) || text.contains(&format!(" {krate}::"));
        if names_it && !rooms.iter().any(|allowed| is_within(room, allowed)) {
            wrong.push(format!("{room} names the crate {krate}"));
        }
    }
    wrong
}

#[test]
fn every_room_imports_only_what_it_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&src, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file can be read");
        // What follows in a file under cfg(test) may lean on anything of its own crate.
        let tested = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        wrong.extend(violations(&room_of(file.strip_prefix(&src).expect("it lies in src")), &text[..tested]));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_forbidden_import_is_found_however_it_is_written() {
    for (room, text) in [
        ("show::scene", "use crate::base::clock::Clock;"),
        ("state::apply::layer", "use crate::base::clock::Clock;"),
        ("picture::plan", "use crate::state::Seq;"),
        ("send::encoder", "use crate::{\n    frame::Frame,\n    picture::plan,\n};"),
        ("api::rest", "fn f() { crate::gst::start(); }"),
        ("api::rest", "use crate::send::encoder::Encoder;"),
        ("picture::run", "use gstreamer::prelude::*;"),
        ("state::apply::layer", "use crate::state::store::Store;"),
        ("identity::bearer", "use crate::state::StateHandle;"),
        ("api::rest", "use jsonwebtoken::decode;"),
        ("attic", ""),
    ] {
        assert!(!violations(room, text).is_empty(), "{room}: {text}");
    }
    for (room, text) in [
        ("picture::plan", "use crate::show::Show; // not crate::state"),
        ("api::ws", "use crate::send::preview::Watcher;\nuse crate::state::{Seq, StateHandle};"),
        ("send::encoder", "use crate::{frame::{a, b}, gst};"),
    ] {
        assert_eq!(violations(room, text), Vec::<String>::new(), "{room}: {text}");
    }
}
