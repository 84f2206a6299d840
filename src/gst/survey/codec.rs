//! What a coded stream is called, in short.

use gstreamer::{CapsRef, StructureRef};

/// Codecs of which one file may have several kinds under one name are told apart by a number in their caps.
pub(super) fn name(caps: &CapsRef) -> Option<String> {
    let caps = caps.structure(0)?;
    let known = match caps.name().as_str() {
        "audio/x-raw" => "PCM",
        "audio/mpeg" => mpeg_sound(caps),
        "video/mpeg" => mpeg_video(caps),
        "audio/x-flac" => "FLAC",
        "audio/x-opus" => "Opus",
        "audio/x-vorbis" => "Vorbis",
        "audio/x-alac" => "ALAC",
        "audio/x-ac3" | "audio/ac3" | "audio/x-private1-ac3" => "AC-3",
        "audio/x-eac3" => "E-AC-3",
        "audio/x-wma" => "WMA",
        "audio/x-dts" => "DTS",
        "audio/x-speex" => "Speex",
        "audio/x-mulaw" => "µ-law",
        "audio/x-alaw" => "A-law",
        "video/x-h264" => "H.264",
        "video/x-h265" => "H.265",
        "video/x-h263" => "H.263",
        "video/x-vp8" => "VP8",
        "video/x-vp9" => "VP9",
        "video/x-av1" => "AV1",
        "video/x-theora" => "Theora",
        "video/x-prores" => "ProRes",
        "video/x-raw" => "raw video",
        "image/jpeg" => "Motion JPEG",
        other => return unnamed(other),
    };
    Some(known.to_owned())
}

fn mpeg_sound(caps: &StructureRef) -> &'static str {
    match (caps.get::<i32>("mpegversion"), caps.get::<i32>("layer")) {
        (Ok(2 | 4), _) => "AAC",
        (_, Ok(3)) => "MP3",
        (_, Ok(2)) => "MP2",
        _ => "MPEG audio",
    }
}

fn mpeg_video(caps: &StructureRef) -> &'static str {
    match caps.get::<i32>("mpegversion") {
        Ok(1) => "MPEG-1",
        Ok(2) => "MPEG-2",
        Ok(4) => "MPEG-4",
        _ => "MPEG video",
    }
}

/// `video/x-dirac` is Dirac, as far as we know.
fn unnamed(name: &str) -> Option<String> {
    let (kind, codec) = name.split_once('/')?;
    if !matches!(kind, "audio" | "video" | "image") {
        return None;
    }
    let codec: String = codec.trim_start_matches("x-").chars().filter(|c| !c.is_control()).take(24).collect();
    Some(codec).filter(|codec| !codec.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_have_their_short_names() {
        crate::gst::start().unwrap();
        for (caps, expected) in [
            ("video/x-h264,profile=high", Some("H.264")),
            ("audio/mpeg,mpegversion=1,layer=3", Some("MP3")),
            ("audio/mpeg,mpegversion=4", Some("AAC")),
            ("video/mpeg,mpegversion=2", Some("MPEG-2")),
            ("video/x-dirac", Some("dirac")),
            ("text/x-raw", None),
        ] {
            let caps: gstreamer::Caps = caps.parse().unwrap();
            assert_eq!(name(&caps).as_deref(), expected, "{caps}");
        }
    }
}
