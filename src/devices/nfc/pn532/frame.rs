//! What goes over the wire to a PN532 and back: a start, a length and a checksum around each command and each answer (user manual
//! UM0701-02, 6.2.1). Bytes may be lost or made up on a serial line, so whatever comes, the next whole frame is found.

/// Commands of ours are short.
const LONGEST_COMMAND: usize = 64;
const START: [u8; 2] = [0x00, 0xff];
const TO_CHIP: u8 = 0xd4;
const FROM_CHIP: u8 = 0xd5;
const ERROR: u8 = 0x7f;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// It has understood and works on it.
    Ack,
    /// It wants the last frame again.
    Nack,
    /// It does not know what it was told.
    Error,
    /// The code of the command plus one, and the answer to it.
    Answer(&'a [u8]),
}

/// A whole command, ready to be sent. None if it is empty or too long.
pub fn encode(command: &[u8]) -> Option<Vec<u8>> {
    let length = u8::try_from(command.len() + 1).ok().filter(|_| (1..=LONGEST_COMMAND).contains(&command.len()))?;
    let mut frame = vec![0x00, START[0], START[1], length, length.wrapping_neg(), TO_CHIP];
    frame.extend_from_slice(command);
    frame.extend([sum(command).wrapping_add(TO_CHIP).wrapping_neg(), 0x00]);
    Some(frame)
}

/// How many of `bytes` are done with, and the frame that they end with, if there is one. With none, more bytes are needed.
pub fn decode(bytes: &[u8]) -> (usize, Option<Frame<'_>>) {
    let mut done = 0;
    loop {
        let Some(rest) = bytes.get(done..) else { return (bytes.len(), None) };
        let Some(start) = rest.array_windows().position(|pair| *pair == START) else {
            // the first half of a start may be there
            return (bytes.len() - usize::from(rest.ends_with(&START[..1])), None);
        };
        done += start;
        match frame_at(rest.get(start + START.len()..).unwrap_or_default()) {
            Body::Whole(length, frame) => return (done + START.len() + length, Some(frame)),
            Body::Short => return (done, None),
            // what looked like a start was none
            Body::Wrong => done += 1,
        }
    }
}

enum Body<'a> {
    Whole(usize, Frame<'a>),
    Short,
    Wrong,
}

fn frame_at(bytes: &[u8]) -> Body<'_> {
    let (length, body) = match bytes {
        [0x00, 0xff, ..] => return Body::Whole(2, Frame::Ack),
        [0xff, 0x00, ..] => return Body::Whole(2, Frame::Nack),
        // longer than 255 bytes, which nothing is that we ask for
        [0xff, 0xff, ..] => return Body::Wrong,
        [length, check, body @ ..] if length.wrapping_add(*check) == 0 => (usize::from(*length), body),
        [_, _, ..] => return Body::Wrong,
        _ => return Body::Short,
    };
    let Some((data, [check, ..])) = body.split_at_checked(length) else { return Body::Short };
    match data {
        _ if sum(data).wrapping_add(*check) != 0 => Body::Wrong,
        [FROM_CHIP, answer @ ..] => Body::Whole(length + 3, Frame::Answer(answer)),
        [ERROR] => Body::Whole(length + 3, Frame::Error),
        _ => Body::Wrong,
    }
}

fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commands and answers as the manual and other drivers print them.
    const GOLDEN: [(&[u8], &[u8]); 3] = [
        (&[0x02], &[0x00, 0x00, 0xff, 0x02, 0xfe, 0xd4, 0x02, 0x2a, 0x00]),
        (&[0x14, 0x01, 0x14, 0x01], &[0x00, 0x00, 0xff, 0x05, 0xfb, 0xd4, 0x14, 0x01, 0x14, 0x01, 0x02, 0x00]),
        (&[0x4a, 0x01, 0x00], &[0x00, 0x00, 0xff, 0x04, 0xfc, 0xd4, 0x4a, 0x01, 0x00, 0xe1, 0x00]),
    ];
    const FIRMWARE: [u8; 13] = [0x00, 0x00, 0xff, 0x06, 0xfa, 0xd5, 0x03, 0x32, 0x01, 0x06, 0x07, 0xe8, 0x00];

    #[test]
    fn commands_are_as_the_manual_has_them() {
        for (command, frame) in GOLDEN {
            assert_eq!(encode(command).as_deref(), Some(frame));
        }
        assert_eq!(encode(&[]), None);
        assert_eq!(encode(&[0; 65]), None);
        assert!(encode(&[0xff; 64]).is_some());
    }

    #[test]
    fn answers_are_read_as_the_manual_has_them() {
        assert_eq!(decode(&FIRMWARE), (12, Some(Frame::Answer(&[0x03, 0x32, 0x01, 0x06, 0x07]))));
        assert_eq!(decode(&[0x00, 0x00, 0xff, 0x00, 0xff, 0x00]), (5, Some(Frame::Ack)));
        assert_eq!(decode(&[0x00, 0x00, 0xff, 0xff, 0x00, 0x00]), (5, Some(Frame::Nack)));
        assert_eq!(decode(&[0x00, 0x00, 0xff, 0x01, 0xff, 0x7f, 0x81, 0x00]), (7, Some(Frame::Error)));
    }

    #[test]
    fn a_frame_that_comes_byte_by_byte_is_found_when_it_is_whole() {
        for length in 0..12 {
            let (done, frame) = decode(&FIRMWARE[..length]);
            assert!(frame.is_none() && done <= 1, "{length}");
        }
        assert!(decode(&FIRMWARE[..12]).1.is_some());
    }

    #[test]
    fn noise_and_damaged_frames_before_a_whole_one_are_passed_over() {
        let mut damaged = FIRMWARE;
        damaged[8] ^= 0x10;
        let stream = [&[0x55, 0xff, 0x00, 0x00, 0xff, 0x09, 0x09], damaged.as_slice(), GOLDEN[0].1, &FIRMWARE].concat();
        let (done, frame) = decode(&stream);
        assert_eq!((done, frame), (stream.len() - 1, Some(Frame::Answer(&[0x03, 0x32, 0x01, 0x06, 0x07]))));
    }

    #[test]
    fn bytes_without_a_start_are_let_go() {
        assert_eq!(decode(&[]), (0, None));
        assert_eq!(decode(&[0xff; 300]), (300, None));
        assert_eq!(decode(&[0x12, 0x00]), (1, None));
    }
}
