use proptest::collection::vec;
use proptest::prelude::*;

use super::super::wled::{Decoded, Mode, Wled, decode, reach, release};
use super::{hex, packets, ramp};

const MODES: [Mode; 5] = [Mode::Warls, Mode::Drgb, Mode::Drgbw, Mode::Dnrgb, Mode::Dnrgbw];

fn encoded(mode: Mode, data: &[u8]) -> Vec<Vec<u8>> {
    packets(|packets| Wled { mode, timeout_s: 2 }.encode(data, packets))
}

#[test]
fn each_mode_has_its_number_and_its_layout() {
    #[track_caller]
    fn check(mode: Mode, data: &str, golden: &str) {
        assert_eq!(encoded(mode, &hex(data)), [hex(golden)]);
    }
    check(Mode::Warls, "ff0000 00ff00", "01 02 00ff0000 0100ff00");
    check(Mode::Drgb, "ff0000 00ff00", "02 02 ff0000 00ff00");
    check(Mode::Drgbw, "ff000001 00ff0002", "03 02 ff000001 00ff0002");
    check(Mode::Dnrgb, "ff0000 00ff00", "04 02 0000 ff0000 00ff00");
    check(Mode::Dnrgbw, "ff000001 00ff0002", "05 02 0000 ff000001 00ff0002");
}

#[test]
fn a_long_strip_is_split_where_wled_ends_reading() {
    #[track_caller]
    fn check(mode: Mode, reached: usize, sizes: &[usize]) {
        assert_eq!(reach(mode), reached);
        let sent = encoded(mode, &ramp(1_000 * mode.channels()));
        assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
    }
    check(Mode::Warls, 255, &[2 + 255 * 4]);
    check(Mode::Drgb, 490, &[1472]);
    check(Mode::Drgbw, 367, &[1470]);
    check(Mode::Dnrgb, 65_535, &[1471, 1471, 4 + 22 * 3]);
    check(Mode::Dnrgbw, 65_535, &[1472, 1472, 4 + 266 * 4]);
}

#[test]
fn what_a_mode_cannot_reach_is_not_sent() {
    let sent = encoded(Mode::Dnrgb, &ramp(70_000 * 3));
    let last = decode(sent.last().unwrap()).unwrap();
    assert_eq!(last.start + last.data.len() / 3, 65_535);
}

#[test]
fn the_second_packet_starts_where_the_first_ended() {
    let starts: Vec<_> = encoded(Mode::Dnrgb, &ramp(1_200 * 3)).iter().map(|packet| packet[2..4].to_vec()).collect();
    assert_eq!(starts, [hex("0000"), hex("01e9"), hex("03d2")]);
}

#[test]
fn only_a_release_ends_realtime() {
    assert_eq!(decode(&release()).unwrap().timeout_s, 0);
    for mode in MODES {
        let sent = packets(|packets| Wled { mode, timeout_s: 0 }.encode(&[9; 12], packets));
        assert_eq!(decode(&sent[0]).unwrap().timeout_s, 1, "{mode:?}");
    }
}

#[test]
fn what_is_no_realtime_is_not_decoded() {
    for other in [&b""[..], b"\x02", b"\0\x01", b"\x06\x01\0\0\0", b"{\"on\":true}", b"A=128"] {
        assert_eq!(decode(other), None, "{other:?}");
    }
}

#[test]
fn half_a_pixel_is_none() {
    assert_eq!(decode(&hex("02 05 010203 0405")).unwrap().data, hex("010203"));
    assert_eq!(decode(&hex("05 05 0102 01020304 05")).unwrap().data, hex("01020304"));
    assert_eq!(decode(&hex("04 05 01")).unwrap(), Decoded { data: &[], ..decode(&hex("04 05 0000")).unwrap() });
    assert_eq!(decode(&hex("01 05 07010203 08")).unwrap().scattered, [[7, 1, 2, 3]]);
    assert_eq!(encoded(Mode::Drgb, &[1, 2]), [[0u8; 0]; 0]);
}

proptest! {
    #[test]
    fn what_is_sent_is_what_arrives(data in vec(any::<u8>(), 0..6_000), mode in proptest::sample::select(MODES.to_vec())) {
        let mut strip = vec![0; data.len()];
        for packet in encoded(mode, &data) {
            prop_assert!(packet.len() <= 1472);
            let decoded = decode(&packet).unwrap();
            let at = decoded.start * decoded.channels;
            strip[at..at + decoded.data.len()].copy_from_slice(decoded.data);
            for [index, colors @ ..] in decoded.scattered {
                strip[usize::from(*index) * 3..][..3].copy_from_slice(colors);
            }
        }
        let reached = (data.len() / mode.channels()).min(reach(mode)) * mode.channels();
        prop_assert_eq!(&strip[..reached], &data[..reached]);
    }
}
