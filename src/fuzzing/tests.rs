//! Every target over what is kept in fuzz/, and over mutations of it. With MARQUEE_FUZZ_SECONDS a target goes on for so long, from
//! another seed each time: that is what `script/fuzz` does where no fuzzer can be built. With MARQUEE_FUZZ_INPUT it is given that file
//! and nothing else.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::mutator::mutated;
use super::{TARGETS, run};
use crate::base::clock::Stopwatch;
use crate::exchange::archive::{self, Manifest};
use crate::show::Show;
use crate::show::collection::Mode;
use crate::show::time::ShowTime;
use crate::state::apply::decide;
use crate::state::command::Command;

/// Together some ten seconds in a debug build.
const MUTATIONS: usize = 1_500;

/// Seeds and findings, in an order that stays.
fn kept(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut files: Vec<PathBuf> = ["seeds", "findings"]
        .into_iter()
        .filter_map(|kind| fs::read_dir(fuzz.join(kind).join(target)).ok())
        .flat_map(|entries| entries.map(|entry| entry.unwrap().path()))
        .collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

/// What fails is put where it can be given to the target again.
fn check(target: &str, bytes: &[u8], what: &str) {
    if catch_unwind(AssertUnwindSafe(|| run(target, bytes))).is_err() {
        let name = format!("marquee-{target}-{}", &blake3::hash(bytes).to_hex()[..12]);
        let path = std::env::temp_dir().join(name);
        fs::write(&path, bytes).unwrap();
        panic!("{target} fails with {what}; the input is {}", path.display());
    }
}

fn check_target(target: &str, slowness: usize) {
    if let Some(path) = std::env::var_os("MARQUEE_FUZZ_INPUT") {
        return run(target, &fs::read(path).unwrap());
    }
    let kept = kept(target);
    assert!(!kept.is_empty(), "{target} has seeds");
    for (path, bytes) in &kept {
        check(target, bytes, &path.display().to_string());
    }
    let seconds = std::env::var("MARQUEE_FUZZ_SECONDS").ok().map(|seconds| seconds.parse().unwrap());
    let seed = seconds.map_or(1, |_: u64| fastrand::u64(..));
    let mut random = fastrand::Rng::with_seed(seed);
    let watch = Stopwatch::start();
    let mut done = 0;
    while seconds.map_or(done < MUTATIONS / slowness, |seconds| watch.elapsed() < Duration::from_secs(seconds)) {
        let (_, bytes) = &kept[random.usize(..kept.len())];
        let (_, other) = &kept[random.usize(..kept.len())];
        check(target, &mutated(bytes, other, &mut random), &format!("a mutation of seed {seed}"));
        done += 1;
    }
    println!("{target}: {done} mutations of {} in {:?}", kept.len(), watch.elapsed());
}

macro_rules! targets {
    ($($target:ident: $slowness:literal),+ $(,)?) => {
        $(#[test] fn $target() { check_target(stringify!($target), $slowness); })+
        const TESTED: &[&str] = &[$(stringify!($target)),+];
    };
}

// A target that takes longer gets fewer mutations.
targets! {
    ws_message: 1,
    ws_frames: 1,
    rest_body: 1,
    http_headers: 1,
    command_apply: 5,
    rtmp_chunks: 1,
    rtmp_amf: 1,
    rtmp_media: 1,
    journal_record: 5,
    journal_file: 5,
    scene_json: 1,
    small_texts: 1,
    identity_file: 1,
    bearer: 1,
    config_file: 2,
    redis_snapshot: 1,
    upload_journal: 2,
    upload_name: 1,
    tus_headers: 1,
    form_upload: 4,
    apdu_answer: 1,
    pn532_bytes: 1,
    tag_sightings: 20,
    download_lines: 1,
    download_address: 1,
    proxy_heads: 1,
    image_upload: 2,
    drawing_upload: 5,
    video_upload: 50,
    zip_upload: 1,
    obs_file: 2,
    show_archive: 2,
    wifi_request: 1,
    update_texts: 1,
    log_fields: 1,
    pixel_packets: 1,
    jam_frames: 1,
}

#[test]
fn the_list_the_tests_and_the_fuzzers_are_the_same() {
    let listed: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, TESTED);
    let manifest = include_str!("../../fuzz/Cargo.toml");
    let built: Vec<&str> =
        manifest.lines().filter_map(|line| line.strip_prefix("path = \"targets/")?.strip_suffix(".rs\"")).collect();
    assert_eq!(listed, built);
}

/// These are signed, hashed or binary, so they are made, not written. Run with UPDATE=1 to write them anew.
#[test]
fn the_seeds_that_open_doors_do() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let file = serde_json::to_vec(&crate::identity::fuzz::good_file()).unwrap();
    let packets = |which| crate::inlet::fuzz::good(which);
    let journal = |which| crate::library::uploads::fuzz::good_journal(which);
    for (name, made) in [
        ("identity_file/good", file),
        ("bearer/access", crate::identity::fuzz::access_token().into_bytes()),
        ("upload_journal/received", journal(0)),
        ("upload_journal/disputed", journal(1)),
        ("upload_journal/finished", journal(2)),
        ("upload_journal/given_up", journal(3)),
        ("pixel_packets/ddp", packets(0)),
        ("pixel_packets/sacn", packets(1)),
        ("pixel_packets/artnet", packets(2)),
        ("pixel_packets/wled", packets(3)),
        ("pixel_packets/ddp_white", packets(4)),
        ("pixel_packets/sacn_last_universe", packets(5)),
        ("pixel_packets/artnet_last_universe", packets(6)),
    ] {
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(seeds.join(name).parent().unwrap()).unwrap();
            fs::write(seeds.join(name), &made).unwrap();
        }
        assert_eq!(fs::read(seeds.join(name)).unwrap(), made, "{name}");
    }
}

/// What is refused at the door teaches a fuzzer nothing.
#[test]
fn the_seeds_of_uploads_are_taken() {
    crate::gst::start().unwrap();
    for (path, bytes) in ["drawing_upload", "video_upload"].into_iter().flat_map(kept) {
        let is_seed = path.components().any(|part| part.as_os_str() == "seeds");
        assert!(!is_seed || crate::library::fuzz::check_upload(&bytes), "{}", path.display());
    }
}

/// A show as one file has the program's version in it, so it is made once and stays; but it has to be taken.
#[test]
fn the_seeds_of_shows_are_some() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let picture = fuzz.join("image_upload/rgb.png");
    let bytes = fs::read(&picture).unwrap();
    let id = &blake3::hash(&bytes).to_hex()[..24];
    let asset = json!({"id": id, "name": "rgb.png", "format": "png", "width": 4, "height": 4, "bytes": bytes.len()});
    let whole = json!({
        "assets": [asset],
        "scenes": [{"id": "s0", "layers": [{"id": "l0", "kind": "image", "asset": id, "width": "50%"},
            {"id": "l1", "kind": "text", "text": "{clock}"}, {"id": "l2", "kind": "input", "input": "i0"}]}],
        "inputs": [{"id": "i0", "kind": "tone"}],
        "values": {"score": 3},
    });
    let shown = json!({"id": "l0", "kind": "animation", "animation": "IMAGE", "parameters": {"asset": id}, "since": 0});
    let burning = json!({"id": "l1", "kind": "animation", "animation": "FIRE", "palette": "p0", "since": 0});
    let look = json!({"color": "#102030", "brightness": 9, "enabled": true,
        "layers": [shown, burning, {"id": "l2", "kind": "feed", "feed": "d0"}]});
    let color = json!({"mode": "HUE", "hue": 9});
    let lights = json!({"assets": [asset], "lights": {
        "state": {"on": true, "mode": "ANIMATION", "brightness": 9},
        "settings": {"supplies": {"u0": {"limit_ma": 500}}},
        "palettes": [{"id": "p0", "name": "P", "stops": [{"at": 0, "color": color}, {"at": 1, "color": color}]}],
        "feeds": [{"id": "d0", "pixels": 9, "kind": "ddp", "allow": ["10.0.0.0/8"]}],
        "zones": [{"id": "z0", "geometry": {"kind": "strip", "pixels": 9}, "look": look}],
        "fixtures": [{"id": "f0", "kind": "ddp", "host": "h", "segments": [{"zone": "z0"}], "power_limit": {"supply": "u0"}}],
        "presets": [{"id": "k0", "saved": {"revision": 1, "at": 0, "zones": {"z0": look}}}],
    }});
    for (name, show) in [("whole", whole), ("lights", lights)] {
        let path = fuzz.join("show_archive").join(name);
        if std::env::var_os("UPDATE").is_some() && !path.exists() {
            let manifest = Manifest::new(serde_json::from_value(show).unwrap(), ShowTime(0));
            archive::write(fs::File::create(&path).unwrap(), &manifest, |_| picture.clone()).unwrap();
        }
        let checked = archive::check(fs::File::open(path).unwrap()).unwrap();
        assert_eq!(checked.files.len(), 1);
        let command = Command::Import { collection: Box::new(checked.show), mode: Mode::Merge };
        assert!(decide(&Show::default(), command, ShowTime(0)).is_ok(), "{name}");
    }
}
