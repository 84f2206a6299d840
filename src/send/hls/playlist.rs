//! Playlists as text (RFC 8216). Pure.

use std::fmt::Write;

use super::{Channel, Segments};
use crate::frame::encoded::Headers;
use crate::show::destination::HlsFormat;
use crate::show::ids::RenditionId;
use crate::show::time::ShowTime;

/// Peaks above the mean that an encoder at a constant rate still has, and the container's own share.
const PEAK: f64 = 1.2;

pub(super) fn master(variants: &[(&RenditionId, Headers)], query: &str) -> String {
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    for (rendition, headers) in variants {
        let mean = (headers.video_kbps + headers.audio_kbps) * 1_000;
        let peak = (f64::from(mean) * PEAK) as u32;
        let (size, rate, codecs) = (headers.canvas, headers.fps.as_f64(), codecs(headers));
        // Writing to a String does not fail, here and below.
        let _ = writeln!(
            text,
            "#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={mean},RESOLUTION={}x{},FRAME-RATE={rate:.3},CODECS=\"{codecs}\"\n{rendition}/index.m3u8{query}",
            size.width, size.height
        );
    }
    text
}

fn codecs(headers: &Headers) -> String {
    let profile: String = headers.avc_config.iter().skip(1).take(3).map(|byte| format!("{byte:02x}")).collect();
    format!("avc1.{profile},mp4a.40.2")
}

pub(super) fn media(channel: &Channel, variant: &Segments, first: usize, query: &str) -> String {
    let version = if channel.format == HlsFormat::Fmp4 { 7 } else { 6 };
    let shown = || variant.segments.iter().skip(first);
    let gone = variant.segments.iter().take(first).filter(|segment| segment.is_break).count() as u64;
    let number = shown().next().map_or(0, |segment| segment.number);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-TARGETDURATION:{}\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA-SEQUENCE:{number}\n#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
        channel.target_duration,
        variant.breaks_gone + gone
    );
    let mut init = None;
    for segment in shown() {
        if segment.is_break {
            text.push_str("#EXT-X-DISCONTINUITY\n");
        }
        if channel.format == HlsFormat::Fmp4 && init.replace(segment.init) != Some(segment.init) {
            let _ = writeln!(text, "#EXT-X-MAP:URI=\"init-{}.mp4{query}\"", segment.init);
        }
        let seconds = segment.duration_us as f64 / 1e6;
        let (date, name) = (date(segment.at), segment.number);
        let _ =
            writeln!(text, "#EXT-X-PROGRAM-DATE-TIME:{date}\n#EXTINF:{seconds:.5},\n{name}{}{query}", channel.extension());
    }
    if variant.has_ended {
        text.push_str("#EXT-X-ENDLIST\n");
    }
    text
}

fn date(at: ShowTime) -> String {
    let seconds = at.millis().div_euclid(1_000);
    let time = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (date, clock) = (time.date(), time.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        at.millis().rem_euclid(1_000)
    )
}
