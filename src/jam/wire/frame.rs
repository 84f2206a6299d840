//! Frames: what is sent as one message.

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::item::{self, Item};
use super::varint::{Reader, put_counted, put_number};
use crate::jam::ask::Ask;
use crate::show::jam::event::Entry;
use crate::show::jam::participant::{Color, ParticipantId};
use crate::show::jam::{Jam, Millis};

const EVENTS: u8 = 0x01;
const ASKS: u8 = 0x02;
const REFUSED: u8 = 0x03;
const MORE: u8 = 0x04;
const PROBE: u8 = 0x10;
const PROBED: u8 = 0x11;
const HELLO: u8 = 0x20;
const WELCOME: u8 = 0x21;
const SNAPSHOT: u8 = 0x22;
const BYE: u8 = 0x23;
const LEASE: u8 = 0x24;
const LEASED: u8 = 0x25;

/// A frame of asks holds at most so many.
pub const MOST_ASKS: usize = 256;

/// Who comes in, and what it knows already.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hello {
    pub code: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Of the participant that it was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What it was told before, and in which life of the numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// Lights that it brings.
    #[serde(skip_serializing_if = "is_none")]
    pub outputs: u16,
    /// Only looks on, and is no participant.
    #[serde(skip_serializing_if = "is_false")]
    pub watch: bool,
}

fn is_none(outputs: &u16) -> bool {
    *outputs == 0
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// It is in. What it missed follows; or the jam is here as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ParticipantId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    pub epoch: String,
    pub seq: u64,
    pub created_at: Millis,
    pub color_table_version: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jam: Option<Box<Jam>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Whole {
    pub seq: u64,
    pub jam: Box<Jam>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bye {
    pub code: String,
    pub message: String,
}

/// Devices that a node wants to light, or may.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    pub devices: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    pub id: u64,
    /// Of the client's clock, in microseconds.
    pub t0: u64,
    /// How long the way there and back took, as far as the client knows; milliseconds.
    #[serde(default)]
    pub rtt: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probed {
    pub id: u64,
    pub t0: u64,
    /// When the probe came, and when this left: microseconds of Unix time.
    pub t1: u64,
    pub t2: u64,
}

/// From a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Up {
    Hello(Hello),
    Asks {
        op: u32,
        asks: Vec<Ask>,
    },
    Probe(Probe),
    Lease(Devices),
    /// Of a later version.
    Unknown,
}

/// To a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Down {
    Welcome(Welcome),
    Events(Vec<Told>),
    Refused { op: u32, code: String, message: String },
    Probed(Probed),
    Snapshot(Whole),
    Leased(Devices),
    Bye(Bye),
    Unknown,
}

/// What a frame of events says.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    Entry(Entry),
    Ack(u32),
}

/// Where somebody is who reads one frame after the other: the last event, so that the next need not say all of it again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub seq: u64,
    pub at: Millis,
    pub by: ParticipantId,
}

impl Place {
    /// Nothing was told yet but the whole: times are counted from when the jam was made.
    pub fn after_whole(seq: u64, created_at: Millis) -> Self {
        Self { seq, at: created_at, by: ParticipantId(0) }
    }
}

/// Puts entries into one frame, one after the other.
pub struct Events {
    bytes: Vec<u8>,
    place: Place,
}

impl Events {
    /// `since`: what times are counted from; `first`: the number of the first entry.
    pub fn new(since: Millis, first: u64) -> Self {
        let mut bytes = Vec::with_capacity(32);
        bytes.push(EVENTS);
        put_number(&mut bytes, first);
        let seq = first.saturating_sub(1);
        Self { bytes, place: Place::after_whole(seq, since) }
    }

    /// For somebody who was told everything up to there, on the same connection.
    pub fn following(place: Place) -> Self {
        let mut bytes = Vec::with_capacity(16);
        bytes.push(MORE);
        Self { bytes, place }
    }

    /// Where its reader is then.
    pub fn place(&self) -> Place {
        self.place
    }

    fn put_time(&mut self, at: Millis) {
        let later = u64::try_from(at.saturating_sub(self.place.at)).unwrap_or(0);
        self.place.at = self.place.at.saturating_add_unsigned(later);
        put_number(&mut self.bytes, later);
    }

    /// `event`: its bytes.
    pub fn put(&mut self, at: Millis, by: ParticipantId, event: &[u8]) {
        if self.place.by != by {
            self.put_time(at);
            item::put_by(&mut self.bytes, by);
            self.place.by = by;
        }
        self.put_time(at);
        self.place.seq += 1;
        self.bytes.extend_from_slice(event);
    }

    pub fn put_op(&mut self, at: Millis, op: u32) {
        self.put_time(at);
        item::put_op(&mut self.bytes, op);
    }

    pub fn put_ack(&mut self, op: u32) {
        self.bytes.push(0);
        item::put_ack(&mut self.bytes, op);
    }

    pub fn bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Entries of a frame that says all by itself; times are counted from `since`.
pub fn events(bytes: &[u8], since: Millis) -> Result<Vec<Told>, Malformed> {
    let mut reader = Reader(bytes);
    if reader.byte() != Some(EVENTS) {
        return Err(Malformed::Value);
    }
    read_all(&mut reader, &mut Place::after_whole(0, since))
}

fn read_all(reader: &mut Reader<'_>, place: &mut Place) -> Result<Vec<Told>, Malformed> {
    let first = reader.number().ok_or(Malformed::Short)?;
    *place = Place { seq: first.checked_sub(1).ok_or(Malformed::Value)?, by: ParticipantId(0), ..*place };
    read_more(reader, place)
}

fn read_more(reader: &mut Reader<'_>, place: &mut Place) -> Result<Vec<Told>, Malformed> {
    let mut op = 0;
    let mut told = Vec::new();
    while !reader.is_empty() {
        let later = i64::try_from(reader.number().ok_or(Malformed::Short)?).map_err(|_| Malformed::Value)?;
        place.at = place.at.checked_add(later).ok_or(Malformed::Value)?;
        match item::item(reader)? {
            Item::By(author) => place.by = author,
            Item::Op(number) => op = number,
            Item::Ack(number) => told.push(Told::Ack(number)),
            Item::Event(event) => {
                place.seq = place.seq.checked_add(1).ok_or(Malformed::Value)?;
                let Place { seq, at, by } = *place;
                told.push(Told::Entry(Entry { seq, at, by, op: std::mem::take(&mut op), event }));
            }
            // It has its number all the same.
            Item::Unknown => place.seq = place.seq.checked_add(1).ok_or(Malformed::Value)?,
        }
    }
    Ok(told)
}

impl Up {
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Up::Hello(hello) => written(HELLO, hello),
            Up::Lease(devices) => written(LEASE, devices),
            Up::Asks { op, asks } => {
                let mut bytes = vec![ASKS];
                put_number(&mut bytes, u64::from(*op));
                asks.iter().for_each(|ask| item::put_ask(&mut bytes, ask));
                bytes
            }
            Up::Probe(Probe { id, t0, rtt }) => numbers(PROBE, [*id, *t0, *rtt]),
            Up::Unknown => Vec::new(),
        }
    }

    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(bytes);
        Ok(match reader.byte().ok_or(Malformed::Short)? {
            HELLO => Up::Hello(json(reader.0)?),
            LEASE => Up::Lease(json(reader.0)?),
            ASKS => {
                let op = small(&mut reader)?;
                let mut asks = Vec::new();
                while !reader.is_empty() {
                    asks.extend(item::ask(&mut reader)?);
                    if asks.len() > MOST_ASKS {
                        return Err(Malformed::TooMany);
                    }
                }
                Up::Asks { op, asks }
            }
            PROBE => {
                let [id, t0, rtt] = read_numbers(&mut reader)?;
                Up::Probe(Probe { id, t0, rtt })
            }
            _ => Up::Unknown,
        })
    }
}

impl Down {
    /// Events are put together by whoever tells them.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Down::Welcome(welcome) => written(WELCOME, welcome),
            Down::Snapshot(whole) => written(SNAPSHOT, whole),
            Down::Bye(bye) => written(BYE, bye),
            Down::Leased(devices) => written(LEASED, devices),
            Down::Refused { op, code, message } => {
                let mut bytes = vec![REFUSED];
                put_number(&mut bytes, u64::from(*op));
                put_counted(&mut bytes, code.as_bytes());
                put_counted(&mut bytes, message.as_bytes());
                bytes
            }
            Down::Probed(Probed { id, t0, t1, t2 }) => numbers(PROBED, [*id, *t0, *t1, *t2]),
            Down::Events(_) | Down::Unknown => Vec::new(),
        }
    }

    /// `place`: where the reader is; it moves on.
    pub fn read(bytes: &[u8], place: &mut Place) -> Result<Self, Malformed> {
        let mut reader = Reader(bytes);
        let text = |reader: &mut Reader<'_>| {
            let bytes = reader.counted().ok_or(Malformed::Short)?;
            Ok(String::from_utf8_lossy(bytes).into_owned())
        };
        Ok(match reader.byte().ok_or(Malformed::Short)? {
            EVENTS => Down::Events(read_all(&mut reader, place)?),
            MORE => Down::Events(read_more(&mut reader, place)?),
            WELCOME => {
                let welcome: Welcome = json(reader.0)?;
                *place = Place::after_whole(welcome.seq, welcome.created_at);
                Down::Welcome(welcome)
            }
            SNAPSHOT => {
                let whole: Whole = json(reader.0)?;
                *place = Place::after_whole(whole.seq, whole.jam.created_at);
                Down::Snapshot(whole)
            }
            BYE => Down::Bye(json(reader.0)?),
            LEASED => Down::Leased(json(reader.0)?),
            REFUSED => {
                let op = small(&mut reader)?;
                Down::Refused { op, code: text(&mut reader)?, message: text(&mut reader)? }
            }
            PROBED => {
                let [id, t0, t1, t2] = read_numbers(&mut reader)?;
                Down::Probed(Probed { id, t0, t1, t2 })
            }
            _ => Down::Unknown,
        })
    }
}

fn written(kind: u8, value: &impl Serialize) -> Vec<u8> {
    let mut bytes = vec![kind];
    // Plain data with text keys always becomes JSON.
    bytes.extend(serde_json::to_vec(value).unwrap_or_default());
    bytes
}

fn json<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    serde_json::from_slice(bytes).map_err(|error| Malformed::Json(error.to_string()))
}

fn numbers<const N: usize>(kind: u8, values: [u64; N]) -> Vec<u8> {
    let mut bytes = vec![kind];
    values.into_iter().for_each(|value| put_number(&mut bytes, value));
    bytes
}

fn read_numbers<const N: usize>(reader: &mut Reader<'_>) -> Result<[u64; N], Malformed> {
    let mut values = [0; N];
    for value in &mut values {
        *value = reader.number().ok_or(Malformed::Short)?;
    }
    Ok(values)
}

fn small(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
    u32::try_from(reader.number().ok_or(Malformed::Short)?).map_err(|_| Malformed::Value)
}
