//! Fuzz targets: what stands on disk, and what a client calls its file. Also makes up records, for tests.

use super::course::Course;
use super::name::presentable;
use super::record::{Beginning, Record, VERSION, decode, encode, version_of};
use super::recover::course_of;
use crate::show::time::ShowTime;

/// A journal, whatever wrote it.
pub fn upload_journal(bytes: &[u8]) {
    let decoded = decode(bytes);
    assert!(decoded.whole <= bytes.len());
    version_of(bytes);
    let again = decode(&bytes[..decoded.whole]);
    assert_eq!((&again.records, again.whole), (&decoded.records, decoded.whole), "what was whole stays whole");
    let Some((beginning, course)) = course_of(&decoded.records) else { return };
    check_course(&course);
    let shorter: Vec<u8> = course.records(beginning).iter().filter_map(encode).flatten().collect();
    let shortened = decode(&shorter).records;
    let (_, again) = course_of(&shortened).expect("what was shortened can be read");
    assert_eq!((again.received, again.length, again.stage), (course.received, course.length, course.stage));
}

fn check_course(course: &Course) {
    if let Some(length) = course.length {
        assert!(course.received.end() <= length && course.received.sum() <= length);
        let missing: u64 = course.received.missing(length).iter().map(|gap| gap.end - gap.start).sum();
        assert_eq!(missing + course.received.sum(), length);
        assert_eq!(course.is_complete(), missing == 0);
    }
    assert!(course.staged() <= course.reserved());
}

/// What a client calls its file.
pub fn upload_name(bytes: &[u8]) {
    let given = String::from_utf8_lossy(bytes);
    let shown = presentable(&given);
    assert!(!shown.is_empty() && shown.chars().count() <= 128);
    assert!(!shown.contains(|character: char| character.is_control() || ['/', '\\', '\u{202e}'].contains(&character)));
    assert!(shown.contains(|character| character != '.' && character != ' '));
    assert_eq!(presentable(&shown), shown, "what is fit stays as it is");
}

/// Journals as they are: seeds.
pub fn good_journal(which: u8) -> Vec<u8> {
    let mut beginning = any_beginning(&mut fastrand::Rng::with_seed(1));
    (beginning.length, beginning.playlist) = (Some(300), Some("mix".to_owned()));
    let received = |from, to| Record::Received { from, to, at: ShowTime(2) };
    let finishing = Record::Finishing { blake3: "ff".repeat(32), bytes: 300, at: ShowTime(3) };
    let failed = |give_up| Record::Failed { code: "c".to_owned(), message: "m".to_owned(), give_up, at: ShowTime(4) };
    let rest = match which {
        0 => vec![received(0, 100), received(200, 300)],
        1 => vec![received(0, 300), Record::Disputed, Record::Forgotten { from: 100, to: 200 }, received(100, 200)],
        2 => {
            let result = serde_json::json!({ "asset": "a", "track": "t" });
            vec![received(0, 300), finishing, failed(false), Record::Finished { result, at: ShowTime(5) }]
        }
        _ => {
            beginning.length = None;
            vec![received(0, 300), Record::Length { length: 300 }, finishing, failed(true)]
        }
    };
    [Record::Begun(beginning)].iter().chain(&rest).filter_map(encode).flatten().collect()
}

pub fn any_beginning(random: &mut fastrand::Rng) -> Beginning {
    Beginning {
        version: VERSION,
        id: "00112233445566778899aabbccddeeff".parse().expect("an id"),
        name: "a".to_owned(),
        owner: "b".to_owned(),
        playlist: random.bool().then(|| "c".to_owned()),
        metadata: String::new(),
        length: random.bool().then(|| random.u64(0..2_000)),
        chunk_size: 100,
        sha256: None,
        at: ShowTime(1),
    }
}

pub fn any_record(random: &mut fastrand::Rng) -> Record {
    let (from, to, at) = (random.u64(0..1_000), random.u64(0..1_000), ShowTime(random.i64(0..1_000)));
    match random.u8(0..10) {
        0..5 => Record::Received { from, to, at },
        5 => Record::Forgotten { from, to },
        6 => Record::Length { length: to },
        7 => Record::Disputed,
        8 => Record::Failed { code: "c".to_owned(), message: "m".to_owned(), give_up: random.u8(0..4) == 0, at },
        _ if random.bool() => Record::Finishing { blake3: "ff".to_owned(), bytes: to, at },
        _ => Record::Finished { result: serde_json::json!({ "id": to }), at },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutated(random: &mut fastrand::Rng, mut bytes: Vec<u8>) -> Vec<u8> {
        for _ in 0..random.usize(0..4) {
            match (random.u8(0..4), bytes.len()) {
                (_, 0) => bytes.push(random.u8(..)),
                (0, length) => bytes[random.usize(0..length)] ^= 1 << random.u8(0..8),
                (1, length) => bytes.truncate(random.usize(0..length)),
                (2, length) => bytes.insert(random.usize(0..length), random.u8(..)),
                (_, length) => drop(bytes.remove(random.usize(0..length))),
            }
        }
        bytes
    }

    #[test]
    fn whatever_stands_in_a_journal_it_is_read_to_where_it_makes_sense() {
        let mut random = fastrand::Rng::with_seed(21);
        for _ in 0..4_000 {
            let mut records = vec![Record::Begun(any_beginning(&mut random))];
            records.extend((0..random.usize(0..12)).map(|_| any_record(&mut random)));
            let bytes = records.iter().filter_map(encode).flatten().collect();
            upload_journal(&mutated(&mut random, bytes));
        }
    }

    #[test]
    fn whatever_a_file_is_called_it_can_be_shown() {
        let mut random = fastrand::Rng::with_seed(22);
        for _ in 0..4_000 {
            let name = "../A\u{308}/com1.\u{202e}mp3\u{1100}\u{1161}\\nul";
            upload_name(&mutated(&mut random, name.as_bytes().to_vec()));
        }
    }
}
