//! What zones show, for all who watch: written once for each way of writing, and not at all while nobody does.
//!
//! The binary form: `MQLF`, a byte for the version (1), one for the format (1: red, green and blue, a byte each), the length of this
//! header (26) as u16, the frame's number and its time in milliseconds as u64, the number of zones as u16; then for each zone the
//! length of its id as u8, the id, its LEDs as u32, and their colours. All numbers are big-endian.

use std::sync::{Arc, OnceLock};

use bytes::{BufMut, Bytes, BytesMut};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use tokio::sync::watch;

use super::Api;
use super::wire::encoding::{Encoding, Text};
use super::wire::message::{Format, Wish};
use crate::frame::leds::{ZoneFrame, ZoneWatcher};
use crate::show::ids::ZoneId;
use crate::show::time::ShowTime;

const MAGIC: &[u8; 4] = b"MQLF";
const VERSION: u8 = 1;
const FORMAT_RGB: u8 = 1;
const HEADER_LENGTH: u16 = 26;
/// Times of frames are rounded down to microseconds: without it, one that begins a client's own interval may count to the last one.
const ROUNDING: f64 = 100.0;

/// One frame, in every form as soon as somebody wants it.
#[derive(Default)]
pub struct Pixels {
    frame: Arc<ZoneFrame>,
    json: OnceLock<Bytes>,
    packed: OnceLock<Bytes>,
    binary: OnceLock<Bytes>,
}

pub(super) async fn spread(api: Api, sender: watch::Sender<Arc<Pixels>>) {
    loop {
        tokio::select! {
            () = api.closed() => return,
            () = api.zone_frames.watched() => {}
        }
        tokio::select! {
            () = api.closed() => return,
            frame = api.zone_frames.next() => {
                sender.send_replace(Arc::new(Pixels { frame, ..Pixels::default() }));
            }
        }
    }
}

/// Somebody who watches: how often, which zones, and in which form.
pub struct Watching {
    _watcher: ZoneWatcher,
    frames: watch::Receiver<Arc<Pixels>>,
    pub format: Format,
    fps: Option<f64>,
    zones: Option<Vec<ZoneId>>,
    /// The place of the last frame on the grid of this client's own rate.
    place: Option<u64>,
}

impl Watching {
    pub fn begin(api: &Api, wish: Wish) -> Self {
        let Wish { format, fps, zones } = wish;
        let mut frames = api.live.pixels.clone();
        // What was shown to others before is not news.
        frames.mark_unchanged();
        let format = format.unwrap_or(Format::Json);
        Self { _watcher: api.zone_frames.watch(), frames, format, fps, zones, place: None }
    }

    /// The next frame that this client wants; None when there will be none any more.
    pub async fn next(&mut self) -> Option<Arc<Pixels>> {
        loop {
            self.frames.changed().await.ok()?;
            let pixels = self.frames.borrow_and_update().clone();
            let place = self.fps.map(|fps| place(pixels.frame.at, fps));
            if place.is_none() || place != self.place {
                self.place = place;
                return Some(pixels);
            }
        }
    }

    pub fn update<'a>(&'a self, pixels: &'a Pixels) -> FrameUpdate<'a> {
        FrameUpdate { frame: &pixels.frame, zones: self.zones.as_deref() }
    }

    /// As a message of the WebSocket.
    pub fn text(&self, pixels: &Pixels, encoding: Encoding) -> Text {
        let message = || Message { r#type: "frame:update", payload: self.update(pixels) };
        // Numbers and ids can always be written, in either encoding.
        let json = || serde_json::to_vec(&message()).unwrap_or_default().into();
        let packed = || rmp_serde::to_vec_named(&message()).unwrap_or_default().into();
        match encoding {
            Encoding::Json => Text::Json(self.once(&pixels.json, json)),
            Encoding::MessagePack => Text::MessagePack(self.once(&pixels.packed, packed)),
        }
    }

    pub fn binary(&self, pixels: &Pixels) -> Bytes {
        self.once(&pixels.binary, || self.update(pixels).binary())
    }

    /// Of all zones it is written once, for everyone.
    fn once(&self, written: &OnceLock<Bytes>, write: impl FnOnce() -> Bytes) -> Bytes {
        if self.zones.is_some() { write() } else { written.get_or_init(write).clone() }
    }
}

/// Which of a client's own intervals a frame belongs to.
fn place(at: ShowTime, fps: f64) -> u64 {
    ((at.micros() as f64 + ROUNDING) * fps / 1e6) as u64
}

#[derive(serde::Serialize)]
struct Message<'a> {
    r#type: &'static str,
    payload: FrameUpdate<'a>,
}

/// What a client is told of a frame.
#[derive(Clone, Copy)]
pub struct FrameUpdate<'a> {
    frame: &'a ZoneFrame,
    zones: Option<&'a [ZoneId]>,
}

impl<'a> FrameUpdate<'a> {
    fn zones(self) -> impl Iterator<Item = (&'a ZoneId, &'a [u8])> {
        let is_wanted = move |id: &ZoneId| self.zones.is_none_or(|zones| zones.contains(id));
        self.frame.zones.iter().filter(move |(id, _)| is_wanted(id)).map(|(id, bytes)| (id, bytes.as_slice()))
    }

    fn binary(self) -> Bytes {
        let bytes: usize = self.zones().map(|(id, bytes)| 5 + id.as_str().len() + bytes.len()).sum();
        let mut message = BytesMut::with_capacity(usize::from(HEADER_LENGTH) + bytes);
        message.put_slice(MAGIC);
        message.put_u8(VERSION);
        message.put_u8(FORMAT_RGB);
        message.put_u16(HEADER_LENGTH);
        message.put_u64(self.frame.number);
        message.put_u64(u64::try_from(self.frame.at.millis()).unwrap_or(0));
        message.put_u16(u16::try_from(self.zones().count()).unwrap_or(u16::MAX));
        for (id, bytes) in self.zones() {
            // An id has at most 64 characters, a zone at most 65,536 LEDs.
            message.put_u8(id.as_str().len() as u8);
            message.put_slice(id.as_str().as_bytes());
            message.put_u32((bytes.len() / 3) as u32);
            message.put_slice(bytes);
        }
        message.freeze()
    }
}

impl Serialize for FrameUpdate<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let round = |value: f32| (f64::from(value) * 100.0).round() / 100.0;
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("timestamp", &(self.frame.at.millis() as f64 / 1_000.0))?;
        map.serialize_entry("frame_number", &self.frame.number)?;
        map.serialize_entry("zones", &Zones(*self))?;
        let (fps, time) = (round(self.frame.fps), round(self.frame.frame_time_ms));
        map.serialize_entry("performance", &serde_json::json!({ "fps": fps, "frame_time_ms": time }))?;
        map.end()
    }
}

struct Zones<'a>(FrameUpdate<'a>);

impl Serialize for Zones<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (id, bytes) in self.0.zones() {
            map.serialize_entry(id, &Lights(bytes))?;
        }
        map.end()
    }
}

struct Lights<'a>(&'a [u8]);

impl Serialize for Lights<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (pixels, _) = self.0.as_chunks::<3>();
        let mut list = serializer.serialize_seq(Some(pixels.len()))?;
        for pixel in pixels {
            list.serialize_element(pixel)?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> ZoneFrame {
        let zone = |id: &str, bytes: &[u8]| (ZoneId::new(id).unwrap(), bytes.to_vec());
        ZoneFrame {
            number: 12_345,
            at: ShowTime(1_732_596_600_123_000),
            fps: 60.0,
            frame_time_ms: 0.25,
            zones: vec![zone("FLOOR", &[255, 0, 0, 255, 10, 0]), zone("LAMP", &[0, 255, 0])],
        }
    }

    #[test]
    fn a_frame_is_told_as_its_readers_know_it() {
        let frame = frame();
        let told = serde_json::to_value(FrameUpdate { frame: &frame, zones: None }).unwrap();
        let expected = serde_json::json!({
            "timestamp": 1_732_596_600.123, "frame_number": 12_345,
            "zones": {"FLOOR": [[255, 0, 0], [255, 10, 0]], "LAMP": [[0, 255, 0]]},
            "performance": {"fps": 60.0, "frame_time_ms": 0.25},
        });
        assert_eq!(told, expected);
        let only = [ZoneId::new("LAMP").unwrap()];
        let told = serde_json::to_value(FrameUpdate { frame: &frame, zones: Some(&only) }).unwrap();
        assert_eq!(told["zones"], serde_json::json!({"LAMP": [[0, 255, 0]]}));
    }

    /// Frames that a client gets of a second of the engine's.
    #[track_caller]
    fn check(engine: i64, fps: f64, expected: usize) {
        let at = |number: i64| ShowTime(1_732_596_600_000_000 + number * 1_000_000 / engine);
        let mut places: Vec<u64> = (0..engine).map(|number| place(at(number), fps)).collect();
        places.dedup();
        assert_eq!(places.len(), expected, "{fps} of {engine}");
    }

    #[test]
    fn a_client_gets_as_many_frames_as_it_wishes_and_there_are() {
        check(60, 60.0, 60);
        check(60, 30.0, 30);
        check(60, 20.0, 20);
        check(60, 1.0, 1);
        check(60, 240.0, 60);
        check(30, 60.0, 30);
        check(240, 240.0, 240);
        check(240, 60.0, 60);
        check(70, 70.0, 70);
        check(100, 40.0, 40);
    }

    #[test]
    fn the_binary_form_is_what_its_description_says() {
        let frame = frame();
        let binary = FrameUpdate { frame: &frame, zones: None }.binary();
        assert_eq!(&binary[..8], b"MQLF\x01\x01\x00\x1a");
        assert_eq!(binary[8..16], 12_345_u64.to_be_bytes());
        assert_eq!(binary[16..24], 1_732_596_600_123_u64.to_be_bytes());
        assert_eq!(&binary[24..26], [0, 2]);
        assert_eq!(&binary[26..], b"\x05FLOOR\x00\x00\x00\x02\xff\x00\x00\xff\x0a\x00\x04LAMP\x00\x00\x00\x01\x00\xff\x00");
    }
}
