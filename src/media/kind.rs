//! What a file is by its first bytes. Its name, and what the uploader calls its type, do not matter.

use crate::show::asset::Format;

/// So much of a file's beginning is enough to tell.
pub const HEAD: usize = 4_096;

/// Length of a packet of MPEG-TS.
const PACKET: usize = 188;

/// None for what is of no use here.
pub fn sniff(start: &[u8]) -> Option<Format> {
    picture(start).or_else(|| font(start)).or_else(|| container(start)).or_else(|| sound(start)).or_else(|| text(start))
}

fn picture(start: &[u8]) -> Option<Format> {
    match start {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Format::Png),
        [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::Webp),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Format::Gif),
        _ => None,
    }
}

fn font(start: &[u8]) -> Option<Format> {
    match start {
        [0, 1, 0, 0, ..] | [b't', b'r', b'u', b'e', ..] => Some(Format::Ttf),
        [b'O', b'T', b'T', b'O', ..] => Some(Format::Otf),
        [b't', b't', b'c', b'f', ..] => Some(Format::Ttc),
        _ => None,
    }
}

fn container(start: &[u8]) -> Option<Format> {
    match start {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4)? {
            b"qt  " => Some(Format::Mov),
            // Pictures in the clothes of videos (AVIF, HEIF), which nothing here decodes.
            b"avif" | b"avis" | b"mif1" | b"msf1" | b"heic" | b"heix" | b"hevc" | b"heim" => None,
            _ => Some(Format::Mp4),
        },
        [_, _, _, _, b'm', b'o', b'o', b'v', ..] | [_, _, _, _, b'w', b'i', b'd', b'e', ..] => Some(Format::Mov),
        [0x1a, 0x45, 0xdf, 0xa3, rest @ ..] => {
            let header = &rest[..rest.len().min(64)];
            let is_webm = header.windows(4).any(|word| word == b"webm");
            Some(if is_webm { Format::Webm } else { Format::Mkv })
        }
        [b'O', b'g', b'g', b'S', ..] => Some(Format::Ogg),
        _ => is_transport_stream(start).then_some(Format::Mpegts),
    }
}

/// Each packet begins with the same byte; some cameras put four others before it.
fn is_transport_stream(start: &[u8]) -> bool {
    let fits = |before: usize| {
        let packet = PACKET + before;
        let marks = start.iter().skip(before).step_by(packet).take(4);
        marks.clone().count() >= 3 && marks.into_iter().all(|byte| *byte == 0x47)
    };
    fits(0) || fits(4)
}

fn sound(start: &[u8]) -> Option<Format> {
    match start {
        [b'R', b'I' | b'F', b'F' | b'6', b'F' | b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Format::Wav),
        [b'f', b'L', b'a', b'C', ..] => Some(Format::Flac),
        [b'I', b'D', b'3', 2..=4, ..] => Some(Format::Mp3),
        // Frames of MPEG sound begin with eleven bits; those of AAC have the layer that MPEG sound lacks.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Some(Format::Aac),
        [0xff, second, third, ..] => {
            let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
            let (rate, bits) = (third >> 2 & 3, third >> 4);
            let is_frame = second & 0xe0 == 0xe0 && version != 1 && layer != 0 && rate != 3 && bits != 15 && bits != 0;
            is_frame.then_some(Format::Mp3)
        }
        _ => None,
    }
}

fn text(start: &[u8]) -> Option<Format> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let has = |word: &[u8]| start.windows(word.len()).any(|found| found == word);
    if start.first() == Some(&b'<') && has(b"<svg") {
        return Some(Format::Svg);
    }
    let is_text = !start.contains(&0);
    (is_text && has(b"LUT_3D_SIZE")).then_some(Format::Cube)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        let mut packets = vec![0; 600];
        for start in [0, 188, 376, 564] {
            packets[start] = 0x47;
        }
        for (bytes, format) in [
            (&b"GIF89a..."[..], Some(Format::Gif)),
            (b"\0\0\0\x20ftypisom....", Some(Format::Mp4)),
            (b"\0\0\0\x20ftypM4A ....", Some(Format::Mp4)),
            (b"\0\0\0\x14ftypqt  ....", Some(Format::Mov)),
            (b"\0\0\0\x20ftypavif....", None),
            (b"\x1a\x45\xdf\xa3\x01\0\0\0\x42\x82\x84webm", Some(Format::Webm)),
            (b"\x1a\x45\xdf\xa3\x01\0\0\0\x42\x82\x88matroska", Some(Format::Mkv)),
            (&packets, Some(Format::Mpegts)),
            (b"OggS\0\x02", Some(Format::Ogg)),
            (b"RIFF....WAVEfmt ", Some(Format::Wav)),
            (b"RIFF....WEBPVP8X", Some(Format::Webp)),
            (b"ID3\x04\0", Some(Format::Mp3)),
            (b"\xff\xfb\x90\x64", Some(Format::Mp3)),
            (b"\xff\xf1\x50\x80", Some(Format::Aac)),
            (b"\xff\xff\xff\xff", None),
            (b"\0\x01\0\0\0\x0c", Some(Format::Ttf)),
            (b"OTTO\0\x0c", Some(Format::Otf)),
            (b"ttcf\0\x01", Some(Format::Ttc)),
            (b"\xef\xbb\xbf <?xml version='1.0'?>\n<!-- x --><svg/>", Some(Format::Svg)),
            (b"<html><body>", None),
            (b"# graded\nTITLE \"x\"\nLUT_3D_SIZE 33\n", Some(Format::Cube)),
            (b"LUT_3D_SIZE\0", None),
            (b"#EXTM3U\n", None),
            (b"hello", None),
            (b"", None),
        ] {
            assert_eq!(sniff(bytes), format, "{:?}", bytes.escape_ascii().to_string());
        }
    }
}
