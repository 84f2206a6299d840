//! What the encoder makes: packets that every destination shares.

use bytes::Bytes;

use crate::show::geometry::Canvas;
use crate::show::time::{Fps, ShowTime};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    Video,
    Audio,
}

/// One access unit: a coded picture (H.264, AVC format: NAL units with 4-byte lengths) or a coded piece of sound (raw AAC).
#[derive(Clone, Debug)]
pub struct Packet {
    pub track: Track,
    /// Presentation time on the show's clock. There are no B-frames, so packets of a track leave in this order.
    pub at: ShowTime,
    /// How long it is shown or heard, in microseconds.
    pub duration_us: u32,
    /// A player can begin here: a key frame. Every piece of sound is one.
    pub key: bool,
    pub data: Bytes,
}

/// What a player must know before the first packet.
#[derive(Clone, Debug)]
pub struct Headers {
    pub canvas: Canvas,
    pub fps: Fps,
    pub video_kbps: u32,
    pub audio_kbps: u32,
    /// The `avcC` record (AVCDecoderConfigurationRecord).
    pub avc_config: Bytes,
    /// The AudioSpecificConfig.
    pub aac_config: Bytes,
}
