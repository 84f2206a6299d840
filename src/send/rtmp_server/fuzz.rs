//! Fuzz targets: what an RTMP client sends after its handshake, and what a publisher sends after it was let in.

use bytes::Bytes;
use futures_util::FutureExt;

use super::amf::{self, Value};
use super::dialogue::{Dialogue, Step};
use super::input::{Input, MAX_MESSAGE, Violation};
use super::message::{self, Message};
use super::output::Output;
use super::publisher::Publisher;
use crate::base::fuzz::check_told;
use crate::frame::ingest::{Ingest, Next};

/// Commands are answered with more than they are themselves; a server that could be made to say far more than it hears would
/// serve to flood others.
const MOST_SAID_PER_BYTE: usize = 16;

/// The first bytes say in which pieces the rest arrives: what is understood does not depend on it.
pub fn rtmp_chunks(bytes: &[u8]) {
    let (sizes, stream) = bytes.split_at(bytes.len().min(4));
    let at_once = converse(stream, &[]);
    let in_pieces = converse(stream, sizes);
    assert_eq!(at_once, in_pieces, "the same bytes are the same messages, however they arrive");
    assert_eq!(at_once, converse(stream, &[0]), "byte by byte");
}

#[derive(Debug, PartialEq)]
struct Talk {
    messages: Vec<Message>,
    steps: Vec<Step>,
    said: Vec<u8>,
    end: Result<(), Violation>,
}

/// Plays both ends of a connection until everything was heard, or something forbidden.
fn converse(stream: &[u8], sizes: &[u8]) -> Talk {
    let (mut input, mut dialogue, mut output) = (Input::new(), Dialogue::default(), Output::new());
    let mut talk = Talk { messages: Vec::new(), steps: Vec::new(), said: Vec::new(), end: Ok(()) };
    let (mut rest, mut sizes) = (stream, sizes.iter().cycle());
    while !rest.is_empty() && talk.end.is_ok() {
        let size = sizes.next().map_or(4_096, |size| 1 + usize::from(*size));
        let (mut piece, after) = rest.split_at(size.min(rest.len()));
        rest = after;
        while !piece.is_empty() && talk.end.is_ok() {
            input.receive(&mut piece).now_or_never().expect("a slice is always ready").expect("and never fails");
            talk.end = listen(&mut input, &mut dialogue, &mut output, &mut talk.messages, &mut talk.steps);
            input.check_bounds();
        }
    }
    if let Err(violation) = talk.end {
        check_told(&violation.to_string());
    }
    while !output.is_empty() {
        output.write_some(&mut talk.said).now_or_never().expect("a vector is always ready").expect("and never fails");
    }
    assert!(talk.said.len() <= 1_024 + MOST_SAID_PER_BYTE * stream.len(), "{} bytes said", talk.said.len());
    check_said(&talk.said);
    talk
}

fn listen(
    input: &mut Input,
    dialogue: &mut Dialogue,
    output: &mut Output,
    messages: &mut Vec<Message>,
    steps: &mut Vec<Step>,
) -> Result<(), Violation> {
    while let Some(message) = input.next()? {
        assert!(message.payload.len() <= MAX_MESSAGE);
        steps.push(dialogue.hear(&message, output)?);
        messages.push(message);
    }
    Ok(())
}

/// What the server says is RTMP as its own reader knows it, and commands in it are AMF.
fn check_said(mut said: &[u8]) {
    let mut input = Input::new();
    while !said.is_empty() {
        input.receive(&mut said).now_or_never().expect("a slice is always ready").expect("and never fails");
        while let Some(message) = input.next().expect("the server speaks well") {
            if message.kind == message::COMMAND {
                amf::decode(&message.payload).expect("the server writes well");
            }
        }
    }
}

pub fn rtmp_amf(bytes: &[u8]) {
    let Ok(values) = amf::decode(bytes) else { return };
    assert!(values.len() <= bytes.len());
    // Only our own texts are written, none of which is as long as a client's can be.
    if !values.iter().all(is_short) {
        return;
    }
    let written = amf::encode(&values);
    let again = amf::decode(&written).expect("what is written can be read");
    assert_eq!(format!("{values:?}"), format!("{again:?}"));
    assert_eq!(amf::encode(&again), written);
    for kind in [message::COMMAND, message::DATA] {
        let (mut dialogue, mut output) = (Dialogue::default(), Output::new());
        let heard =
            dialogue.hear(&Message { kind, stream: 0, time_ms: 0, payload: Bytes::copy_from_slice(bytes) }, &mut output);
        assert!(!matches!(heard, Ok(Step::Play { .. })), "nobody plays without having connected");
    }
}

/// The bytes are messages: their kind, their time, their length in two bytes, their body.
pub fn rtmp_media(bytes: &[u8]) {
    let ingest = Ingest::new();
    let mut publisher = Publisher::new(ingest.publish("fuzz"));
    let stream = ingest.stream("fuzz").expect("it is published");
    let mut reader = stream.read();
    let (mut rest, mut taken) = (bytes, 0);
    while let Some((&[kind, a, b, c, d, high, low], after)) = rest.split_first_chunk::<7>() {
        let length = usize::from(u16::from_be_bytes([high, low])).min(after.len());
        let (body, after) = after.split_at(length);
        rest = after;
        let kind = if kind % 2 == 0 { message::VIDEO } else { message::AUDIO };
        let time_ms = u32::from_be_bytes([a, b, c, d]);
        let payload = Bytes::copy_from_slice(body);
        if let Err(bad) = publisher.hear(&Message { kind, stream: 1, time_ms, payload }) {
            check_told(&bad.to_string());
            check_told(bad.told());
        }
        while let Next::Piece(piece) = reader.next() {
            taken += piece.data.len();
            assert!(!piece.data.is_empty() && piece.setup.config.len() <= 4_096);
            // A sender can stretch time, but no more than ten seconds with each message.
            assert!(piece.decoded_at.unsigned_abs() <= 10_000_000 * (1 + bytes.len() as u64));
            assert!(piece.shown_at.abs_diff(piece.decoded_at) <= 8_388_608_000);
        }
    }
    assert!(taken <= bytes.len(), "nothing comes twice");
}

fn is_short(value: &Value) -> bool {
    let fits = |text: &str| text.len() <= usize::from(u16::MAX);
    match value {
        Value::Text(text) => fits(text),
        Value::Object(fields) | Value::Map(fields) => fields.iter().all(|(name, value)| fits(name) && is_short(value)),
        Value::List(values) => values.iter().all(is_short),
        Value::Number(_) | Value::Boolean(_) | Value::Null => true,
    }
}
