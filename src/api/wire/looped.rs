//! Media, the loop and what is played of it, in the words of displays that loop: everything goes by its slug, which is the asset's id.

use serde_json::{Value, json};

use crate::show::Show;
use crate::show::asset::{Asset, AssetKind};
use crate::show::display::Display;
use crate::show::input::Playback;
use crate::show::player::Repeat;
use crate::show::playlist::{LOOP, Playlist};
use crate::show::time::ShowTime;

/// What can be played, as far as it does not depend on anything else.
pub fn media(asset: &Asset) -> Value {
    let details = asset.details.as_deref();
    let length_us = asset.length_us();
    json!({
        "slug": asset.id,
        "filename": asset.name,
        "title": details.and_then(|details| details.title.as_deref()).unwrap_or(&asset.name),
        "type": asset.kind,
        "mime_type": asset.format.media_type(asset.kind),
        "width": asset.width,
        "height": asset.height,
        "animated": asset.animated,
        "duration_ms": length_us.map(|length| length / 1_000),
        "size": asset.bytes,
        "url": format!("/api/assets/{}/file", asset.id),
        "thumbnail_url": details.filter(|details| details.has_thumbnail).map(|_| format!("/api/media/{}/thumbnail", asset.id)),
        "waveform_url": details.filter(|details| details.has_waveform).map(|_| format!("/api/media/{}/waveform", asset.id)),
        "cover": details.and_then(|details| details.cover.as_ref()),
        "codecs": details.map(|details| &details.codecs),
        "trouble": details.and_then(|details| details.trouble.as_ref()),
        "processing": details.is_none() && asset.kind.is_played(),
    })
}

pub fn is_media(asset: &Asset) -> bool {
    asset.kind.is_played() || asset.kind == AssetKind::Image
}

fn playlist(show: &Show) -> Option<&Playlist> {
    show.playlists.get(LOOP).map(AsRef::as_ref)
}

/// The slugs in their order.
pub fn order(show: &Show) -> Value {
    let tracks = playlist(show).map_or(&[][..], |playlist| &playlist.tracks);
    tracks.iter().map(|track| json!(track.asset)).collect()
}

pub fn queue(show: &Show) -> Value {
    let items: Vec<Value> = playlist(show)
        .into_iter()
        .flat_map(|playlist| playlist.tracks.iter().map(move |track| (playlist, track)))
        .map(|(playlist, track)| {
            json!({
                "slug": track.asset, "title": track.title, "times": track.times(&playlist.head),
                "still_ms": track.still_ms(&playlist.head), "when": track.when,
            })
        })
        .collect();
    json!({ "loop": order(show), "items": items, "active": active(show) })
}

/// What is played, if it is of the loop or not.
pub fn active(show: &Show) -> Value {
    let now = show.player.now.as_ref().filter(|now| now.playback != Playback::Stopped);
    now.map_or(Value::Null, |now| json!(now.asset))
}

pub fn loop_mode(repeat: Repeat) -> &'static str {
    match repeat {
        Repeat::None => "none",
        Repeat::One => "one",
        Repeat::All => "all",
    }
}

pub fn playback(show: &Show, at: ShowTime) -> Value {
    let now = show.player.now.as_ref();
    let times = now.zip(playlist(show)).and_then(|(now, playlist)| {
        let track = playlist.track(&now.track).filter(|_| now.playlist == *playlist.id())?;
        Some(track.times(&playlist.head))
    });
    json!({
        "is_playing": now.is_some_and(|now| now.is_playing()),
        "active": active(show),
        "loop_mode": loop_mode(show.player.settings.repeat),
        "round": now.map(|now| now.round),
        "rounds": times,
        "position_ms": now.map_or(0, |now| now.offset_ms(at)),
        "duration_ms": now.and_then(|now| now.length_ms()),
    })
}

/// All displays as one: what they have in common is what the first of them has.
pub fn display<'a>(mut displays: impl Iterator<Item = &'a Display>) -> Value {
    let Some(first) = displays.next() else { return json!({ "available": false, "reason": "there is no display" }) };
    let others: Vec<&str> = displays.map(|display| display.id.as_str()).collect();
    json!({
        "available": true,
        "brightness": (first.brightness * 100.0).round(),
        "gamma": first.gamma,
        "on": first.enabled,
        "test_card": first.test_card,
        "displays": std::iter::once(first.id.as_str()).chain(others).collect::<Vec<_>>(),
    })
}
