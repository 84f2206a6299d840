//! How much may be on its way in at once, and for how long.

use std::time::Duration;

use super::error::UploadError;

pub const MIN_CHUNK: u64 = 64 * 1024;
pub const MAX_CHUNK: u64 = 16 * 1024 * 1024;
/// What the seed's clients send when nobody says otherwise.
pub const USUAL_CHUNK: u64 = 1024 * 1024;
/// Of one upload: the set of what has come, and the journal of it, stay small.
pub const MAX_CHUNKS: u64 = 10_000;
/// Of the raw metadata, which is kept and told again.
pub const MAX_METADATA: usize = 8 * 1024;
/// Of an owner's and of a playlist's name, in bytes.
pub const MAX_WORD: usize = 256;
/// What a finished upload became, as JSON text.
pub const MAX_RESULT: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Unfinished uploads of one owner.
    pub per_owner: usize,
    /// Uploads in all, those among them that are told of for a while after they have ended.
    pub sessions: usize,
    /// Bytes of all uploads together, as they were announced.
    pub staged: u64,
    /// Bytes that stay free on the disk: the show's own journal needs some, too.
    pub margin: u64,
    /// An upload for which nothing comes for this long is given up.
    pub idle: Duration,
    /// What has ended is told of for this long.
    pub remembered: Duration,
    /// Between two pieces of a body.
    pub patience: Duration,
    /// For the request that is at work on the same upload to let go of it.
    pub turn: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            file: 4 << 30,
            per_owner: 32,
            sessions: 256,
            staged: 16 << 30,
            margin: 256 << 20,
            idle: Duration::from_secs(24 * 3600),
            remembered: Duration::from_secs(3600),
            patience: Duration::from_secs(30),
            turn: Duration::from_secs(20),
        }
    }
}

impl Limits {
    /// Bytes of the longest file that is taken.
    pub fn longest(&self) -> u64 {
        self.file.min(MAX_CHUNK * MAX_CHUNKS)
    }

    pub fn check_length(&self, length: u64) -> Result<(), UploadError> {
        let limit = self.longest();
        if length > limit { Err(UploadError::TooLarge { limit }) } else { Ok(()) }
    }
}

/// What a client wishes for, within bounds, and large enough that the chunks are not too many.
pub fn chunk_size(wished: Option<u64>, length: Option<u64>) -> u64 {
    let enough = length.unwrap_or(0).div_ceil(MAX_CHUNKS);
    wished.unwrap_or(USUAL_CHUNK).clamp(MIN_CHUNK, MAX_CHUNK).max(enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_neither_tiny_nor_huge_nor_too_many() {
        assert_eq!(chunk_size(None, Some(10)), USUAL_CHUNK);
        assert_eq!(chunk_size(Some(1), None), MIN_CHUNK);
        assert_eq!(chunk_size(Some(u64::MAX), None), MAX_CHUNK);
        let long = Limits { file: u64::MAX, ..Limits::default() }.longest();
        for length in [1, MIN_CHUNK * MAX_CHUNKS, MIN_CHUNK * MAX_CHUNKS + 1, long] {
            let size = chunk_size(Some(MIN_CHUNK), Some(length));
            assert!((MIN_CHUNK..=MAX_CHUNK).contains(&size), "{length}: {size}");
            assert!(length.div_ceil(size) <= MAX_CHUNKS, "{length}: {size}");
        }
    }
}
