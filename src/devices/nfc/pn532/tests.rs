use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::*;

/// What the chip of a test does next time it is asked for a card: it answers that, or it hangs up (None).
type Acts = Option<Vec<u8>>;

fn around(answer: &[u8]) -> Vec<u8> {
    let length = u8::try_from(answer.len() + 1).unwrap();
    let sum = answer.iter().fold(0xd5_u8, |sum, byte| sum.wrapping_add(*byte));
    [&[0, 0, 0xff, length, length.wrapping_neg(), 0xd5], answer, &[sum.wrapping_neg(), 0]].concat()
}

/// A chip that acknowledges and answers, with the noise before it that a line has.
fn answer(mut port: UnixStream, acts: &Receiver<Acts>) {
    let mut bytes = Vec::new();
    let mut some = [0; 64];
    while let Ok(count @ 1..) = port.read(&mut some) {
        bytes.extend_from_slice(&some[..count]);
        let Some(at) = bytes.windows(4).position(|four| four[..3] == [0, 0, 0xff] && four[3] > 0) else { continue };
        let length = usize::from(bytes[at + 3]);
        let Some(command) = bytes.get(at + 6..at + 5 + length).map(<[u8]>::to_vec) else { continue };
        bytes.clear();
        let reply = match command[0] {
            0x4a => match acts.recv() {
                Ok(Some(card)) => [&[0x4b], card.as_slice()].concat(),
                _ => return,
            },
            code => vec![code + 1],
        };
        port.write_all(&[0x55, 0, 0, 0xff, 0, 0xff, 0]).unwrap();
        port.write_all(&around(&reply)).unwrap();
    }
}

fn wired() -> (SyncSender<Acts>, SyncSender<UnixStream>, Pn532<UnixStream>, JoinHandle<()>) {
    let (act, acts) = sync_channel(16);
    let (plug, plugged) = sync_channel::<UnixStream>(4);
    let chip = std::thread::spawn(move || plugged.iter().for_each(|port| answer(port, &acts)));
    let other = plug.clone();
    let open = move || {
        let (ours, chips) = UnixStream::pair()?;
        ours.set_read_timeout(Some(Duration::from_millis(100)))?;
        other.send(chips).map_err(std::io::Error::other)?;
        Ok(ours)
    };
    (act, plug, Pn532::new("hat", Box::new(open)), chip)
}

#[test]
fn a_card_that_comes_and_goes_is_seen_and_a_chip_that_hangs_is_woken_anew() {
    let (act, plug, mut source, chip) = wired();
    let hat = ReaderName::new("hat");
    let card = [1, 1, 0, 4, 8, 4, 0x04, 0xa1, 0xb2, 0xc3];
    let tag: TagId = "04A1B2C3".parse().unwrap();
    for acts in [Some(vec![0]), Some(card.to_vec()), Some(card.to_vec()), Some(vec![0]), None, Some(card.to_vec())] {
        act.send(acts).unwrap();
    }
    let mut wait = || source.wait(Duration::ZERO);
    assert_eq!(wait(), Ok(vec![Sighting::Appeared(hat.clone()), Sighting::Nothing(hat.clone())]));
    assert_eq!(wait(), Ok(vec![Sighting::Tag(hat.clone(), tag)]));
    assert_eq!(wait(), Ok(vec![]));
    assert_eq!(wait(), Ok(vec![Sighting::Nothing(hat.clone())]));
    assert_eq!(wait().map_err(|fault| fault.code()), Err("nfc_chip_failed"));
    assert_eq!(wait(), Ok(vec![Sighting::Appeared(hat.clone()), Sighting::Tag(hat, tag)]));
    drop((act, plug, source));
    chip.join().unwrap();
}

#[test]
fn a_port_that_is_not_there_or_none_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    for path in [dir.path().join("absent"), file] {
        let fault = on_serial_port(&path).wait(Duration::ZERO).unwrap_err();
        assert_eq!(fault.code(), "nfc_port_failed");
        assert!(fault.to_string().contains(&path.display().to_string()));
    }
}
