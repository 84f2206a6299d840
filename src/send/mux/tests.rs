//! What our containers look like from inside: lengths that add up, tracks without holes, and tables that lead to their data. Real
//! players are asked in `send::tests` and in tests/.

use std::sync::Arc;

use bytes::Bytes;

use super::boxes::init;
use super::file::head;
use super::fragment::fragment;
use super::ts::TsWriter;
use super::*;
use crate::frame::encoded::Headers;
use crate::show::geometry::Canvas;
use crate::show::time::Fps;

fn headers() -> Headers {
    Headers {
        canvas: Canvas { width: 64, height: 64 },
        fps: Fps::new(30, 1).unwrap(),
        video_kbps: 100,
        audio_kbps: 64,
        avc_config: Bytes::from_static(&[1, 0x42, 0, 0x1e, 0xff, 0xe1, 0, 2, 0x67, 7, 1, 0, 1, 0x68]),
        aac_config: Bytes::from_static(&[0x11, 0x90]),
    }
}

fn packet(track: Track, at: i64, key: bool, size: usize) -> Arc<Packet> {
    let mut data = vec![7; size];
    data[..4].copy_from_slice(&(size as u32 - 4).to_be_bytes());
    let duration_us = if track == Track::Video { 33_333 } else { 21_333 };
    Arc::new(Packet { track, at: ShowTime(at), duration_us, key, data: data.into() })
}

/// Two seconds, the way that they come.
fn packets() -> Vec<Arc<Packet>> {
    let video = (0..60).map(|n| packet(Track::Video, n * 1_000_000 / 30, n % 30 == 0, 100 + 31 * n as usize % 700));
    let sound = (0..93).map(|n| packet(Track::Audio, 5_000 + n * 1_024_000_000 / 48_000, true, 50 + n as usize));
    let mut all: Vec<_> = video.chain(sound).collect();
    all.sort_by_key(|packet| packet.at);
    all
}

/// Kinds, and where their contents lie.
fn boxes(bytes: &[u8]) -> Vec<(String, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let kind = String::from_utf8(bytes[at + 4..at + 8].to_vec()).unwrap();
        let (length, header) = if length == 1 { (bytes.len() - at, 16) } else { (length, 8) };
        found.push((kind, at + header..at + length));
        at += length;
    }
    assert_eq!(at, bytes.len(), "the lengths add up");
    found
}

#[test]
fn a_fragment_leads_to_its_data_and_its_tracks_have_no_holes() {
    let (packets, base) = (packets(), ShowTime(-20_000_000));
    let top = init(&headers());
    assert_eq!(boxes(&top).iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["ftyp", "moov"]);
    let bytes = fragment(3, &packets, base, ShowTime(2_000_000));
    let parts = boxes(&bytes);
    assert_eq!(parts[1].0, "mdat");
    let moof = parts[0].1.clone();
    let tracks: Vec<_> = boxes(&bytes[moof.clone()]).into_iter().filter(|(kind, _)| kind == "traf").collect();
    assert_eq!(tracks.len(), 2);
    let mut expected = parts[1].1.start;
    for ((_, traf), (track, samples)) in tracks.into_iter().zip([(Track::Video, 60), (Track::Audio, 93)]) {
        let start = moof.start + traf.start;
        let trun = boxes(&bytes[start..moof.start + traf.end]).pop().unwrap().1;
        let number = |at: usize| u32::from_be_bytes(bytes[start + trun.start + at..][..4].try_into().unwrap());
        assert_eq!((number(4), number(8) as usize), (samples, expected));
        let sum: u64 = (0..samples as usize).map(|n| u64::from(number(12 + 12 * n))).sum();
        if track == Track::Video {
            assert_eq!(sum, 180_000, "up to the next fragment");
        }
        expected += (0..samples as usize).map(|n| number(16 + 12 * n) as usize).sum::<usize>();
    }
    assert_eq!(expected, bytes.len());
}

#[test]
fn a_file_has_its_index_first_and_the_right_length() {
    let packets = packets();
    let head = head(&headers(), &packets);
    let data: usize = packets.iter().map(|packet| packet.data.len()).sum();
    let whole: Vec<u8> = head.iter().copied().chain(packets.iter().flat_map(|packet| packet.data.to_vec())).collect();
    let parts = boxes(&whole);
    assert_eq!(parts.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["ftyp", "moov", "mdat"]);
    assert_eq!(parts[2].1, head.len()..head.len() + data);
    let co64 = whole.windows(4).position(|four| four == b"co64").unwrap();
    let first = u64::from_be_bytes(whole[co64 + 12..co64 + 20].try_into().unwrap());
    assert_eq!(first as usize, head.len(), "the first picture is the first of the data");
}

#[test]
fn a_transport_stream_is_whole_packets_that_count_on() {
    let (packets, mut writer) = (packets(), TsWriter::default());
    let mut counters = std::collections::BTreeMap::new();
    for _ in 0..2 {
        let bytes = writer.piece(&headers(), &packets, ShowTime(-20_000_000));
        assert_eq!(bytes.len() % 188, 0);
        for packet in bytes.chunks(188) {
            assert_eq!(packet[0], 0x47);
            let pid = u16::from_be_bytes([packet[1], packet[2]]) & 0x1fff;
            let count = packet[3] & 0x0f;
            let before = counters.insert(pid, count);
            assert!(before.is_none_or(|before| (before + 1) & 0x0f == count), "{pid:x}");
            if packet[3] & 0x20 != 0 {
                assert!(packet[4] <= 183, "{}", packet[4]);
            }
        }
    }
    assert_eq!(counters.len(), 4);
}
