//! The handshake: both sides send a version byte and 1536 bytes, and echo what they got.
//!
//! Only the plain form is spoken. The one with digests exists for Flash players; every player of today takes the plain one
//! when the server's version field is zero.

use bytes::{BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Ending;
use super::input::Violation;

const VERSION: u8 = 3;
const BLOCK: usize = 1536;

pub async fn shake_hands(
    reader: &mut (impl AsyncRead + Unpin),
    writer: &mut (impl AsyncWrite + Unpin),
) -> Result<(), Ending> {
    // Read apart from the rest: who does not speak RTMP is seen by the first byte and waits for nothing.
    if reader.read_u8().await? != VERSION {
        return Err(Violation::Version.into());
    }
    let mut theirs = [0; BLOCK];
    reader.read_exact(&mut theirs).await?;
    let mut answer = BytesMut::with_capacity(1 + 2 * BLOCK);
    answer.put_u8(VERSION);
    // Our time, then our version: both zero.
    answer.put_u64(0);
    for _ in 0..(BLOCK - 8) / 8 {
        answer.put_u64(fastrand::u64(..));
    }
    answer.put_slice(&theirs);
    writer.write_all(&answer).await?;
    // Their echo of our block. Nothing depends on it, and some players send zeros.
    reader.read_exact(&mut theirs).await?;
    Ok(())
}
