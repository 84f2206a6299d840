//! The boxes of an MP4 file (ISO/IEC 14496-12), and those that describe our two tracks.

use bytes::{BufMut, Bytes, BytesMut};

use super::{SOUND_TICKS, VIDEO_TICKS};
use crate::frame::encoded::{Headers, Track};

pub const VIDEO_ID: u32 = 1;
pub const SOUND_ID: u32 = 2;

/// A box: its length, its kind, and what is in it.
pub fn mp4_box(out: &mut BytesMut, kind: &[u8; 4], content: impl FnOnce(&mut BytesMut)) {
    let start = out.len();
    out.put_u32(0);
    out.put_slice(kind);
    content(out);
    let length = u32::try_from(out.len() - start).unwrap_or(0);
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

/// A box with a version and flags.
pub fn full_box(out: &mut BytesMut, kind: &[u8; 4], version: u8, flags: u32, content: impl FnOnce(&mut BytesMut)) {
    mp4_box(out, kind, |out| {
        out.put_u32(u32::from(version) << 24 | flags);
        content(out);
    });
}

fn matrix(out: &mut BytesMut) {
    for number in [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000] {
        out.put_u32(number);
    }
}

/// Times in thousandths of a second.
pub fn mvhd(out: &mut BytesMut, duration: u64) {
    full_box(out, b"mvhd", 1, 0, |out| {
        out.put_bytes(0, 16);
        out.put_u32(1_000);
        out.put_u64(duration);
        out.put_u32(0x1_0000);
        out.put_u16(0x0100);
        out.put_bytes(0, 10);
        matrix(out);
        out.put_bytes(0, 24);
        out.put_u32(SOUND_ID + 1);
    });
}

pub fn tkhd(out: &mut BytesMut, track: Track, headers: &Headers, duration: u64) {
    full_box(out, b"tkhd", 1, 3, |out| {
        out.put_bytes(0, 16);
        out.put_u32(id_of(track));
        out.put_u32(0);
        out.put_u64(duration);
        out.put_bytes(0, 12);
        out.put_u16(if track == Track::Audio { 0x0100 } else { 0 });
        out.put_u16(0);
        matrix(out);
        let (width, height) = if track == Track::Video { (headers.canvas.width, headers.canvas.height) } else { (0, 0) };
        out.put_u32(width << 16);
        out.put_u32(height << 16);
    });
}

pub fn id_of(track: Track) -> u32 {
    match track {
        Track::Video => VIDEO_ID,
        Track::Audio => SOUND_ID,
    }
}

pub fn scale_of(track: Track) -> u32 {
    match track {
        Track::Video => VIDEO_TICKS,
        Track::Audio => SOUND_TICKS,
    }
}

/// All about a track's media but where its samples lie, which `tables` says.
pub fn mdia(out: &mut BytesMut, track: Track, headers: &Headers, duration: u64, tables: impl FnOnce(&mut BytesMut)) {
    mp4_box(out, b"mdia", |out| {
        full_box(out, b"mdhd", 1, 0, |out| {
            out.put_bytes(0, 16);
            out.put_u32(scale_of(track));
            out.put_u64(duration);
            // "und", packed.
            out.put_u32(0x55c4_0000);
        });
        full_box(out, b"hdlr", 0, 0, |out| {
            out.put_u32(0);
            out.put_slice(if track == Track::Video { b"vide" } else { b"soun" });
            out.put_bytes(0, 12);
            out.put_slice(b"marquee\0");
        });
        mp4_box(out, b"minf", |out| {
            match track {
                Track::Video => full_box(out, b"vmhd", 0, 1, |out| out.put_bytes(0, 8)),
                Track::Audio => full_box(out, b"smhd", 0, 0, |out| out.put_bytes(0, 4)),
            }
            mp4_box(out, b"dinf", |out| {
                full_box(out, b"dref", 0, 0, |out| {
                    out.put_u32(1);
                    full_box(out, b"url ", 0, 1, |_| ());
                });
            });
            mp4_box(out, b"stbl", |out| {
                full_box(out, b"stsd", 0, 0, |out| {
                    out.put_u32(1);
                    match track {
                        Track::Video => avc1(out, headers),
                        Track::Audio => mp4a(out, headers),
                    }
                });
                tables(out);
            });
        });
    });
}

fn avc1(out: &mut BytesMut, headers: &Headers) {
    mp4_box(out, b"avc1", |out| {
        out.put_bytes(0, 6);
        out.put_u16(1);
        out.put_bytes(0, 16);
        // The encoders take at most 4096.
        out.put_u16(headers.canvas.width as u16);
        out.put_u16(headers.canvas.height as u16);
        out.put_u32(0x48_0000);
        out.put_u32(0x48_0000);
        out.put_u32(0);
        out.put_u16(1);
        out.put_bytes(0, 32);
        out.put_u16(24);
        out.put_i16(-1);
        mp4_box(out, b"avcC", |out| out.put_slice(&headers.avc_config));
        // BT.709, limited range.
        mp4_box(out, b"colr", |out| {
            out.put_slice(b"nclx");
            [1, 1, 1].into_iter().for_each(|code| out.put_u16(code));
            out.put_u8(0);
        });
    });
}

fn mp4a(out: &mut BytesMut, headers: &Headers) {
    mp4_box(out, b"mp4a", |out| {
        out.put_bytes(0, 6);
        out.put_u16(1);
        out.put_bytes(0, 8);
        out.put_u16(2);
        out.put_u16(16);
        out.put_u32(0);
        out.put_u32(SOUND_TICKS << 16);
        full_box(out, b"esds", 0, 0, |out| {
            let config = &headers.aac_config;
            // An AudioSpecificConfig has 2 to 5 bytes, so all lengths fit into one.
            let length = config.len() as u8;
            out.put_slice(&[0x03, 23 + length, 0, SOUND_ID as u8, 0, 0x04, 15 + length, 0x40, 0x15, 0, 0, 0]);
            out.put_u32(headers.audio_kbps * 1_000);
            out.put_u32(headers.audio_kbps * 1_000);
            out.put_slice(&[0x05, length]);
            out.put_slice(config);
            out.put_slice(&[0x06, 1, 0x02]);
        });
    });
}

/// What a player must have before the first fragment.
pub fn init(headers: &Headers) -> Bytes {
    let mut out = BytesMut::with_capacity(2_048);
    mp4_box(&mut out, b"ftyp", |out| {
        out.put_slice(b"iso6\0\0\0\x01iso6cmfcmp41");
    });
    mp4_box(&mut out, b"moov", |out| {
        mvhd(out, 0);
        for track in [Track::Video, Track::Audio] {
            mp4_box(out, b"trak", |out| {
                tkhd(out, track, headers, 0);
                mdia(out, track, headers, 0, |out| {
                    full_box(out, b"stts", 0, 0, |out| out.put_u32(0));
                    full_box(out, b"stsc", 0, 0, |out| out.put_u32(0));
                    full_box(out, b"stsz", 0, 0, |out| out.put_u64(0));
                    full_box(out, b"stco", 0, 0, |out| out.put_u32(0));
                });
            });
        }
        mp4_box(out, b"mvex", |out| {
            for track in [VIDEO_ID, SOUND_ID] {
                full_box(out, b"trex", 0, 0, |out| {
                    [track, 1, 0, 0, 0].into_iter().for_each(|number| out.put_u32(number));
                });
            }
        });
    });
    out.freeze()
}
