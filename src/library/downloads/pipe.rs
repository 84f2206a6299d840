//! Reads what a child says, line by line, without ever keeping more than one bounded line of it.

use tokio::io::{AsyncRead, AsyncReadExt};

/// A line of a download is a few hundred bytes, a result of a search a few thousand.
const LONGEST_LINE: usize = 64 * 1_024;
/// All that a download of a day says does not come near this; a child that does is out of order.
const MOST_BYTES: usize = 64 * 1_024 * 1_024;
const CHUNK: usize = 8 * 1_024;

/// Why no more lines come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Closed,
    TooMuch,
}

pub struct Lines<P> {
    pipe: P,
    chunk: Vec<u8>,
    /// Of the chunk, what is not looked at yet begins here.
    at: usize,
    read: usize,
    line: Vec<u8>,
    is_too_long: bool,
}

impl<P: AsyncRead + Unpin> Lines<P> {
    pub fn new(pipe: P) -> Lines<P> {
        Lines { pipe, chunk: Vec::with_capacity(CHUNK), at: 0, read: 0, line: Vec::new(), is_too_long: false }
    }

    /// The next line that is not empty. Of one that is too long nothing is told.
    pub async fn next(&mut self) -> Result<&[u8], End> {
        self.begin();
        loop {
            if self.at == self.chunk.len() && !self.fill().await? {
                break;
            }
            if self.take() {
                if self.is_line() {
                    return Ok(&self.line);
                }
                self.begin();
            }
        }
        if self.is_line() { Ok(&self.line) } else { Err(End::Closed) }
    }

    fn begin(&mut self) {
        self.line.clear();
        self.is_too_long = false;
    }

    fn is_line(&self) -> bool {
        !self.is_too_long && !self.line.is_empty()
    }

    /// Says whether there is more.
    async fn fill(&mut self) -> Result<bool, End> {
        self.chunk.clear();
        self.at = 0;
        let count = self.pipe.read_buf(&mut self.chunk).await.unwrap_or(0);
        self.read += count;
        if self.read > MOST_BYTES { Err(End::TooMuch) } else { Ok(count > 0) }
    }

    /// Takes what belongs to the present line from the chunk; says whether that is complete.
    fn take(&mut self) -> bool {
        let rest = &self.chunk[self.at..];
        let end = rest.iter().position(|byte| *byte == b'\n');
        let part = &rest[..end.unwrap_or(rest.len())];
        self.is_too_long |= self.line.len() + part.len() > LONGEST_LINE;
        if !self.is_too_long {
            self.line.extend_from_slice(part);
        }
        self.at += part.len() + usize::from(end.is_some());
        end.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
        let (mut lines, mut found) = (Lines::new(bytes), Vec::new());
        while let Ok(line) = lines.next().await {
            found.push(line.to_vec());
        }
        assert_eq!(lines.next().await, Err(End::Closed));
        found
    }

    #[tokio::test]
    async fn the_last_line_need_not_end_and_only_an_end_of_line_ends_others() {
        assert_eq!(lines(b"one\ntwo\n\n\rthree\nfour").await, [&b"one"[..], b"two", b"\rthree", b"four"]);
        assert_eq!(lines(b"\n\n").await, [b""; 0]);
        let long = "x".repeat(LONGEST_LINE);
        assert_eq!(lines(format!("a\n{long}\nb\n").as_bytes()).await, [b"a", long.as_bytes(), b"b"]);
    }

    #[tokio::test]
    async fn of_a_line_without_end_nothing_is_kept() {
        let mut bytes = b"before\n".to_vec();
        bytes.resize(1 << 20, b'x');
        let mut lines_of = Lines::new(&bytes[..]);
        assert_eq!(lines_of.next().await, Ok(&b"before"[..]));
        assert_eq!(lines_of.next().await, Err(End::Closed));
        assert!(lines_of.line.capacity() <= 2 * LONGEST_LINE);
        bytes.extend(b"\nafter\n");
        assert_eq!(lines(&bytes).await, [&b"before"[..], b"after"]);
    }

    #[tokio::test]
    async fn a_child_that_says_too_much_is_not_heard_to_the_end() {
        assert_eq!(Lines::new(tokio::io::repeat(b'\n')).next().await, Err(End::TooMuch));
    }
}
