//! What is on its way to a client: chunk headers of its own, and packets that it shares with all others.
//!
//! Packets are not copied: a picture that 200 players are sent is in memory once.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Times from here on do not fit the three bytes of a header.
const EXTENDED: u32 = 0xff_ffff;
/// Pieces given to the socket at once; a packet is two.
const SLICES: usize = 64;
/// Headers are cut from blocks of this size, which are used again once they are sent.
const BLOCK: usize = 4 * 1024;

pub struct Output {
    pieces: VecDeque<Bytes>,
    size: usize,
    block: BytesMut,
    pub chunk_size: usize,
}

impl Output {
    pub fn new() -> Self {
        Self { pieces: VecDeque::new(), size: 0, block: BytesMut::new(), chunk_size: 128 }
    }

    /// Bytes that wait.
    pub fn size(&self) -> usize {
        self.size
    }

    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// Appends a message whose payload is `front` and then `data`.
    ///
    /// Its header is always a full one with an absolute time: that costs 12 bytes, and no player has to add up differences.
    pub fn message(&mut self, chunk_stream: u8, kind: u8, stream: u32, time_ms: u32, front: &[u8], mut data: Bytes) {
        let extended = (time_ms >= EXTENDED).then_some(time_ms);
        let length = u32::try_from(front.len() + data.len()).unwrap_or(u32::MAX);
        if self.block.capacity() < 32 + front.len() {
            self.block.reserve(BLOCK);
        }
        self.block.put_u8(chunk_stream);
        self.block.put_uint(u64::from(time_ms.min(EXTENDED)), 3);
        self.block.put_uint(u64::from(length), 3);
        self.block.put_u8(kind);
        self.block.put_u32_le(stream);
        extended.into_iter().for_each(|time| self.block.put_u32(time));
        self.block.put_slice(front);
        let head = self.block.split().freeze();
        self.push(head);
        let room = self.chunk_size - front.len();
        let mut chunk = data.split_to(room.min(data.len()));
        loop {
            self.push(chunk);
            if data.is_empty() {
                return;
            }
            self.continuation(chunk_stream, extended);
            chunk = data.split_to(self.chunk_size.min(data.len()));
        }
    }

    /// The header of each further chunk of a message.
    fn continuation(&mut self, chunk_stream: u8, extended: Option<u32>) {
        if self.block.capacity() < 5 {
            self.block.reserve(BLOCK);
        }
        self.block.put_u8(0xc0 | chunk_stream);
        extended.into_iter().for_each(|time| self.block.put_u32(time));
        let head = self.block.split().freeze();
        self.push(head);
    }

    fn push(&mut self, piece: Bytes) {
        if !piece.is_empty() {
            self.size += piece.len();
            self.pieces.push_back(piece);
        }
    }

    /// Gives the socket as much as it takes at once. Safe to cancel.
    pub async fn write_some(&mut self, writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<usize> {
        let count = {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = slices.iter_mut().zip(&self.pieces).map(|(slice, piece)| *slice = IoSlice::new(piece)).count();
            writer.write_vectored(&slices[..filled]).await?
        };
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.taken(count);
        Ok(count)
    }

    fn taken(&mut self, mut count: usize) {
        self.size -= count;
        while let Some(piece) = self.pieces.front_mut() {
            if piece.len() > count {
                piece.advance(count);
                return;
            }
            count -= piece.len();
            self.pieces.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::rtmp_server::input::Input;
    use crate::send::rtmp_server::message::{self, Message};

    #[tokio::test]
    async fn messages_of_every_size_and_time_arrive_whole() {
        let mut output = Output::new();
        let mut sent = Vec::new();
        for chunk_size in [128, 1_000, 60_000] {
            output.message(2, message::SET_CHUNK_SIZE, 0, 0, &(chunk_size as u32).to_be_bytes(), Bytes::new());
            output.chunk_size = chunk_size;
            for length in [0, 1, 122, 123, 124, 250, 251, 252, 5_000, 65_000] {
                for time in [0, EXTENDED - 1, EXTENDED, EXTENDED + 1, u32::MAX] {
                    let data: Bytes = (0..length).map(|index| (index * 7) as u8).collect();
                    output.message(6, message::VIDEO, 1, time, b"front", data.clone());
                    sent.push((time, [&b"front"[..], &data].concat()));
                }
            }
        }
        let (mut ours, mut theirs) = tokio::io::duplex(777);
        let writing = async {
            while !output.is_empty() {
                output.write_some(&mut ours).await.expect("the other end reads");
            }
        };
        let reading = async {
            let mut input = Input::new();
            for (time_ms, expected) in sent {
                let message = loop {
                    match input.next().expect("what is written is well-formed") {
                        Some(message) => break message,
                        None => drop(input.receive(&mut theirs).await.expect("there is more")),
                    }
                };
                assert_eq!(message, Message { kind: message::VIDEO, stream: 1, time_ms, payload: expected.into() });
            }
        };
        tokio::join!(writing, reading);
    }
}
