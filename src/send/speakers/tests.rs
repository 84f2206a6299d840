use std::path::Path;

use super::*;
use crate::base::status::Health;
use crate::frame::sound::{CHANNELS, ChunkNumber};

/// A device is a file: it can be opened when its folder is there, and fails when it is full.
struct Room {
    dir: tempfile::TempDir,
    chunks: Arc<Mailbox<SoundChunk>>,
    vitals: Arc<Vitals>,
    stop: StopFlag,
    next: u64,
}

impl Room {
    fn new(choice: &str) -> Self {
        crate::gst::start().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let text = |device: &str| format!("appsrc name=sound format=time ! filesink name=out sync=false {device}");
        let file = dir.path().join("device").join("heard");
        let pipelines = dir.path().join("pipelines");
        std::fs::create_dir(&pipelines).unwrap();
        std::fs::write(pipelines.join("speakers-pulse.launch"), text("location=/nowhere/at/all")).unwrap();
        std::fs::write(pipelines.join("speakers-alsa.launch"), text(&format!("location={}", file.display()))).unwrap();
        let (chunks, vitals, stop) = (Mailbox::new(1, WhenFull::DropOldest), Arc::new(Vitals::new()), StopFlag::default());
        let choice = Choice::parse(choice).unwrap().unwrap();
        let pipelines = Pipelines::load(Some(&pipelines)).unwrap();
        Speakers { choice, chunks: chunks.clone(), pipelines, vitals: vitals.clone(), stop: stop.clone() }.start().unwrap();
        Self { dir, chunks, vitals, stop, next: 179_000_000_000 }
    }

    fn device(&self) -> std::path::PathBuf {
        self.dir.path().join("device")
    }

    fn plug_in(&self) {
        std::fs::create_dir(self.device()).unwrap();
    }

    fn post(&mut self) {
        let value = (self.next % 1_000) as f32;
        let samples = vec![value; SAMPLES_PER_CHUNK * CHANNELS].into();
        self.chunks.post(SoundChunk { number: ChunkNumber(self.next), samples });
        self.next += 1;
    }

    fn condition(&self) -> Option<Condition> {
        self.vitals.status.conditions().remove(COMPONENT)
    }

    fn until<T>(&mut self, what: &str, mut ask: impl FnMut(&mut Self) -> Option<T>) -> T {
        let watch = Stopwatch::start();
        loop {
            if let Some(answer) = ask(self) {
                return answer;
            }
            assert!(watch.elapsed() < Duration::from_secs(180), "{what}: {:?}", self.condition());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn until_is(&mut self, health: Health) -> Condition {
        self.until("its condition", |room| room.condition().filter(|condition| condition.state == health))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

fn heard(file: &Path) -> Vec<f32> {
    let bytes = std::fs::read(file).unwrap_or_default();
    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

#[test]
fn speakers_are_named() {
    assert_eq!(Choice::parse("off"), Ok(None));
    let names = |text: &str| {
        let choice = Choice::parse(text).unwrap().unwrap();
        (choice.systems.iter().map(|(name, _)| *name).collect::<Vec<_>>(), choice.device)
    };
    assert_eq!(names("auto"), (vec!["pulse", "alsa"], None));
    assert_eq!(names("pulse"), (vec!["pulse"], None));
    assert_eq!(names("alsa:hw:1,0"), (vec!["alsa"], Some("hw:1,0".to_owned())));
    for wrong in ["", "on", "auto:x", "off:x", "alsa:", "jack"] {
        assert!(Choice::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_mixed_is_heard_piece_after_piece_by_the_first_device_that_is_there() {
    let mut room = Room::new("auto");
    room.plug_in();
    room.until_is(Health::Ok);
    room.until("it is wanted", |room| room.chunks.is_wanted().then_some(()));
    let first = room.next;
    let file = room.device().join("heard");
    let values = room.until("a second is heard", |room| {
        room.post();
        Some(heard(&file)).filter(|heard| heard.len() >= 100 * SAMPLES_PER_CHUNK * CHANNELS)
    });
    for (index, piece) in values.chunks_exact(SAMPLES_PER_CHUNK * CHANNELS).enumerate() {
        let value = ((first + index as u64) % 1_000) as f32;
        assert!(piece.iter().all(|sample| *sample == value), "piece {index} is {}, not {value}", piece[0]);
    }
    room.stop.stop();
    room.until("nothing is made for it any more", |room| (!room.chunks.is_wanted()).then_some(()));
}

#[test]
fn a_device_that_is_not_there_is_told_and_tried_again() {
    let mut room = Room::new("alsa");
    let reason = room.until_is(Health::Degraded).reason.unwrap();
    assert!(reason.contains("alsa: ") && reason.contains("heard"), "{reason}");
    assert!(!room.chunks.is_wanted(), "nothing is mixed for nobody");
    room.plug_in();
    room.until_is(Health::Ok);
}

#[test]
fn a_device_that_opens_and_plays_nothing_is_never_told_to_be_well() {
    let mut room = Room::new("alsa");
    room.plug_in();
    // It can be opened, and takes nothing.
    std::os::unix::fs::symlink("/dev/full", room.device().join("heard")).unwrap();
    let mut times = 0;
    room.until("it was opened three times", |room| {
        room.post();
        assert_ne!(room.condition(), Some(Condition::ok()));
        let is_wanted = room.chunks.is_wanted();
        times += usize::from(is_wanted && times % 2 == 0 || !is_wanted && times % 2 == 1);
        (times >= 6).then_some(())
    });
    assert_eq!(room.condition().unwrap().state, Health::Degraded);
}

#[test]
fn when_the_time_is_set_it_is_heard_on_without_waiting() {
    let mut room = Room::new("alsa");
    room.plug_in();
    room.until_is(Health::Ok);
    let file = room.device().join("heard");
    room.until("it is heard", |room| {
        room.post();
        (!heard(&file).is_empty()).then_some(())
    });
    room.next += 400 * 100;
    let value = (room.next % 1_000) as f32;
    // The device is opened anew, so what was posted meanwhile may be lost.
    room.until("what comes after four hundred seconds is heard", |room| {
        room.post();
        heard(&file).iter().any(|sample| *sample > value).then_some(())
    });
    assert_eq!(room.condition(), Some(Condition::ok()));
}
