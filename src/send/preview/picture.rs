//! One encoded picture, and the messages that carry it. Each is made when first asked for and then shared by all.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut, Bytes, BytesMut};

use crate::show::time::{FrameNumber, ShowTime};

const MAGIC: &[u8; 4] = b"MQPF";
const VERSION: u8 = 1;
const FORMAT_JPEG: u8 = 1;
const HEADER_LENGTH: u16 = 24;

/// One encoded picture, shared by all watchers.
pub struct PreviewPicture {
    pub number: FrameNumber,
    pub at: ShowTime,
    pub width: u32,
    pub height: u32,
    pub jpeg: Bytes,
    json: OnceLock<Bytes>,
    binary: OnceLock<Bytes>,
}

impl PreviewPicture {
    pub fn new(number: FrameNumber, at: ShowTime, width: u32, height: u32, jpeg: Bytes) -> Self {
        Self { number, at, width, height, jpeg, json: OnceLock::new(), binary: OnceLock::new() }
    }

    /// The picture as a text message: UTF-8, `{"type":"previewFrame","payload":{…}}`.
    pub fn json(&self) -> Bytes {
        self.json.get_or_init(|| self.written_as_json()).clone()
    }

    /// The picture as a binary message; its header is described in `send::preview`.
    pub fn binary(&self) -> Bytes {
        self.binary.get_or_init(|| self.written_as_binary()).clone()
    }

    fn written_as_json(&self) -> Bytes {
        let (number, time, width, height) = (self.number.0, self.at.millis(), self.width, self.height);
        let mut text = String::with_capacity(256 + self.jpeg.len().div_ceil(3) * 4);
        text.push_str(&format!(
            r#"{{"type":"previewFrame","payload":{{"frame":{number},"timestamp":{time},"width":{width},"height":{height},"#
        ));
        text.push_str(r#""mimeType":"image/jpeg","data":""#);
        STANDARD.encode_string(&self.jpeg, &mut text);
        text.push_str(r#""}}"#);
        text.into()
    }

    fn written_as_binary(&self) -> Bytes {
        let mut message = BytesMut::with_capacity(usize::from(HEADER_LENGTH) + self.jpeg.len());
        message.put_slice(MAGIC);
        message.put_u8(VERSION);
        message.put_u8(FORMAT_JPEG);
        message.put_u16(HEADER_LENGTH);
        message.put_u64(self.number.0);
        message.put_u64(u64::try_from(self.at.millis()).unwrap_or(0));
        message.put_slice(&self.jpeg);
        message.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> PreviewPicture {
        let jpeg = Bytes::from_static(b"\xff\xd8 jpeg");
        PreviewPicture::new(FrameNumber(0x0102_0304_0506), ShowTime(1_800_000_000_123_456), 640, 360, jpeg)
    }

    #[test]
    fn the_text_message_is_json_with_the_picture_in_it() {
        let picture = picture();
        let message: serde_json::Value = serde_json::from_slice(&picture.json()).expect("it is JSON");
        let expected = serde_json::json!({"type": "previewFrame", "payload": {
            "frame": 0x0102_0304_0506_u64, "timestamp": 1_800_000_000_123_i64, "width": 640, "height": 360,
            "mimeType": "image/jpeg", "data": STANDARD.encode(&picture.jpeg),
        }});
        assert_eq!(message, expected);
        assert_eq!(picture.json().as_ptr(), picture.json().as_ptr(), "made once");
    }

    #[test]
    fn the_binary_message_is_as_documented() {
        let message = picture().binary();
        assert_eq!(message[..8], *b"MQPF\x01\x01\x00\x18");
        assert_eq!(message[8..16], 0x0102_0304_0506_u64.to_be_bytes());
        assert_eq!(message[16..24], 1_800_000_000_123_u64.to_be_bytes());
        assert_eq!(message[24..], *b"\xff\xd8 jpeg");
    }
}
