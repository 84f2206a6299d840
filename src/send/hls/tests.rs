//! Playlists made from packets that are made here; players are asked in `send::tests` and in tests/.

use super::cutter::Cutter;
use super::*;
use crate::frame::encoded::{Packet, Track};
use crate::show::geometry::Canvas;
use crate::show::time::Fps;

fn headers() -> Headers {
    Headers {
        canvas: Canvas { width: 640, height: 360 },
        fps: Fps::new(10, 1).unwrap(),
        video_kbps: 800,
        audio_kbps: 128,
        avc_config: Bytes::from_static(&[1, 0x64, 0, 0x1f, 0xff, 0xe0, 0]),
        aac_config: Bytes::from_static(&[0x11, 0x90]),
    }
}

fn main() -> RenditionId {
    RenditionId::main()
}

/// Video at 10 fps with a key frame every second, from second `from` of Unix time to `to`.
fn put(channel: &Channel, cutter: &mut Cutter, from: i64, to: i64) {
    for number in from * 10..to * 10 {
        let at = ShowTime(number * 100_000);
        let (key, data) = (number % 10 == 0, vec![0; 100].into());
        let packet = Packet { track: Track::Video, at, duration_us: 100_000, key, data };
        if let Some(cut) = cutter.take(Arc::new(packet), &headers()) {
            let slot = cutter.slot(cut.at);
            channel.add(&main(), &headers(), cut, slot);
        }
    }
}

fn channel(format: HlsFormat) -> (Channel, Cutter) {
    (Channel::new(format, 3, 2, vec![main()]), Cutter::new(format, 2_000_000, ShowTime(0)))
}

#[test]
fn a_window_of_segments_moves_on_and_what_left_it_is_forgotten_later() {
    let (channel, mut cutter) = channel(HlsFormat::Fmp4);
    put(&channel, &mut cutter, 1_001, 1_002);
    assert_eq!((channel.master(""), channel.playlist("main", "")), (None, None), "nothing is whole yet");
    put(&channel, &mut cutter, 1_002, 1_009);
    let text = channel.playlist("main", "?access_token=x").unwrap();
    let expected = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA-SEQUENCE:501\n\
        #EXT-X-DISCONTINUITY-SEQUENCE:0\n#EXT-X-MAP:URI=\"init-500.mp4?access_token=x\"\n\
        #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:16:42.000Z\n#EXTINF:2.00000,\n501.m4s?access_token=x\n";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("\n503.m4s") && !text.contains("504") && !text.contains("ENDLIST"), "{text}");
    assert!(channel.piece("main", "500.m4s").is_some(), "for whoever has just read the playlist before");
    put(&channel, &mut cutter, 1_009, 1_031);
    assert!(channel.piece("main", "500.m4s").is_none() && channel.piece("main", "init-500.mp4").is_some());
    assert_eq!(channel.variants[&main()].lock().segments.len(), 6, "the window, and three more");
    let master = channel.master("").unwrap();
    let line =
        "BANDWIDTH=1113600,AVERAGE-BANDWIDTH=928000,RESOLUTION=640x360,FRAME-RATE=10.000,CODECS=\"avc1.64001f,mp4a.40.2\"";
    assert!(master.contains(line) && master.ends_with("\nmain/index.m3u8\n"), "{master}");
    for name in ["", "..", "init-.mp4", "x.m4s", "501.ts", "init-501.mp4", "999999.m4s"] {
        assert!(channel.piece("main", name).is_none(), "{name}");
    }
    channel.end();
    assert!(channel.playlist("main", "").unwrap().ends_with("#EXT-X-ENDLIST\n"));
}

#[test]
fn another_encoder_is_a_break_with_a_beginning_of_its_own() {
    let (channel, mut cutter) = channel(HlsFormat::Fmp4);
    put(&channel, &mut cutter, 1_000, 1_005);
    let cut = cutter.finish(&headers()).unwrap();
    assert_eq!(cut.duration_us, 1_000_000);
    channel.add(&main(), &headers(), cut, 0);
    cutter.begin();
    channel.break_off(&main());
    put(&channel, &mut cutter, 1_006, 1_009);
    let text = channel.playlist("main", "").unwrap();
    assert_eq!(text.matches("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-503.mp4\"").count(), 1, "{text}");
    put(&channel, &mut cutter, 1_009, 1_041);
    let text = channel.playlist("main", "").unwrap();
    assert!(text.contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n") && !text.contains("DISCONTINUITY\n"), "{text}");
    assert!(channel.piece("main", "init-500.mp4").is_none(), "nothing needs it any more");
}

#[test]
fn numbers_go_on_when_a_destination_begins_anew() {
    let (shelf, id) = (Shelf::default(), DestinationId::new("web").unwrap());
    let (first, mut cutter) = channel(HlsFormat::Ts);
    let first = shelf.put(&id, first);
    put(&first, &mut cutter, 1_000, 1_041);
    let next = first.variants[&main()].lock().next;
    let (again, mut cutter) = channel(HlsFormat::Ts);
    let again = shelf.put(&id, again);
    put(&again, &mut cutter, 1_034, 1_041);
    assert!(again.playlist("main", "").unwrap().contains(&format!("\n{next}.ts")));
    assert!(again.playlist("main", "").unwrap().contains("VERSION:6\n"));
    shelf.remove(&id);
    assert!(shelf.find("web").is_none());
}

/// The numbers of the sounds in each segment, where each comes so much later than the pictures of its time, if it comes.
fn sounds(late_us: i64, comes: bool) -> Vec<(i64, Vec<u32>)> {
    let (_, mut cutter) = channel(HlsFormat::Fmp4);
    let picture = |number: i64| {
        let at = ShowTime(number * 100_000);
        Packet { track: Track::Video, at, duration_us: 100_000, key: number % 10 == 0, data: vec![0; 100].into() }
    };
    let sound = |number: i64| {
        let (at, data) = (ShowTime(number * 21_333), Bytes::copy_from_slice(&(number as u32).to_be_bytes()));
        Packet { track: Track::Audio, at, duration_us: 21_333, key: true, data }
    };
    let mut packets: Vec<_> = (10..=90).map(|number| (number * 100_000, picture(number))).collect();
    packets.extend((47..430).filter(|_| comes).map(|number| (number * 21_333 + late_us, sound(number))));
    packets.sort_by_key(|(comes_at, _)| *comes_at);
    let mut cuts: Vec<Cut> =
        packets.into_iter().filter_map(|(_, packet)| cutter.take(Arc::new(packet), &headers())).collect();
    cuts.extend(std::iter::from_fn(|| cutter.finish(&headers())));
    // They are the last in a segment, and pictures are zeros.
    let numbers = |cut: &Cut| {
        let words = cut.data.rchunks_exact(4).map(|word| u32::from_be_bytes(word.try_into().unwrap()));
        words.take_while(|number| *number > 0 && *number < 1_000).collect::<Vec<_>>()
    };
    cuts.iter().map(|cut| (cut.at.micros(), numbers(cut).into_iter().rev().collect())).collect()
}

#[test]
fn a_segment_has_the_sound_of_its_time_however_late_it_comes() {
    let at_once = sounds(0, true);
    let times: Vec<i64> = at_once.iter().map(|(at, _)| at / 1_000_000).collect();
    assert_eq!(times, [1, 2, 4, 6, 8], "cut at even seconds");
    for (at, numbers) in &at_once[1..4] {
        let of_its_time: Vec<u32> =
            (47..430).filter(|n| (*at..at + 2_000_000).contains(&(i64::from(*n) * 21_333))).collect();
        assert_eq!(*numbers, of_its_time);
    }
    for late_us in [51_000, 260_000, 499_000] {
        assert_eq!(sounds(late_us, true)[..4], at_once[..4], "{late_us} µs late");
    }
    // What comes too late comes in the next, and nothing is lost; where nothing comes, nothing is waited for.
    let too_late: Vec<u32> = sounds(900_000, true).into_iter().flat_map(|(_, numbers)| numbers).collect();
    assert_eq!(too_late, (47..430).collect::<Vec<_>>());
    let without = sounds(0, false);
    assert_eq!(without.iter().map(|(at, _)| at / 1_000_000).collect::<Vec<_>>(), times);
}
