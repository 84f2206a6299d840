use proptest::prelude::*;

use super::Malformed;
use super::frame::{Down, Events, Hello, MOST_ASKS, Place, Probe, Probed, Told, Up, events};
use super::item::put_event;
use crate::jam::ask::Ask;
use crate::show::jam::beat::{Beat, Tempo, Timeline};
use crate::show::jam::event::{Entry, JamEvent, Step, Struck};
use crate::show::jam::module::Module;
use crate::show::jam::music::{ColorMode, Root, Scale};
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::pattern::PatternId;
use crate::show::time::ShowTime;

fn step() -> Step {
    Step { pattern: PatternId::drums(2), track: 3, step: 63, enabled: true, velocity: 100, extra: 5 }
}

fn note(module: Module, on: bool) -> Struck {
    Struck { note: 60, velocity: 80, module, on }
}

fn bytes_of(event: &JamEvent) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_event(&mut bytes, event);
    bytes
}

/// The layout is promised to others, so it is written out here.
#[test]
fn a_step_is_seven_bytes_and_a_note_two_or_three() {
    assert_eq!(bytes_of(&JamEvent::DrumStep(step())), [0x01, 2, 3, 63, 1, 100, 5]);
    assert_eq!(bytes_of(&JamEvent::Note(note(Module::Piano, true))), [0x80 | 60, 80]);
    assert_eq!(bytes_of(&JamEvent::Note(note(Module::Piano, false))), [0x80 | 60, 0x80 | 80]);
    assert_eq!(bytes_of(&JamEvent::Note(note(Module::IsometricSequencer, true))), [0x12, 60, 80]);
    assert_eq!(bytes_of(&JamEvent::ColorMode { mode: ColorMode::Spectrum }), [0x02, 2]);
    assert_eq!(bytes_of(&JamEvent::KeyChange { key: Root::new(3).unwrap(), scale: Scale::Dorian }), [0x03, 3, 2]);
}

#[test]
fn a_frame_is_what_was_put_into_it() {
    let line = Timeline {
        tempo: Tempo::of_bpm(127.0).unwrap(),
        beat_origin: Beat(-5),
        time_origin: ShowTime(1_700_000_000_000_123),
    };
    let sent = [
        (1_000, 1, JamEvent::DrumStep(step())),
        (1_000, 1, JamEvent::Note(note(Module::Piano, true))),
        (1_020, 2, JamEvent::TempoChange { tempo: 127.0, line }),
        (1_500, 2, JamEvent::PlaybackControl { is_playing: true, beat: Beat(16_000_000) }),
        (1_501, 1, JamEvent::PatternSelect { pattern: PatternId::sequencer(3), since: Beat(8_000_000) }),
        (9_000, 0, JamEvent::Left { id: ParticipantId(9) }),
    ];
    let mut frame = Events::new(500, 41);
    for (at, by, event) in &sent {
        frame.put(*at, ParticipantId(*by), &bytes_of(event));
    }
    frame.put_ack(7);
    let mut expected: Vec<Told> = (41..)
        .zip(sent)
        .map(|(seq, (at, by, event))| Told::Entry(Entry { seq, at, by: ParticipantId(by), op: 0, event }))
        .collect();
    expected.push(Told::Ack(7));
    assert_eq!(events(&frame.bytes(), 500).unwrap(), expected);
}

#[test]
fn a_step_in_a_frame_of_its_own_is_fifteen_bytes() {
    let mut frame = Events::new(0, 20_000);
    frame.put(3_600_000, ParticipantId(3), &bytes_of(&JamEvent::DrumStep(step())));
    // Kind, number (3), time (4), author (2), time, step (7): times are since the frame before for those who keep count.
    assert_eq!(frame.bytes().len(), 1 + 3 + 4 + 2 + 1 + 7);
}

/// What has been said on a connection is not said again.
#[test]
fn a_step_that_follows_another_is_nine_to_thirteen_bytes() {
    let mut place = Place::after_whole(20_000, 0);
    let mut reader = place;
    for (at, by, length) in [(3_600_000, 3, 15), (3_600_200, 4, 13), (3_600_300, 4, 9)] {
        let mut frame = Events::following(place);
        frame.put(at, ParticipantId(by), &bytes_of(&JamEvent::DrumStep(step())));
        place = frame.place();
        let bytes = frame.bytes();
        assert_eq!(bytes.len(), length);
        let Ok(Down::Events(told)) = Down::read(&bytes, &mut reader) else { panic!("it is read") };
        let event = JamEvent::DrumStep(step());
        assert_eq!(told, [Told::Entry(Entry { seq: place.seq, at, by: ParticipantId(by), op: 0, event })]);
    }
    assert_eq!((reader, place.seq), (place, 20_003));
}

#[test]
fn both_directions_are_read_back() {
    let hello = Hello { code: "AB12CD".to_owned(), name: "Ada".to_owned(), seq: Some(7), ..Hello::default() };
    let asks = vec![Ask::DrumStep(step()), Ask::Note(note(Module::Piano, false)), Ask::PlaybackControl { is_playing: true }];
    for up in [Up::Hello(hello), Up::Asks { op: 300, asks }, Up::Probe(Probe { id: 1, t0: u64::MAX, rtt: 80 })] {
        assert_eq!(Up::read(&up.bytes()), Ok(up));
    }
    let refused = Down::Refused { op: 9, code: "host_only".to_owned(), message: "no".to_owned() };
    for down in [refused, Down::Probed(Probed { id: 1, t0: 2, t1: 3, t2: 4 })] {
        assert_eq!(Down::read(&down.bytes(), &mut Place::default()), Ok(down));
    }
}

#[test]
fn what_a_later_version_knows_is_skipped() {
    let mut bytes = Up::Asks { op: 1, asks: vec![Ask::DrumStep(step())] }.bytes();
    // Something of five bytes, then a note of a module that is not known, then a note.
    bytes.extend([0x55, 5, 1, 2, 3, 4, 5, 0x1f, 60, 80, 0x80 | 64, 70]);
    let Ok(Up::Asks { op: 1, asks }) = Up::read(&bytes) else { panic!("it is read") };
    assert_eq!(asks.len(), 2);
    assert_eq!(Up::read(&[0x70, 1, 2, 3]), Ok(Up::Unknown));
    assert_eq!(Down::read(&[0x70], &mut Place::default()), Ok(Down::Unknown));
    // In a row of events it has its number all the same.
    let mut frame = Events::new(0, 5);
    frame.put(0, ParticipantId(0), &[0x66, 2, 9, 9]);
    frame.put(0, ParticipantId(0), &bytes_of(&JamEvent::ColorMode { mode: ColorMode::Chromatic }));
    assert!(matches!(&events(&frame.bytes(), 0).unwrap()[..], [Told::Entry(Entry { seq: 6, .. })]));
}

#[test]
fn what_is_not_right_is_told() {
    assert_eq!(Up::read(&[]), Err(Malformed::Short));
    assert_eq!(Up::read(&[0x02, 1, 0x01, 0]), Err(Malformed::Short));
    assert_eq!(Up::read(&[0x02, 1, 0x01, 16, 0, 0, 1, 80, 0]), Err(Malformed::Value));
    assert_eq!(Up::read(&[0x02, 1, 0x0e]), Err(Malformed::Kind(0x0e)));
    assert_eq!(Up::read(&[0x02, 1, 0x30, 200]), Err(Malformed::Short));
    assert!(matches!(Up::read(&[0x02, 1, 0x20, 2, b'{', b'}']), Err(Malformed::Json(_))));
    let many = Up::Asks { op: 1, asks: vec![Ask::ColorMode { mode: ColorMode::Harmonic }; MOST_ASKS + 1] };
    assert_eq!(Up::read(&many.bytes()), Err(Malformed::TooMany));
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), since: i64) {
        let _ = (Up::read(&bytes), Down::read(&bytes, &mut Place::after_whole(0, since)));
        let framed: Vec<u8> = [0x02, 1].into_iter().chain(bytes.iter().copied()).collect();
        if let Ok(up) = Up::read(&framed) {
            // What is read can be written, and is the same then.
            prop_assert_eq!(Up::read(&up.bytes()), Ok(up));
        }
    }
}
