//! Files that are no good: a clear word, and neither a crash nor a machine that is busy for nothing.

use super::clips::{ffmpeg, numbered};
use super::*;

fn fails(file: &Path, word: &str) {
    let stand = Stand::of_file(file, "");
    let reason = eventually("a failure", || match stand.state()? {
        InputState::Failed { reason } => Some(reason),
        _ => None,
    });
    assert!(reason.contains(word), "{reason}");
    assert!(stand.frame(START).is_none());
}

#[test]
fn what_is_no_media_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    fails(&dir.path().join("absent.mp4"), "");
    fails(&file("empty.mp4", b""), "");
    fails(&file("text.mp4", "These are words.\n".repeat(100).as_bytes()), "");
    fails(
        &file("noise.mp4", &(0..100_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>()),
        "",
    );
    let whole = std::fs::read(numbered(dir.path(), "whole.mp4", 30, 30)).unwrap();
    // The index of an MP4 stands at its end.
    fails(&file("cut.mp4", &whole[..whole.len() / 2]), "");
}

#[test]
fn giants_are_refused_before_they_take_memory() {
    let dir = tempfile::tempdir().unwrap();
    let giant = dir.path().join("giant.avi");
    ffmpeg("-f lavfi -i color=s=16000x64:r=5:d=1 -c:v mjpeg -pix_fmt yuvj420p", &giant);
    fails(&giant, "16000 x 64");
    // One that says it is 20000 x 20000, and is not.
    let small = dir.path().join("small.avi");
    ffmpeg("-f lavfi -i testsrc2=s=320x240:r=5:d=1 -c:v rawvideo -pix_fmt yuv420p", &small);
    let mut bytes = std::fs::read(&small).unwrap();
    let (old, new) = ([320_u32.to_le_bytes(), 240_u32.to_le_bytes()].concat(), [20_000_u32.to_le_bytes(); 2].concat());
    for place in 0..512 {
        if bytes[place..place + 8] == old[..] {
            bytes[place..place + 8].copy_from_slice(&new);
        }
    }
    let liar = dir.path().join("liar.avi");
    std::fs::write(&liar, bytes).unwrap();
    fails(&liar, "20000 x 20000");
}

#[test]
fn a_file_that_is_cut_off_plays_what_is_there_and_stays_calm() {
    let dir = tempfile::tempdir().unwrap();
    let whole = std::fs::read(numbered(dir.path(), "whole.mkv", 90, 30)).unwrap();
    let cut = dir.path().join("cut.mkv");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let stand = Stand::of_file(&cut, "");
    for number in 0..10 {
        stand.shows(i64::from(number) * 1_000_000 / 30, number);
    }
    // Past what is there: the clock goes on, and it does not decode like mad.
    for step in 10..400_i64 {
        stand.clock.set(ShowTime(START.micros() + step * 33_333));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(stand.frames() < 1_500, "{}", stand.frames());
    assert!(stand.frame(stand.clock.now()).is_some() || stand.state().is_some());
}
