//! Sources that play: files, streams, pages, cameras. Each becomes an input, once, however many items show it.

use super::data::Data;
use super::files::find;
use super::filter;
use super::place::Natural;
use super::report::About;
use super::scene::{Conversion, shortened};
use super::source::{Shown, missing, nothing, size_of};
use crate::show::asset::AssetKind;
use crate::show::destination::Secret;
use crate::show::ids::InputId;
use crate::show::input::{AtEnd, Input, InputKind, Playback, Start, Video, WhenHidden};
use crate::show::layer::Content;
use crate::show::mixer::Strip;

pub fn content(source: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) -> Option<Shown> {
    let settings = source.child("settings");
    let (kind, natural) = match source.kind() {
        "ffmpeg_source" => media(settings, about, conversion)?,
        "vlc_source" => playlist(settings, about, conversion)?,
        "browser_source" => page(settings, about, conversion)?,
        "v4l2_input" => camera(settings),
        other => {
            let (code, why) = reason(other);
            conversion.report.skipped(about, code, why);
            return None;
        }
    };
    let Some(kind) = kind else { return Some(nothing()) };
    match shared(source, kind, about, conversion) {
        Some(input) => Some(Shown::new(Content::Input { input }, natural)),
        None => Some(nothing()),
    }
}

fn reason(kind: &str) -> (&'static str, &'static str) {
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    match kind {
        "dshow_input"
        | "av_capture_input"
        | "macos-avcapture"
        | "macos-avcapture-fast"
        | "decklink-input"
        | "aja_source" => (
            "camera_elsewhere",
            "a camera or card of the machine that runs OBS: make an input of the kind camera for one that is here",
        ),
        "ndi_source" => ("ndi", "NDI is not received: send it as SRT or RTMP and make an input of the kind network"),
        _ if has(&[
            "display_capture",
            "monitor_capture",
            "window_capture",
            "game_capture",
            "xshm_input",
            "xcomposite",
            "screen_capture",
            "pipewire",
        ]) =>
        {
            ("screen", "there is no screen here to be captured: send it as a stream")
        }
        _ if has(&["input_capture", "output_capture", "audio_capture", "jack"]) => {
            ("sound_device", "sound devices of the machine that runs OBS are not here")
        }
        _ => ("unknown_source", "this kind of source is not known here"),
    }
}

/// None in the first place where the file is missing: its place is kept.
type Perhaps = Option<(Option<InputKind>, Natural)>;

fn media(settings: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) -> Perhaps {
    if !settings.flag_or("is_local_file", true) {
        let network = network(settings.text("input"));
        return Some((Some(network), Natural::Unknown));
    }
    let speed = settings.number_or("speed_percent", 100.0) / 100.0;
    let options = Options {
        repeat: settings.flag_or("looping", false),
        speed: speed.clamp(0.1, 4.0),
        start: if settings.flag_or("restart_on_activate", true) { Start::Shown } else { Start::Always },
        at_end: if settings.flag_or("clear_on_media_end", true) { AtEnd::Hide } else { AtEnd::Hold },
    };
    Some(local(settings.text("local_file"), options, about, conversion))
}

struct Options {
    repeat: bool,
    speed: f64,
    start: Start,
    at_end: AtEnd,
}

fn local(path: &str, options: Options, about: About<'_>, conversion: &mut Conversion<'_>) -> (Option<InputKind>, Natural) {
    let Some(asset) = find(conversion.known, path, AssetKind::is_played) else {
        missing(path, about, conversion);
        return (None, Natural::Unknown);
    };
    let Options { repeat, speed, start, at_end } = options;
    let (from_ms, to_ms, playback) = (0, None, Playback::default());
    let video = Video { asset: asset.id.clone(), repeat, speed, from_ms, to_ms, start, at_end, playback };
    (Some(InputKind::Video(video)), size_of(asset))
}

fn playlist(settings: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) -> Perhaps {
    let mut paths = settings.list("playlist").map(|entry| entry.text("value")).filter(|path| !path.is_empty());
    let Some(first) = paths.next() else {
        conversion.report.skipped(about, "no_file", "it names no file");
        return None;
    };
    if paths.next().is_some() {
        conversion.report.approximated(about, "playlist", "only the first file of its list is played");
    }
    if first.contains("://") {
        return Some((Some(network(first)), Natural::Unknown));
    }
    let options = Options { repeat: settings.flag_or("loop", true), speed: 1.0, start: Start::Shown, at_end: AtEnd::Hold };
    Some(local(first, options, about, conversion))
}

/// What is secret in an address is kept apart, where no door shows it.
fn network(address: &str) -> InputKind {
    let address = address.trim();
    let apart = match address.split_once("://") {
        Some((scheme @ ("rtsp" | "rtsps" | "http" | "https"), rest)) => without_user(scheme, rest),
        Some(("srt", rest)) => without_passphrase(rest),
        _ => None,
    };
    let (url, secret) = apart.unwrap_or((address.to_owned(), String::new()));
    InputKind::Network { url, secret: Secret::new(secret), latency_ms: 200 }
}

fn without_user(scheme: &str, rest: &str) -> Option<(String, String)> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (user, host) = rest[..end].rsplit_once('@').filter(|(user, _)| !user.is_empty())?;
    Some((format!("{scheme}://{host}{}", &rest[end..]), user.to_owned()))
}

fn without_passphrase(rest: &str) -> Option<(String, String)> {
    let (host, query) = rest.split_once('?')?;
    let secret = query.split('&').find_map(|pair| pair.strip_prefix("passphrase="))?;
    let others: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("passphrase=")).collect();
    let sign = if others.is_empty() { "" } else { "?" };
    Some((format!("srt://{host}{sign}{}", others.join("&")), secret.to_owned()))
}

fn page(settings: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) -> Perhaps {
    if settings.flag_or("is_local_file", false) {
        conversion.report.skipped(about, "local_page", "a page in a file of the machine that runs OBS: serve it over HTTP");
        return None;
    }
    // What OBS puts there by itself only makes the page's ground transparent.
    let css = settings.text("css");
    if !css.is_empty() && !css.contains("background-color: rgba(0, 0, 0, 0)") {
        conversion.report.approximated(about, "page_css", "the page is shown without the style that OBS adds to it");
    }
    let side = |name: &str, default: f64| settings.number_or(name, default).clamp(16.0, 4_096.0);
    let (width, height) = (side("width", 800.0), side("height", 600.0));
    let fps = if settings.flag_or("fps_custom", false) { settings.number_or("fps", 30.0) } else { 30.0 };
    let kind = InputKind::Page {
        url: settings.text("url").trim().to_owned(),
        width: width as u32,
        height: height as u32,
        fps: fps.clamp(1.0, 60.0) as u32,
    };
    Some((Some(kind), Natural::Known(width, height)))
}

fn camera(settings: Data<'_>) -> (Option<InputKind>, Natural) {
    // Width in the upper half of the number, height in the lower; without one the camera decides.
    let size = settings
        .whole("resolution")
        .map(|both| (both >> 16, both & 0xffff))
        .filter(|(width, height)| (16..=8_192).contains(width) && (16..=8_192).contains(height));
    let device = settings.text("device_id").to_owned();
    let kind = InputKind::Camera { device, width: size.map(|size| size.0), height: size.map(|size| size.1), fps: None };
    let natural = size.map_or(Natural::Unknown, |(width, height)| Natural::Known(f64::from(width), f64::from(height)));
    (Some(kind), natural)
}

fn shared(source: Data<'_>, kind: InputKind, about: About<'_>, conversion: &mut Conversion<'_>) -> Option<InputId> {
    let name = source.text("name");
    if let Some(known) = conversion.inputs.get(name) {
        return known.clone();
    }
    let id = InputId::new(&conversion.input_ids.unique(name, "input")).ok()?;
    let input = Input {
        id: id.clone(),
        name: shortened(name),
        hold_ms: 3_000,
        fallback: None,
        when_hidden: when_hidden(source),
        sound: strip(source, about, conversion),
        kind,
    };
    let made = match input.check() {
        Ok(()) => {
            conversion.collection.inputs.push(input);
            Some(id)
        }
        Err(error) => {
            conversion.report.skipped(about, "unusable_input", &error.to_string());
            None
        }
    };
    conversion.inputs.insert(name.to_owned(), made.clone());
    made
}

fn when_hidden(source: Data<'_>) -> WhenHidden {
    let settings = source.child("settings");
    let stops = match source.kind() {
        "browser_source" => settings.flag_or("shutdown", false),
        _ => settings.flag_or("close_when_inactive", false) || settings.flag_or("is_local_file", true),
    };
    if stops { WhenHidden::Stop } else { WhenHidden::Keep }
}

fn strip(source: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) -> Strip {
    let volume = source.number_or("volume", 1.0);
    let gain_db = 20.0 * volume.max(1e-9).log10() + filter::gain_db(source);
    if gain_db > 20.0 || (volume > 0.0 && gain_db < -60.0) {
        conversion.report.approximated(about, "volume", "its volume is brought into -60 to 20 dB");
    }
    // Nanoseconds, later if positive.
    let delay_ms = source.number_or("sync", 0.0) / 1_000_000.0;
    if !(0.0..=2_000.0).contains(&delay_ms) {
        conversion.report.approximated(about, "sync", "sound can be 0 to 2000 ms later than it came, and no earlier");
    }
    Strip {
        gain_db: gain_db.clamp(-60.0, 20.0) as f32,
        mute: source.flag_or("muted", false) || volume <= 0.0,
        solo: false,
        pan: (source.number_or("balance", 0.5).clamp(0.0, 1.0) * 2.0 - 1.0) as f32,
        delay_ms: delay_ms.clamp(0.0, 2_000.0) as u16,
        animations: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_in_an_address_is_taken_out() {
        for (address, url, secret) in [
            ("rtsp://ada:lace@host:554/stage", "rtsp://host:554/stage", "ada:lace"),
            ("https://host/a.m3u8?b=c@d", "https://host/a.m3u8?b=c@d", ""),
            ("srt://host:9000?mode=caller&passphrase=0123456789", "srt://host:9000?mode=caller", "0123456789"),
            ("srt://host:9000?passphrase=0123456789", "srt://host:9000", "0123456789"),
            ("rtmp://host/live", "rtmp://host/live", ""),
        ] {
            let InputKind::Network { url: found, secret: kept, .. } = network(address) else { panic!("a stream") };
            assert_eq!((found.as_str(), kept.reveal()), (url, secret));
        }
    }
}
