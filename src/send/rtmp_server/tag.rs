//! What a publisher's pictures and sound are wrapped in: the bodies of FLV tags. Read with nothing believed.

use bytes::Bytes;

/// Longest description of a stream that is known has a few hundred bytes.
const LONGEST_CONFIG: usize = 4 * 1024;

/// The body of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// What the decoder must know first.
    Config(Bytes),
    /// A coded picture or piece of sound. A picture is shown so much later than it is decoded.
    Data { key: bool, shown_after_ms: i32, data: Bytes },
    /// Nothing to decode.
    Empty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTag {
    #[error("pictures of another kind than H.264")]
    Pictures,
    #[error("sound of another kind than AAC")]
    Sound,
    #[error("a tag that is broken off or says too much")]
    Broken,
}

impl BadTag {
    /// To the publisher.
    pub fn told(self) -> &'static str {
        match self {
            BadTag::Pictures => "Pictures must be H.264.",
            BadTag::Sound => "Sound must be AAC.",
            BadTag::Broken => "What was sent can not be read.",
        }
    }
}

/// `[kind of frame | codec] [what follows] [composition time: 3] …`
pub fn read_picture(body: &[u8]) -> Result<Tag, BadTag> {
    let Some((&first, rest)) = body.split_first() else { return Ok(Tag::Empty) };
    // With the highest bit the byte says that a newer notation follows, whose codecs are others.
    if first & 0x8f != 7 {
        return Err(BadTag::Pictures);
    }
    let Some(([what, time @ ..], data)) = rest.split_first_chunk::<4>() else { return Err(BadTag::Broken) };
    match what {
        0 => config(data),
        1 if data.is_empty() => Ok(Tag::Empty),
        1 => {
            // Signed, of 24 bits.
            let shown_after_ms = i32::from_be_bytes([time[0], time[1], time[2], 0]) >> 8;
            Ok(Tag::Data { key: first >> 4 == 1, shown_after_ms, data: Bytes::copy_from_slice(data) })
        }
        // The end of a sequence.
        _ => Ok(Tag::Empty),
    }
}

/// `[codec | rate, size, channels] [what follows] …`; of AAC only the codec means anything.
pub fn read_sound(body: &[u8]) -> Result<Tag, BadTag> {
    let Some((&first, rest)) = body.split_first() else { return Ok(Tag::Empty) };
    if first >> 4 != 10 {
        return Err(BadTag::Sound);
    }
    match rest.split_first() {
        Some((0, data)) => config(data),
        Some((1, data)) if !data.is_empty() => {
            Ok(Tag::Data { key: true, shown_after_ms: 0, data: Bytes::copy_from_slice(data) })
        }
        Some(_) => Ok(Tag::Empty),
        None => Err(BadTag::Broken),
    }
}

fn config(data: &[u8]) -> Result<Tag, BadTag> {
    // Two bytes describe AAC; an avcC has seven and more.
    if !(2..=LONGEST_CONFIG).contains(&data.len()) {
        return Err(BadTag::Broken);
    }
    Ok(Tag::Config(Bytes::copy_from_slice(data)))
}

/// Samples a second that an `AudioSpecificConfig` tells, as they are coded.
pub fn sample_rate(config: &[u8]) -> Option<u32> {
    const RATES: [u32; 13] =
        [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
    let [first, second] = *config.first_chunk::<2>()?;
    // Five bits of kind, four of rate.
    let index = usize::from((first & 7) << 1 | second >> 7);
    RATES.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_told_apart() {
        let data = |key, shown_after_ms| Ok(Tag::Data { key, shown_after_ms, data: Bytes::from_static(b"nal") });
        assert_eq!(read_picture(b"\x17\0\0\0\0config"), Ok(Tag::Config(Bytes::from_static(b"config"))));
        assert_eq!(read_picture(b"\x17\x01\0\0\0nal"), data(true, 0));
        assert_eq!(read_picture(b"\x27\x01\0\0\x21nal"), data(false, 33));
        assert_eq!(read_picture(b"\x27\x01\xff\xff\xdfnal"), data(false, -33));
        assert_eq!(read_picture(b"\x17\x02\0\0\0"), Ok(Tag::Empty));
        assert_eq!(read_picture(b""), Ok(Tag::Empty));
        assert_eq!(read_picture(b"\x12\x01\0\0\0nal"), Err(BadTag::Pictures), "Sorenson's, ffmpeg's default");
        assert_eq!(read_picture(b"\x90hvc1\0\0\0\0"), Err(BadTag::Pictures), "the newer notation");
        assert_eq!(read_picture(b"\x17\0"), Err(BadTag::Broken));
        assert_eq!(read_picture(&[&b"\x17\0\0\0\0"[..], &[0; 5_000]].concat()), Err(BadTag::Broken));
    }

    #[test]
    fn sound_is_told_apart() {
        assert_eq!(read_sound(&[0xaf, 0, 0x11, 0x90]), Ok(Tag::Config(Bytes::from_static(&[0x11, 0x90]))));
        let data = Bytes::from_static(b"aac");
        assert_eq!(read_sound(b"\xaf\x01aac"), Ok(Tag::Data { key: true, shown_after_ms: 0, data }));
        assert_eq!(read_sound(b"\x2f\xff\xfb"), Err(BadTag::Sound), "MP3");
        assert_eq!(read_sound(&[0xaf]), Err(BadTag::Broken));
        assert_eq!(read_sound(&[0xaf, 0]), Err(BadTag::Broken));
        assert_eq!((sample_rate(&[0x11, 0x90]), sample_rate(&[0x12, 0x10])), (Some(48_000), Some(44_100)));
        assert_eq!((sample_rate(&[0x17, 0x90]), sample_rate(&[1])), (None, None));
    }
}
