//! The messages of RTMP: their kinds, and those that the server says.

use bytes::Bytes;

use super::amf::{self, Value};
use super::output::Output;
use crate::frame::encoded::Headers;

pub const SET_CHUNK_SIZE: u8 = 1;
pub const ABORT: u8 = 2;
pub const ACKNOWLEDGEMENT: u8 = 3;
pub const USER_CONTROL: u8 = 4;
pub const WINDOW_SIZE: u8 = 5;
pub const PEER_BANDWIDTH: u8 = 6;
pub const AUDIO: u8 = 8;
pub const VIDEO: u8 = 9;
/// A command in AMF3 clothes: one byte, then AMF0.
pub const COMMAND_AMF3: u8 = 17;
pub const DATA: u8 = 18;
pub const COMMAND: u8 = 20;

/// User control events.
pub const STREAM_BEGIN: u16 = 0;
pub const STREAM_EOF: u16 = 1;
pub const PING: u16 = 6;
pub const PONG: u16 = 7;

/// Chunk streams, as most servers number them.
const CONTROL: u8 = 2;
const COMMANDS: u8 = 3;
const SOUND: u8 = 4;
const STATUS: u8 = 5;
const PICTURE: u8 = 6;

/// Players may let this many bytes pass before they acknowledge. Nothing waits for it.
const WINDOW: u32 = 2_500_000;
/// Large, so that nearly every packet is one chunk; SRS, which every player has met, uses the same.
const CHUNK_SIZE: u32 = 60_000;

/// One message from a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub kind: u8,
    /// The message stream: 0 for the connection, otherwise what `createStream` answered.
    pub stream: u32,
    /// Wraps after 49 days.
    pub time_ms: u32,
    pub payload: Bytes,
}

pub fn send_limits(out: &mut Output) {
    out.message(CONTROL, WINDOW_SIZE, 0, 0, &WINDOW.to_be_bytes(), Bytes::new());
    let mut bandwidth = [2; 5];
    bandwidth[..4].copy_from_slice(&WINDOW.to_be_bytes());
    out.message(CONTROL, PEER_BANDWIDTH, 0, 0, &bandwidth, Bytes::new());
    out.message(CONTROL, SET_CHUNK_SIZE, 0, 0, &CHUNK_SIZE.to_be_bytes(), Bytes::new());
    out.chunk_size = CHUNK_SIZE as usize;
}

pub fn send_acknowledgement(out: &mut Output, received: u64) {
    // The count wraps at 32 bits.
    let received = received as u32;
    out.message(CONTROL, ACKNOWLEDGEMENT, 0, 0, &received.to_be_bytes(), Bytes::new());
}

pub fn send_user_control(out: &mut Output, event: u16, value: u32) {
    let mut payload = [0; 6];
    payload[..2].copy_from_slice(&event.to_be_bytes());
    payload[2..].copy_from_slice(&value.to_be_bytes());
    out.message(CONTROL, USER_CONTROL, 0, 0, &payload, Bytes::new());
}

pub fn send_command(out: &mut Output, stream: u32, values: &[Value]) {
    let on = if stream == 0 { COMMANDS } else { STATUS };
    out.message(on, COMMAND, stream, 0, &[], amf::encode(values));
}

/// The object that tells how something went.
pub fn status(level: &'static str, code: &'static str, description: &'static str) -> Value {
    Value::object([("level", Value::text(level)), ("code", Value::text(code)), ("description", Value::text(description))])
}

pub fn send_status(out: &mut Output, stream: u32, status: Value) {
    send_command(out, stream, &[Value::text("onStatus"), Value::Number(0.0), Value::Null, status]);
}

/// What a player awaits between its `play` and the first packet.
pub fn send_play_begin(out: &mut Output, stream: u32) {
    send_user_control(out, STREAM_BEGIN, stream);
    send_status(out, stream, status("status", "NetStream.Play.Reset", "Playing the program."));
    send_status(out, stream, status("status", "NetStream.Play.Start", "Started playing the program."));
    let access = [Value::text("|RtmpSampleAccess"), Value::Boolean(true), Value::Boolean(true)];
    out.message(STATUS, DATA, stream, 0, &[], amf::encode(&access));
}

pub fn send_play_end(out: &mut Output, stream: u32) {
    send_user_control(out, STREAM_EOF, stream);
    send_status(out, stream, status("status", "NetStream.Play.UnpublishNotify", "The program has ended."));
    send_status(out, stream, status("status", "NetStream.Play.Stop", "Stopped playing the program."));
}

/// Metadata and the two decoder configurations.
pub fn send_headers(out: &mut Output, stream: u32, time_ms: u32, headers: &Headers) {
    let metadata = Value::map([
        ("width", Value::Number(f64::from(headers.canvas.width))),
        ("height", Value::Number(f64::from(headers.canvas.height))),
        ("framerate", Value::Number(headers.fps.as_f64())),
        ("videocodecid", Value::Number(7.0)),
        ("videodatarate", Value::Number(f64::from(headers.video_kbps))),
        ("audiocodecid", Value::Number(10.0)),
        ("audiodatarate", Value::Number(f64::from(headers.audio_kbps))),
        ("stereo", Value::Boolean(true)),
        ("encoder", Value::text(concat!("Marquee ", env!("CARGO_PKG_VERSION")))),
    ]);
    out.message(STATUS, DATA, stream, time_ms, &[], amf::encode(&[Value::text("onMetaData"), metadata]));
    out.message(PICTURE, VIDEO, stream, time_ms, &[0x17, 0, 0, 0, 0], headers.avc_config.clone());
    out.message(SOUND, AUDIO, stream, time_ms, &[0xaf, 0], headers.aac_config.clone());
}

/// A coded picture in its FLV tag: AVC, with no composition time, because there are no B-frames.
pub fn send_picture(out: &mut Output, stream: u32, time_ms: u32, key: bool, data: Bytes) {
    let kind = if key { 0x17 } else { 0x27 };
    out.message(PICTURE, VIDEO, stream, time_ms, &[kind, 1, 0, 0, 0], data);
}

/// A coded piece of sound in its FLV tag: AAC, whose rate and channels stand in its configuration.
pub fn send_sound(out: &mut Output, stream: u32, time_ms: u32, data: Bytes) {
    out.message(SOUND, AUDIO, stream, time_ms, &[0xaf, 1], data);
}

/// The event of a user control message and its first value.
pub fn read_user_control(payload: &[u8]) -> Option<(u16, u32)> {
    let [high, low, value @ ..] = *payload.first_chunk::<6>()?;
    Some((u16::from_be_bytes([high, low]), u32::from_be_bytes(value)))
}
