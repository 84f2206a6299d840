//! The fuzz targets: every parser that faces the network or the disk, given any bytes. Each asserts more than that nothing panics:
//! what is written is read again, what is kept is bounded, errors have documented codes and tell no secret.
//!
//! A target lies in the room of what it is about (`fuzz.rs` there), because it looks at what nobody outside may see. Here is the
//! list, for the fuzzers in fuzz/ and for `tests`, which runs all of them over fuzz/seeds and fuzz/findings and over mutations of
//! both. None of this is in a server: it is built with the feature `fuzzing` and for tests only.

mod config;
mod exchanged;
mod texts;

#[cfg(test)]
mod mutator;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use crate::base::fuzz::is_given_away;
use crate::frame::video::NoFilms;
use crate::picture::list::DisplayList;
use crate::picture::pictures::Pictures;
use crate::picture::plan::plan;
use crate::show::time::ShowTime;
use crate::{api, devices, identity, inlet, jam, library, send, state};

/// Its name in fuzz/, and what it does with any bytes.
type Target = (&'static str, fn(&[u8]));

pub const TARGETS: &[Target] = &[
    ("ws_message", api::fuzz::ws_message),
    ("ws_frames", api::fuzz::ws_frames),
    ("rest_body", api::fuzz::rest_body),
    ("http_headers", api::fuzz::http_headers),
    ("command_apply", command_apply),
    ("rtmp_chunks", send::rtmp_server::fuzz::rtmp_chunks),
    ("rtmp_amf", send::rtmp_server::fuzz::rtmp_amf),
    ("rtmp_media", send::rtmp_server::fuzz::rtmp_media),
    ("journal_record", state::store::journal::fuzz::journal_record),
    ("journal_file", state::store::journal::fuzz::journal_file),
    ("scene_json", texts::scene_json),
    ("small_texts", texts::small_texts),
    ("identity_file", identity::fuzz::identity_file),
    ("bearer", identity::fuzz::bearer),
    ("config_file", config::config_file),
    ("redis_snapshot", state::store::redis::fuzz::redis_snapshot),
    ("upload_journal", library::uploads::fuzz::upload_journal),
    ("upload_name", library::uploads::fuzz::upload_name),
    ("tus_headers", api::fuzz::tus_headers),
    ("form_upload", api::fuzz::form_upload),
    ("apdu_answer", devices::nfc::fuzz::apdu_answer),
    ("pn532_bytes", devices::nfc::fuzz::pn532_bytes),
    ("tag_sightings", devices::nfc::fuzz::tag_sightings),
    ("download_lines", library::downloads::fuzz::download_lines),
    ("download_address", library::downloads::fuzz::download_address),
    ("proxy_heads", library::downloads::fuzz::proxy_heads),
    ("image_upload", library::fuzz::image_upload),
    ("drawing_upload", library::fuzz::drawing_upload),
    ("video_upload", library::fuzz::video_upload),
    ("zip_upload", library::fuzz::zip_upload),
    ("obs_file", exchanged::obs_file),
    ("show_archive", exchanged::show_archive),
    ("wifi_request", devices::wifi::fuzz::wifi_request),
    ("update_texts", devices::update::fuzz::update_texts),
    ("log_fields", devices::system::fuzz::log_fields),
    ("pixel_packets", inlet::fuzz::pixel_packets),
    ("jam_frames", jam::fuzz::jam_frames),
];

pub fn run(name: &str, bytes: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target of the list");
    if !is_given_away(bytes) {
        target(bytes);
    }
}

/// More than a scene of 128 patterns has.
const MOST_ITEMS: usize = 128 * 64;

/// Any commands lead to a show that can be told and planned.
fn command_apply(bytes: &[u8]) {
    static NOTHING_READY: OnceLock<Pictures> = OnceLock::new();
    let (show, events) = state::fuzz::command_apply(bytes);
    api::fuzz::check_views(&show, &events);
    let mut list = DisplayList::default();
    for at in [0, -1, 1_700_000_000_500_000, i64::MIN, i64::MAX] {
        plan(&show, ShowTime(at), NOTHING_READY.get_or_init(Pictures::default), &NoFilms, &mut list);
        assert!((1..=MOST_ITEMS).contains(&list.items().len()), "{} items", list.items().len());
        assert_eq!(list.canvas(), show.config.canvas());
    }
}
