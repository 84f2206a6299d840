//! Cards on readers of a real pcscd.

use std::time::Duration;

use marquee::base::clock::Clock;
use marquee::devices::nfc::event::{NfcEvent, ReaderEvent, TagEvent};
use marquee::devices::nfc::presence::Graces;
use marquee::devices::nfc::reader::TagReader;
use marquee::devices::nfc::simulated::simulated;
use marquee::devices::nfc::status::NfcStatus;
use marquee::devices::nfc::{self, NfcHandle};
use tokio::sync::mpsc;

use crate::support::process::descriptors;
use crate::support::vpcd::{FakeCard, Pcscd, Says, alone};
use crate::support::{PATIENCE, eventually, let_pass};

const FOUR: [u8; 4] = [0x04, 0xa1, 0xb2, 0xc3];
const OTHER: [u8; 4] = [0xde, 0xad, 0xbe, 0xef];
const SEVEN: [u8; 7] = [0x04, 1, 2, 3, 4, 5, 6];

/// While pcscd is away nothing is taken to be there, so that its end is the end of what is told.
const NO_OUTAGE: Graces = Graces { wobble: Duration::from_secs(1), outage: Duration::ZERO };

/// The room, and what it has told.
struct Watched {
    handle: NfcHandle,
    events: mpsc::Receiver<NfcEvent>,
    told: Vec<String>,
}

impl Watched {
    fn start(graces: Graces) -> Self {
        Self::start_with(graces, Vec::new())
    }

    fn start_with(graces: Graces, others: Vec<Box<dyn TagReader>>) -> Self {
        let (out, events) = mpsc::channel(32);
        let sources = std::iter::once(nfc::pcsc()).chain(others).collect();
        let handle = nfc::start(sources, graces, &Clock::system(), &out).unwrap();
        Self { handle, events, told: Vec::new() }
    }

    /// With both slots of the virtual reader.
    fn ready(graces: Graces) -> Self {
        let mut watched = Self::start(graces);
        watched.hears(&["0 appeared", "1 appeared"]);
        watched.told.clear();
        watched
    }

    fn take(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.told.push(plain(&event));
        }
    }

    /// Waits until as much as that was told since the last time, which must be that.
    #[track_caller]
    fn hears(&mut self, wanted: &[&str]) {
        eventually(&format!("{wanted:?}"), PATIENCE, || {
            self.take();
            (self.told.len() >= wanted.len()).then_some(())
        });
        assert_eq!(self.told, wanted);
        self.told.clear();
    }

    #[track_caller]
    fn shows(&mut self, what: &str, is_so: impl Fn(&NfcStatus) -> bool) {
        eventually(what, PATIENCE, || is_so(&self.handle.status()).then_some(()));
    }

    /// Whatever holds its threads.
    #[track_caller]
    fn stops(self) {
        let stopping = std::thread::spawn(move || self.handle.stop());
        eventually("it stops", PATIENCE, || stopping.is_finished().then_some(()));
    }

    /// Nothing more was told than what was heard.
    #[track_caller]
    fn ends(mut self, pcscd: &mut Pcscd) {
        pcscd.kill();
        self.hears(&["0 gone", "1 gone"]);
    }
}

/// "0 present 04A1B2C3": slots have a name that ends with their number.
fn plain(event: &NfcEvent) -> String {
    let slot = event.reader().as_str().trim_start_matches("Virtual PCD 00 0");
    match event {
        NfcEvent::Tag(TagEvent::Present { tag, .. }) => format!("{slot} present {tag}"),
        NfcEvent::Tag(TagEvent::Removed { tag, .. }) => format!("{slot} removed {tag}"),
        NfcEvent::Reader(ReaderEvent::Appeared { .. }) => format!("{slot} appeared"),
        NfcEvent::Reader(ReaderEvent::Gone { .. }) => format!("{slot} gone"),
    }
}

#[test]
fn a_card_that_is_held_is_told_once_and_its_removal_once() {
    alone(module_path!(), "a_card_that_is_held_is_told_once_and_its_removal_once", || {
        let mut pcscd = Pcscd::start();
        let mut watched = Watched::ready(NO_OUTAGE);
        for (uid, text) in [(&FOUR[..], "04A1B2C3"), (&SEVEN, "04010203040506")] {
            let card = FakeCard::with_uid(0, uid);
            watched.hears(&[&format!("0 present {text}")]);
            watched.shows("it is present", |status| status.readers[0].present.is_some_and(|tag| tag.to_string() == text));
            let_pass(Duration::from_secs(5));
            drop(card);
            watched.hears(&[&format!("0 removed {text}")]);
            watched.shows("it is away", |status| status.readers[0].present.is_none());
        }
        watched.ends(&mut pcscd);
    });
}

#[test]
fn of_two_cards_fast_one_after_the_other_both_are_told_in_order() {
    alone(module_path!(), "of_two_cards_fast_one_after_the_other_both_are_told_in_order", || {
        let mut pcscd = Pcscd::start();
        let mut watched = Watched::ready(NO_OUTAGE);
        let first = FakeCard::with_uid(0, &FOUR);
        watched.hears(&["0 present 04A1B2C3"]);
        drop(first);
        let second = FakeCard::with_uid(0, &OTHER);
        watched.hears(&["0 removed 04A1B2C3", "0 present DEADBEEF"]);
        drop(second);
        watched.hears(&["0 removed DEADBEEF"]);
        watched.ends(&mut pcscd);
    });
}

#[test]
fn cards_on_both_slots_are_told_each_for_its_own() {
    alone(module_path!(), "cards_on_both_slots_are_told_each_for_its_own", || {
        let mut pcscd = Pcscd::start();
        let mut watched = Watched::ready(NO_OUTAGE);
        let (first, second) = (FakeCard::with_uid(0, &FOUR), FakeCard::with_uid(1, &SEVEN));
        eventually("both are told", PATIENCE, || {
            watched.take();
            (watched.told.len() >= 2).then_some(())
        });
        // which is seen first is pcscd's affair
        watched.told.sort();
        watched.hears(&["0 present 04A1B2C3", "1 present 04010203040506"]);
        drop(first);
        watched.hears(&["0 removed 04A1B2C3"]);
        drop(second);
        watched.hears(&["1 removed 04010203040506"]);
        watched.ends(&mut pcscd);
    });
}

#[test]
fn a_card_that_wobbles_is_present_once() {
    alone(module_path!(), "a_card_that_wobbles_is_present_once", || {
        let mut pcscd = Pcscd::start();
        // the driver of the virtual reader looks once a second
        let mut watched = Watched::ready(Graces { wobble: Duration::from_secs(20), ..NO_OUTAGE });
        let card = FakeCard::with_uid(0, &FOUR);
        watched.hears(&["0 present 04A1B2C3"]);
        drop(card);
        let_pass(Duration::from_secs(3));
        let card = FakeCard::with_uid(0, &FOUR);
        let_pass(Duration::from_secs(3));
        drop(card);
        watched.hears(&["0 removed 04A1B2C3"]);
        watched.ends(&mut pcscd);
    });
}

#[test]
fn cards_that_do_not_tell_what_they_are_say_why_and_disturb_nobody() {
    alone(module_path!(), "cards_that_do_not_tell_what_they_are_say_why_and_disturb_nobody", || {
        let mut pcscd = Pcscd::start();
        let mut watched = Watched::ready(NO_OUTAGE);
        for (says, trouble) in [
            (Says::Bytes(vec![0x6a, 0x81]), "status 6A81"),
            (Says::Bytes([0x7f; 200].to_vec()), "status 7F7F"),
            (Says::Bytes([[7; 40].as_slice(), &[0x90, 0x00]].concat()), "has 40 bytes"),
            (Says::Bytes(vec![0x90, 0x00]), "UID is empty"),
            (Says::Bytes(vec![0x90]), "cut short"),
            (Says::Bytes(Vec::new()), "does not answer"),
            (Says::Nothing, "does not answer"),
        ] {
            let bad = FakeCard::put(0, says);
            watched.shows(trouble, |status| status.readers[0].trouble.as_ref().is_some_and(|told| told.contains(trouble)));
            // whatever the first does, the second is heard
            let good = FakeCard::with_uid(1, &SEVEN);
            watched.hears(&["1 present 04010203040506"]);
            drop(good);
            watched.hears(&["1 removed 04010203040506"]);
            drop(bad);
            watched.shows("it is away", |status| status.readers[0].trouble.is_none());
            let good = FakeCard::with_uid(0, &FOUR);
            watched.hears(&["0 present 04A1B2C3"]);
            drop(good);
            watched.hears(&["0 removed 04A1B2C3"]);
        }
        watched.ends(&mut pcscd);
    });
}

#[test]
fn a_daemon_that_is_restarted_with_a_card_on_the_reader_is_not_noticed() {
    alone(module_path!(), "a_daemon_that_is_restarted_with_a_card_on_the_reader_is_not_noticed", || {
        let mut pcscd = Pcscd::start();
        let mut watched = Watched::ready(Graces { outage: Duration::from_secs(60), ..NO_OUTAGE });
        let card = FakeCard::with_uid(0, &FOUR);
        watched.hears(&["0 present 04A1B2C3"]);
        for _ in 0..3 {
            pcscd.kill();
            watched.shows("it is away", |status| status.code == Some("nfc_daemon_missing") && !status.available);
            pcscd.go();
            watched.shows("it is back", |status| status.code.is_none() && status.available);
        }
        let second = FakeCard::with_uid(1, &SEVEN);
        watched.hears(&["1 present 04010203040506"]);
        // pcscd has had as much time to find the first card as the second
        drop(card);
        watched.hears(&["0 removed 04A1B2C3"]);
        drop(second);
        watched.hears(&["1 removed 04010203040506"]);
    });
}

#[test]
fn a_daemon_that_stays_away_takes_all_cards_with_it_and_brings_them_back() {
    alone(module_path!(), "a_daemon_that_stays_away_takes_all_cards_with_it_and_brings_them_back", || {
        let mut pcscd = Pcscd::start();
        let mut watched = Watched::ready(NO_OUTAGE);
        let _card = FakeCard::with_uid(1, &SEVEN);
        watched.hears(&["1 present 04010203040506"]);
        let open = descriptors(std::process::id());
        for _ in 0..3 {
            pcscd.kill();
            watched.hears(&["1 removed 04010203040506", "0 gone", "1 gone"]);
            pcscd.go();
            watched.hears(&["0 appeared", "1 appeared", "1 present 04010203040506"]);
        }
        eventually("nothing is left open", PATIENCE, || (descriptors(std::process::id()) <= open).then_some(()));
        pcscd.kill();
        watched.hears(&["1 removed 04010203040506", "0 gone", "1 gone"]);
    });
}

#[test]
fn a_daemon_that_is_started_late_is_found_and_a_simulated_reader_works_before() {
    alone(module_path!(), "a_daemon_that_is_started_late_is_found_and_a_simulated_reader_works_before", || {
        let (hand, desk) = simulated("desk");
        let mut watched = Watched::start_with(NO_OUTAGE, vec![Box::new(desk)]);
        watched.hears(&["desk appeared"]);
        watched.shows("why there is no other", |status| {
            status.code == Some("nfc_daemon_missing")
                && status.reason.as_ref().is_some_and(|reason| reason.contains("apt-get install pcscd"))
        });
        let tag = "04A1B2C3".parse().unwrap();
        hand.insert(tag).unwrap();
        watched.hears(&["desk present 04A1B2C3"]);
        hand.remove(tag).unwrap();
        watched.hears(&["desk removed 04A1B2C3"]);
        let mut pcscd = Pcscd::start();
        watched.hears(&["0 appeared", "1 appeared"]);
        watched.shows("all three", |status| status.available && status.reason.is_none() && status.readers.len() == 3);
        watched.ends(&mut pcscd);
    });
}

#[test]
fn a_reader_that_pcscd_does_not_bring_back_is_gone_and_found_when_it_does() {
    alone(module_path!(), "a_reader_that_pcscd_does_not_bring_back_is_gone_and_found_when_it_does", || {
        let mut pcscd = Pcscd::start();
        let mut watched = Watched::ready(Graces { outage: Duration::from_secs(3), ..NO_OUTAGE });
        let _card = FakeCard::with_uid(1, &FOUR);
        watched.hears(&["1 present 04A1B2C3"]);
        pcscd.kill();
        pcscd.unplug();
        pcscd.go();
        watched.hears(&["1 removed 04A1B2C3", "0 gone", "1 gone"]);
        watched.shows("there is pcscd without a reader", |status| status.code == Some("nfc_no_reader"));
        pcscd.kill();
        pcscd.plug_in();
        pcscd.go();
        watched.hears(&["0 appeared", "1 appeared", "1 present 04A1B2C3"]);
    });
}

#[test]
fn stopping_does_not_wait_for_a_daemon_that_hangs_or_a_card_that_does_not_answer() {
    alone(module_path!(), "stopping_does_not_wait_for_a_daemon_that_hangs_or_a_card_that_does_not_answer", || {
        let pcscd = Pcscd::start();
        Watched::ready(NO_OUTAGE).stops();
        let mut watched = Watched::ready(NO_OUTAGE);
        let _silent = FakeCard::put(0, Says::Nothing);
        watched.shows("it does not answer", |status| status.readers[0].trouble.is_some());
        watched.stops();
        let watched = Watched::ready(NO_OUTAGE);
        pcscd.signal("STOP");
        watched.stops();
        pcscd.signal("CONT");
    });
}
