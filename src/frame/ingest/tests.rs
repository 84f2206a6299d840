use super::*;

fn setup(codec: Codec) -> Arc<Setup> {
    Arc::new(Setup { codec, config: Bytes::from_static(b"config") })
}

fn picture(at: i64, key: bool, size: usize) -> Piece {
    Piece { setup: setup(Codec::H264), decoded_at: at, shown_at: at, key, data: vec![0; size].into() }
}

fn sound(at: i64) -> Piece {
    Piece { setup: setup(Codec::Aac), decoded_at: at, shown_at: at, key: true, data: vec![0; 10].into() }
}

/// Times of all that is there, in milliseconds.
fn taken(reader: &mut Reader) -> Vec<i64> {
    std::iter::from_fn(|| if let Next::Piece(piece) = reader.next() { Some(piece.decoded_at / 1_000) } else { None })
        .collect()
}

#[test]
fn a_reader_begins_at_the_newest_key_picture_and_is_told_the_end() {
    let ingest = Ingest::new();
    assert!(ingest.stream("k").is_none());
    let publication = ingest.publish("k");
    for number in 0..25 {
        publication.push(picture(number * 40_000, number % 10 == 0, 100));
        publication.push(sound(number * 40_000));
    }
    let mut reader = ingest.stream("k").expect("it is published").read();
    let times = taken(&mut reader);
    assert_eq!((times[0], times.len()), (800, 10));
    assert!(matches!(reader.next(), Next::Pending));
    publication.push(picture(1_000_000, false, 1));
    assert_eq!(taken(&mut reader), [1_000]);
    drop(publication);
    assert!(matches!(reader.next(), Next::Ended("the publisher has left")));
    assert!(ingest.stream("k").is_none());
}

#[test]
fn sound_is_read_before_the_first_key_picture_and_pictures_are_not() {
    let ingest = Ingest::new();
    let publication = ingest.publish("k");
    let mut reader = ingest.stream("k").expect("it is published").read();
    publication.push(picture(0, false, 1));
    publication.push(sound(1_000));
    publication.push(picture(2_000, true, 1));
    publication.push(picture(3_000, false, 1));
    assert_eq!(taken(&mut reader), [1, 2, 3]);
}

#[test]
fn another_publisher_takes_the_place_and_the_first_can_not_end_it() {
    let ingest = Ingest::new();
    let first = ingest.publish("k");
    let mut reader = ingest.stream("k").expect("it is published").read();
    let second = ingest.publish("k");
    assert!(first.is_over() && !second.is_over());
    assert!(matches!(reader.next(), Next::Ended("another publisher has taken its place")));
    first.push(sound(0));
    drop(first);
    let stream = ingest.stream("k").expect("the second goes on");
    assert_eq!(stream.came().0, 0);
}

#[test]
fn whatever_is_pushed_little_is_kept() {
    let held = |publication: &Publication| publication.stream.inner().ring.held();
    let ingest = Ingest::new();
    // A key picture, and never another one.
    let endless = ingest.publish("endless");
    (0..10_000).for_each(|number| endless.push(picture(number * 1_000, number == 0, 5_000)));
    assert_eq!(held(&endless).0, MOST_PIECES);
    // Giants.
    let giants = ingest.publish("giants");
    (0..50).for_each(|number| giants.push(picture(number, true, 4 << 20)));
    assert!(held(&giants).1 <= MOST_BYTES);
    // One time for all.
    let timeless = ingest.publish("timeless");
    (0..10_000).for_each(|_| timeless.push(sound(0)));
    assert_eq!(held(&timeless).0, MOST_PIECES);
    // As it should be: two seconds and a group of pictures.
    let usual = ingest.publish("usual");
    (0..3_000).for_each(|number| usual.push(picture(number * 40_000, number % 50 == 0, 100)));
    assert!((50..=101).contains(&held(&usual).0), "{:?}", held(&usual));
}

#[test]
fn a_slow_reader_goes_on_at_a_key_picture_and_knows_what_it_missed() {
    let ingest = Ingest::new();
    let publication = ingest.publish("k");
    let mut reader = ingest.stream("k").expect("it is published").read();
    (0..2_990).for_each(|number| publication.push(picture(number * 40_000, number % 50 == 0, 100)));
    let Next::Missed(2_950) = reader.next() else { panic!("it was too slow") };
    assert_eq!(taken(&mut reader)[0], 2_950 * 40);
    // The newest key picture is no longer there: it waits for another.
    (2_990..9_000).for_each(|number| publication.push(picture(number * 40_000, false, 100)));
    let Next::Missed(_) = reader.next() else { panic!("it was too slow") };
    publication.push(picture(0, false, 1));
    assert!(taken(&mut reader).is_empty());
    publication.push(picture(7_000, true, 1));
    assert_eq!(taken(&mut reader), [7]);
}

#[test]
fn who_waits_is_woken() {
    let ingest = Ingest::new();
    let theirs = ingest.clone();
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    let waiting = std::thread::spawn(move || {
        let stream = loop {
            match theirs.stream_or_wake("k").filter(|stream| stream.came().0 > 0) {
                Some(stream) => break stream,
                None => std::thread::park(),
            }
        };
        let mut reader = stream.read();
        tell.send(()).expect("it is awaited");
        loop {
            match reader.next() {
                Next::Ended(why) => return why,
                Next::Pending => std::thread::park(),
                Next::Piece(_) | Next::Missed(_) => {}
            }
        }
    });
    let publication = ingest.publish("k");
    publication.push(sound(0));
    told.recv().expect("it found the stream");
    drop(publication);
    assert_eq!(waiting.join().expect("it ends well"), "the publisher has left");
}
