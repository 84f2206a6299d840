use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;

use super::{plain, reader, tag};
use crate::base::clock::{Clock, Stopwatch};
use crate::devices::nfc::absent::Absent;
use crate::devices::nfc::event::{NfcEvent, ReaderKind};
use crate::devices::nfc::presence::Graces;
use crate::devices::nfc::reader::{ReaderFault, Sighting, TagReader, Unreadable, Wake};
use crate::devices::nfc::simulated::simulated;
use crate::devices::nfc::status::NfcStatus;
use crate::devices::nfc::{NfcHandle, start};
use crate::show::time::ShowTime;

type Seen = Result<Vec<Sighting>, ReaderFault>;

/// A source that sees what a test says.
struct Scripted(Receiver<Seen>);

fn scripted() -> (SyncSender<Seen>, Box<dyn TagReader>) {
    let (say, seen) = sync_channel(16);
    (say, Box::new(Scripted(seen)))
}

impl TagReader for Scripted {
    fn kind(&self) -> ReaderKind {
        ReaderKind::Pcsc
    }

    fn wait(&mut self, patience: Duration) -> Seen {
        match self.0.recv_timeout(patience.min(Duration::from_millis(10))) {
            Ok(seen) => seen,
            Err(RecvTimeoutError::Timeout) => Ok(Vec::new()),
            Err(RecvTimeoutError::Disconnected) => panic!("as it should"),
        }
    }

    fn wake(&self) -> Wake {
        Arc::new(|| ())
    }
}

#[track_caller]
fn eventually<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let watch = Stopwatch::start();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(watch.elapsed() < Duration::from_secs(180), "it did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[track_caller]
fn hears(listener: &mut mpsc::Receiver<NfcEvent>, wanted: &[&str]) {
    let told: Vec<_> = wanted.iter().map(|_| plain(&eventually(|| listener.try_recv().ok()))).collect();
    assert_eq!(told, wanted);
}

#[track_caller]
fn shows(handle: &NfcHandle, is_so: impl Fn(&NfcStatus) -> bool) {
    eventually(|| is_so(&handle.status()).then_some(()));
}

fn watched(sources: Vec<Box<dyn TagReader>>, room: usize) -> (NfcHandle, mpsc::Receiver<NfcEvent>, Clock) {
    let clock = Clock::manual(ShowTime(0));
    let (out, listener) = mpsc::channel(room);
    (start(sources, Graces::default(), &clock, &out).unwrap(), listener, clock)
}

#[test]
fn what_a_hand_puts_on_a_simulated_reader_is_told_and_shown() {
    let (hand, source) = simulated("desk");
    let (handle, mut listener, clock) = watched(vec![Box::new(source)], 8);
    hears(&mut listener, &["0 desk appeared"]);
    hand.insert(tag("A")).unwrap();
    hears(&mut listener, &["0 desk present 0A"]);
    shows(&handle, |status| status.available && status.readers[0].present == Some(tag("A")));
    hand.remove(tag("A")).unwrap();
    hand.insert(tag("A")).unwrap();
    hand.remove(tag("A")).unwrap();
    // time is what removes it
    eventually(|| {
        clock.set(clock.now().plus(Duration::from_secs(1)));
        listener.try_recv().ok().map(|event| assert!(plain(&event).ends_with("desk removed 0A")))
    });
    shows(&handle, |status| status.readers[0].present.is_none());
}

#[test]
fn a_source_that_fails_says_why_is_asked_again_and_keeps_what_it_saw() {
    let (say, source) = scripted();
    let (handle, mut listener, clock) = watched(vec![source], 8);
    shows(&handle, |status| !status.available && status.code == Some("nfc_no_reader"));
    say.send(Ok(vec![Sighting::Tag(reader("door"), tag("A"))])).unwrap();
    hears(&mut listener, &["0 door appeared", "0 door present 0A"]);
    say.send(Err(ReaderFault::NoDaemon)).unwrap();
    shows(&handle, |status| !status.available && status.code == Some("nfc_daemon_missing"));
    assert!(handle.status().reason.is_some_and(|reason| reason.contains("apt-get install pcscd")));
    say.send(Ok(vec![Sighting::Appeared(reader("door")), Sighting::Tag(reader("door"), tag("A"))])).unwrap();
    shows(&handle, |status| status.available && status.reason.is_none());
    say.send(Err(ReaderFault::Daemon("broken".to_owned()))).unwrap();
    shows(&handle, |status| status.code == Some("nfc_daemon_failed"));
    // it stays away for longer than is overlooked, also while nobody asks it
    clock.set(ShowTime(60_000_000));
    hears(&mut listener, &["60000 door removed 0A", "60000 door gone"]);
}

#[test]
fn why_a_card_is_no_tag_is_shown_as_long_as_it_lies_there() {
    let (say, source) = scripted();
    let (handle, _listener, _clock) = watched(vec![source], 8);
    let unreadable = Sighting::Unreadable(reader("door"), Unreadable::InUse);
    say.send(Ok(vec![Sighting::Appeared(reader("door")), unreadable])).unwrap();
    let is_told = |status: &NfcStatus| {
        status
            .readers
            .first()
            .is_some_and(|reader| reader.trouble.as_ref().is_some_and(|told| told.contains("another program")))
    };
    shows(&handle, is_told);
    say.send(Ok(vec![Sighting::Nothing(reader("door"))])).unwrap();
    shows(&handle, |status| !is_told(status));
}

#[test]
fn a_listener_that_is_busy_holds_up_nobody_and_learns_all_when_it_has_room() {
    let (hand, source) = simulated("desk");
    let (handle, mut listener, _clock) = watched(vec![Box::new(source)], 1);
    shows(&handle, |status| status.available);
    hand.insert(tag("A")).unwrap();
    shows(&handle, |status| status.readers[0].present == Some(tag("A")));
    hand.insert(tag("B")).unwrap();
    shows(&handle, |status| status.readers[0].present == Some(tag("B")));
    let all = ["0 desk appeared", "0 desk present 0A", "0 desk removed 0A", "0 desk present 0B"];
    hears(&mut listener, &all);
    assert_eq!(handle.status().missed_taps, 0);
}

#[test]
fn a_build_without_card_readers_says_so_and_the_simulated_one_works() {
    let (hand, source) = simulated("desk");
    let (handle, mut listener, _clock) = watched(vec![Box::new(Absent), Box::new(source)], 8);
    hears(&mut listener, &["0 desk appeared"]);
    hand.insert(tag("A")).unwrap();
    hears(&mut listener, &["0 desk present 0A"]);
    shows(&handle, |status| status.code == Some("nfc_not_built") && status.available && status.readers.len() == 1);
    let (alone, _listener, _clock) = watched(vec![Box::new(Absent)], 8);
    shows(&alone, |status| status.code == Some("nfc_not_built") && !status.available);
}

#[test]
fn without_sources_there_is_no_reader() {
    let (handle, _listener, _clock) = watched(Vec::new(), 8);
    assert_eq!((handle.status().available, handle.status().code), (false, Some("nfc_no_reader")));
}

#[test]
fn a_thread_that_fails_does_not_look_as_if_it_watched() {
    let (say, source) = scripted();
    let (handle, mut listener, _clock) = watched(vec![source], 8);
    say.send(Ok(vec![Sighting::Appeared(reader("door"))])).unwrap();
    hears(&mut listener, &["0 door appeared"]);
    drop(say);
    shows(&handle, |status| status.code == Some("nfc_broken") && !status.available && status.readers.is_empty());
}

#[test]
fn a_source_that_is_held_does_not_look_as_if_it_watched() {
    struct Held(Receiver<()>);
    impl TagReader for Held {
        fn kind(&self) -> ReaderKind {
            ReaderKind::Pcsc
        }
        fn wait(&mut self, _: Duration) -> Seen {
            self.0.recv().ok();
            Ok(vec![Sighting::Tag(reader("door"), tag("A"))])
        }
        fn wake(&self) -> Wake {
            Arc::new(|| ())
        }
    }
    let (go_on, held) = sync_channel(1);
    let (handle, mut listener, clock) = watched(vec![Box::new(Held(held))], 8);
    assert_eq!(handle.status().code, Some("nfc_starting"));
    go_on.send(()).unwrap();
    hears(&mut listener, &["0 door appeared", "0 door present 0A"]);
    shows(&handle, |status| status.available);
    clock.set(ShowTime(31_000_000));
    assert_eq!((handle.status().code, handle.status().available), (Some("nfc_held"), false));
    go_on.send(()).unwrap();
    shows(&handle, |status| status.available && status.readers[0].present.is_some());
    drop(go_on);
}

#[test]
fn dropping_the_handle_ends_the_threads_also_in_a_pause() {
    struct Tells(Arc<Mutex<bool>>);
    impl TagReader for Tells {
        fn kind(&self) -> ReaderKind {
            ReaderKind::Pcsc
        }
        fn wait(&mut self, _: Duration) -> Seen {
            Err(ReaderFault::Denied)
        }
        fn wake(&self) -> Wake {
            Arc::new(|| ())
        }
    }
    impl Drop for Tells {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = true;
        }
    }
    let ended = Arc::new(Mutex::new(false));
    let (handle, _listener, _clock) = watched(vec![Box::new(Tells(ended.clone()))], 8);
    shows(&handle, |status| status.code == Some("nfc_denied"));
    handle.stop();
    eventually(|| ended.lock().unwrap().then_some(()));
}

#[test]
fn a_status_is_told_without_what_is_not_so() {
    let (_hand, source) = simulated("desk");
    let (handle, _listener, _clock) = watched(vec![Box::new(source)], 8);
    shows(&handle, |status| status.available);
    let told = serde_json::to_value(handle.status()).unwrap();
    let wanted = serde_json::json!({
        "available": true, "readers": [{ "name": "desk", "kind": "simulated" }], "missed_taps": 0,
    });
    assert_eq!(told, wanted);
}
