//! What a client sends, put together from chunks. Everything it can make us keep is bounded.

use std::collections::BTreeMap;
use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::amf::Malformed;
use super::message::{self, Message};

/// Longest message of a player. The longest that is known, a `connect` with long addresses in it, has about 2 KB.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// Longest of somebody who publishes: a key picture of 4K at 100 Mbit/s has about 2 MB.
pub const MAX_MEDIA: usize = 4 << 20;
/// Most chunk streams of one client; players use three or four.
const MAX_STREAMS: usize = 64;
/// Bytes asked of the socket at once.
const READ_SIZE: usize = 4 * 1024;
/// The same of a publisher, who sends thousands of times as much.
const MEDIA_READ_SIZE: usize = 64 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    #[error("it does not speak RTMP 3")]
    Version,
    #[error("a message of {0} bytes is longer than it needs")]
    Length(usize),
    #[error("{0} is not a chunk size")]
    ChunkSize(u32),
    #[error("it uses too many chunk streams")]
    TooManyStreams,
    #[error("too many unfinished messages")]
    Unfinished,
    #[error("a chunk refers to one that never came")]
    NoHeader,
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("a command came out of its order")]
    Order,
}

/// Bytes from the socket, and the messages in them.
pub struct Input {
    bytes: BytesMut,
    chunk_size: usize,
    /// Longest message that is taken.
    longest: usize,
    read_size: usize,
    streams: BTreeMap<u32, ChunkStream>,
    /// Bytes of all messages that are not complete.
    unfinished: usize,
    /// Bytes that ever came, for acknowledgements.
    pub received: u64,
}

/// Messages travel in chunks that may be mixed with those of other chunk streams; each stream's headers build on its last.
#[derive(Default)]
struct ChunkStream {
    length: usize,
    kind: u8,
    stream: u32,
    extended: bool,
    time_ms: u32,
    /// What is added when a message comes without a time of its own.
    step_ms: u32,
    partial: BytesMut,
}

/// What the header of a message says about its time.
#[derive(Clone, Copy)]
enum Time {
    At(u32),
    After(u32),
    /// As much after the one before as that was after its own.
    Same,
}

/// Where the payload of a chunk begins, after its header.
struct Head {
    size: usize,
    chunk_stream: u32,
    /// Whether it only goes on with the message before.
    plain: bool,
    time: Time,
}

impl Input {
    pub fn new() -> Self {
        let (longest, read_size) = (MAX_MESSAGE, READ_SIZE);
        let (bytes, streams) = (BytesMut::new(), BTreeMap::new());
        Self { bytes, chunk_size: 128, longest, read_size, streams, unfinished: 0, received: 0 }
    }

    /// From now on messages may be as long as coded pictures are.
    pub fn expect_media(&mut self) {
        (self.longest, self.read_size) = (MAX_MEDIA, MEDIA_READ_SIZE);
    }

    /// Takes what the socket has, and says how much. Safe to cancel.
    pub async fn receive(&mut self, reader: &mut (impl AsyncRead + Unpin)) -> io::Result<usize> {
        self.bytes.reserve(self.read_size);
        match reader.read_buf(&mut self.bytes).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.received += count as u64;
                Ok(count)
            }
        }
    }

    /// The next complete message, or nothing before more bytes are received.
    pub fn next(&mut self) -> Result<Option<Message>, Violation> {
        loop {
            let Some(head) = self.head()? else { return Ok(None) };
            let Some(message) = self.payload(&head)? else { return Ok(None) };
            let Some(message) = message else { continue };
            match (message.kind, message.payload.first_chunk()) {
                (message::SET_CHUNK_SIZE, Some(size)) => self.set_chunk_size(u32::from_be_bytes(*size))?,
                (message::ABORT, Some(stream)) => self.abort(u32::from_be_bytes(*stream)),
                _ => return Ok(Some(message)),
            }
        }
    }

    fn set_chunk_size(&mut self, size: u32) -> Result<(), Violation> {
        // Nothing is set aside for it, so any size may be announced; messages are short anyway.
        if size == 0 || size > i32::MAX as u32 {
            return Err(Violation::ChunkSize(size));
        }
        self.chunk_size = size as usize;
        Ok(())
    }

    fn abort(&mut self, chunk_stream: u32) {
        if let Some(stream) = self.streams.get_mut(&chunk_stream) {
            self.unfinished -= stream.partial.len();
            stream.partial = BytesMut::new();
        }
    }

    /// Reads the header of the next chunk when all of it is there. It changes nothing before then.
    fn head(&mut self) -> Result<Option<Head>, Violation> {
        let Some((chunk_stream, basic)) = chunk_stream_id(&self.bytes) else { return Ok(None) };
        let format = self.bytes[0] >> 6;
        let fields = [11, 7, 3, 0][usize::from(format)];
        let known = self.streams.get(&chunk_stream);
        if known.is_none() && format != 0 {
            return Err(Violation::NoHeader);
        }
        if known.is_none() && self.streams.len() >= MAX_STREAMS {
            return Err(Violation::TooManyStreams);
        }
        let Some(header) = self.bytes.get(basic..basic + fields) else { return Ok(None) };
        let extended = match header.first_chunk::<3>() {
            Some(time) => *time == [0xff; 3],
            None => known.is_some_and(|stream| stream.extended),
        };
        let size = basic + fields + if extended { 4 } else { 0 };
        if self.bytes.len() < size {
            return Ok(None);
        }
        let length = (fields >= 7).then(|| u32::from_be_bytes([0, header[3], header[4], header[5]]) as usize);
        if let Some(length) = length.filter(|length| *length > self.longest) {
            return Err(Violation::Length(length));
        }
        let late = self.bytes.get(basic + fields..size).and_then(|time| time.first_chunk().copied());
        let early = header.first_chunk::<3>().map(|[high, middle, low]| [0, *high, *middle, *low]);
        let told = u32::from_be_bytes(late.or(early).unwrap_or_default());
        let time = match format {
            0 => Time::At(told),
            1 | 2 => Time::After(told),
            _ => Time::Same,
        };
        let kind = (fields >= 7).then(|| header[6]);
        let stream_id = (fields == 11).then(|| u32::from_le_bytes([header[7], header[8], header[9], header[10]]));
        let stream = self.streams.entry(chunk_stream).or_default();
        // A header in the midst of a message may not change its length.
        stream.length = length.filter(|_| stream.partial.is_empty()).unwrap_or(stream.length);
        stream.kind = kind.unwrap_or(stream.kind);
        stream.stream = stream_id.unwrap_or(stream.stream);
        stream.extended = extended;
        Ok(Some(Head { size, chunk_stream, plain: format == 3, time }))
    }

    /// Takes a whole chunk. The outer None says that bytes are missing, the inner one that the message goes on.
    fn payload(&mut self, head: &Head) -> Result<Option<Option<Message>>, Violation> {
        let Some(stream) = self.streams.get_mut(&head.chunk_stream) else { return Err(Violation::NoHeader) };
        if !head.plain && !stream.partial.is_empty() {
            // A new header before the message was complete: the old one will never be.
            return Err(Violation::NoHeader);
        }
        let count = (stream.length - stream.partial.len()).min(self.chunk_size);
        if self.bytes.len() < head.size + count {
            return Ok(None);
        }
        self.bytes.advance(head.size);
        if stream.partial.is_empty() {
            stream.begin(head.time);
        }
        if count == stream.length {
            let payload = self.bytes.split_to(count).freeze();
            return Ok(Some(Some(stream.message(payload))));
        }
        stream.partial.extend_from_slice(&self.bytes.split_to(count));
        self.unfinished += count;
        if self.unfinished > 2 * self.longest {
            return Err(Violation::Unfinished);
        }
        if stream.partial.len() < stream.length {
            return Ok(Some(None));
        }
        self.unfinished -= stream.partial.len();
        let payload: Bytes = std::mem::take(&mut stream.partial).freeze();
        Ok(Some(Some(stream.message(payload))))
    }
}

impl ChunkStream {
    /// A message begins. After a time that was told outright, one without is that much later again: it is odd, but it is what the
    /// protocol says and what ffmpeg and librtmp do.
    fn begin(&mut self, time: Time) {
        self.time_ms = match time {
            Time::At(time) => time,
            Time::After(step) => self.time_ms.wrapping_add(step),
            Time::Same => self.time_ms.wrapping_add(self.step_ms),
        };
        if let Time::At(step) | Time::After(step) = time {
            self.step_ms = step;
        }
    }

    fn message(&self, payload: Bytes) -> Message {
        Message { kind: self.kind, stream: self.stream, time_ms: self.time_ms, payload }
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Input {
    /// Everything that a client can make us keep.
    pub fn check_bounds(&self) {
        let unfinished: usize = self.streams.values().map(|stream| stream.partial.len()).sum();
        let reserved: usize = self.streams.values().map(|stream| stream.partial.capacity()).sum();
        assert_eq!(unfinished, self.unfinished, "what is counted is what is there");
        let longest = self.longest;
        assert!(unfinished <= 3 * longest && reserved <= 6 * longest, "{unfinished} bytes kept in {reserved}");
        assert!(self.streams.len() <= MAX_STREAMS);
        assert!(self.bytes.capacity() <= 4 * longest, "{} bytes set aside", self.bytes.capacity());
    }
}

/// The number of the chunk stream and how many bytes it took.
fn chunk_stream_id(bytes: &[u8]) -> Option<(u32, usize)> {
    match bytes.first()? & 0x3f {
        0 => Some((64 + u32::from(*bytes.get(1)?), 2)),
        1 => Some((64 + u32::from(*bytes.get(1)?) + 256 * u32::from(*bytes.get(2)?), 3)),
        id => Some((u32::from(id), 1)),
    }
}
