//! What a journal is made of: one record in a line, with a checksum in front, so that it can be read by people and torn by a crash.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::id::UploadId;
use crate::show::time::ShowTime;

/// Of what is written. A file that says more was written by a newer version, and is left alone.
pub const VERSION: u32 = 1;
/// Longest line that is read; the result of a finished upload fits.
const LONGEST: usize = 256 * 1024;
/// Hex digits of the checksum.
const DIGITS: usize = 16;

/// Said once, at the beginning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beginning {
    pub version: u32,
    pub id: UploadId,
    /// Fit to be shown.
    pub name: String,
    pub owner: String,
    pub playlist: Option<String>,
    /// tus' `Upload-Metadata`, as it came.
    pub metadata: String,
    pub length: Option<u64>,
    pub chunk_size: u64,
    /// SHA-256 that the whole file is said to have.
    pub sha256: Option<String>,
    pub at: ShowTime,
}

impl Beginning {
    /// Over the door of music boxes; what comes over tus and names a playlist does so in its metadata.
    pub fn comes_in_chunks(&self) -> bool {
        self.playlist.is_some() && self.metadata.is_empty()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    Begun(Beginning),
    /// A promise: these bytes are on disk.
    Received {
        from: u64,
        to: u64,
        at: ShowTime,
    },
    /// They will be written anew, or are not there after all.
    Forgotten {
        from: u64,
        to: u64,
    },
    Length {
        length: u64,
    },
    /// The whole had another checksum than was said, so chunks may come again with other bytes.
    Disputed,
    Finishing {
        blake3: String,
        bytes: u64,
        at: ShowTime,
    },
    Finished {
        result: Value,
        at: ShowTime,
    },
    Failed {
        code: String,
        message: String,
        give_up: bool,
        at: ShowTime,
    },
}

/// One line. None for what could not be read again.
pub fn encode(record: &Record) -> Option<Vec<u8>> {
    let body = serde_json::to_vec(record).ok()?;
    let line = [checksum(&body).as_bytes(), b" ", &body, b"\n"].concat();
    (line.len() <= LONGEST).then_some(line)
}

pub struct Decoded {
    pub records: Vec<Record>,
    /// Bytes up to which everything was whole.
    pub whole: usize,
}

/// Up to the first line that is not whole: only the last record can be torn, as each is on disk before the next is written.
pub fn decode(bytes: &[u8]) -> Decoded {
    let mut decoded = Decoded { records: Vec::new(), whole: 0 };
    while let Some(length) = bytes[decoded.whole..].iter().take(LONGEST).position(|byte| *byte == b'\n') {
        let line = &bytes[decoded.whole..decoded.whole + length];
        let Some(record) = decode_line(line) else { break };
        decoded.records.push(record);
        decoded.whole += length + 1;
    }
    decoded
}

fn decode_line(line: &[u8]) -> Option<Record> {
    serde_json::from_slice(body_of(line)?).ok()
}

fn body_of(line: &[u8]) -> Option<&[u8]> {
    let (given, rest) = line.split_at_checked(DIGITS)?;
    let body = rest.strip_prefix(b" ")?;
    (checksum(body).as_bytes() == given).then_some(body)
}

/// The version of a journal whose first line is whole, whatever else stands in it.
pub fn version_of(bytes: &[u8]) -> Option<u32> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let first: Value = serde_json::from_slice(body_of(line)?).ok()?;
    u32::try_from(first.get("version")?.as_u64()?).ok()
}

/// Against tearing and rot, not against people: who can write here can do everything anyway.
fn checksum(body: &[u8]) -> String {
    blake3::hash(body).to_hex()[..DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all() -> Vec<Record> {
        let at = ShowTime(1_700_000_000_000_000);
        let begun = Beginning {
            version: VERSION,
            id: "00112233445566778899aabbccddeeff".parse().expect("an id"),
            name: "über\n.mp3".to_owned(),
            owner: "anna".to_owned(),
            playlist: None,
            metadata: "filename w7xiZXI=".to_owned(),
            length: Some(u64::MAX),
            chunk_size: 65_536,
            sha256: Some("00".repeat(32)),
            at,
        };
        vec![
            Record::Begun(begun),
            Record::Received { from: 0, to: u64::MAX, at },
            Record::Forgotten { from: 1, to: 2 },
            Record::Length { length: 3 },
            Record::Disputed,
            Record::Failed { code: "a".to_owned(), message: "b\nc".to_owned(), give_up: false, at },
            Record::Finishing { blake3: "ff".repeat(32), bytes: 3, at },
            Record::Finished { result: json!({"id": 0.1, "text": "\n"}), at },
        ]
    }

    fn written(records: &[Record]) -> Vec<u8> {
        records.iter().flat_map(|record| encode(record).expect("short enough")).collect()
    }

    #[test]
    fn what_was_written_is_read_and_each_takes_one_line() {
        let bytes = written(&all());
        let decoded = decode(&bytes);
        assert_eq!((decoded.records, decoded.whole), (all(), bytes.len()));
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), all().len());
        assert_eq!(version_of(&bytes), Some(VERSION));
    }

    #[test]
    fn wherever_it_is_torn_whole_records_stay_and_others_do_not_count() {
        let bytes = written(&all());
        for cut in 0..bytes.len() {
            let decoded = decode(&bytes[..cut]);
            assert!(decoded.whole <= cut);
            assert_eq!(decoded.records, all()[..decoded.records.len()]);
            assert_eq!(bytes[..cut].iter().filter(|byte| **byte == b'\n').count(), decoded.records.len());
        }
    }

    #[test]
    fn one_wrong_bit_ends_it() {
        let bytes = written(&all());
        for (at, bit) in (0..bytes.len()).step_by(5).flat_map(|at| [(at, 1_u8), (at, 128)]) {
            let mut rotten = bytes.clone();
            rotten[at] ^= bit;
            let decoded = decode(&rotten);
            assert!(decoded.whole <= at && decoded.records.len() < all().len(), "byte {at}");
        }
    }

    #[test]
    fn a_result_that_is_too_long_to_be_read_again_is_not_written() {
        let at = ShowTime(0);
        assert!(encode(&Record::Finished { result: json!("x".repeat(LONGEST)), at }).is_none());
    }
}
