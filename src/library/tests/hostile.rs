//! Files that are broken, or were made to do harm: each is refused for a reason that can be told, and leaves nothing.

use super::formats::{DEJAVU, made, video};
use super::*;
use crate::media::animation::tests::gif;

async fn refused(bytes: &[u8], what: &str) -> String {
    crate::gst::start().expect("GStreamer");
    let directory = tempfile::tempdir().expect("a directory");
    let library = Library::open(directory.path(), 64).expect("a library");
    let error = store(&library, bytes, "a").await.expect_err(what);
    assert_eq!(files(directory.path()), Vec::<String>::new(), "{what}");
    assert!(error.to_string().chars().count() < 600, "{error}");
    error.code().to_owned()
}

#[tokio::test]
async fn media_that_is_cut_off_or_no_media_at_all_is_refused() {
    let whole = video();
    for kept in [12, 40, 500, whole.len() / 2, whole.len() - 1] {
        let code = refused(&whole[..kept], "a cut MP4").await;
        assert!(["broken_media", "slow_media"].contains(&code.as_str()), "{kept} of {}: {code}", whole.len());
    }
    let noise = |head: &[u8]| {
        let mut random = fastrand::Rng::with_seed(7);
        [head, &std::iter::repeat_with(|| random.u8(..)).take(50_000).collect::<Vec<_>>()].concat()
    };
    for head in [
        &b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"[..],
        b"OggS\0\x02",
        b"fLaC\0\0\0\x22",
        b"ID3\x04\0\0\0\0\0\x0a",
    ] {
        let code = refused(&noise(head), "noise").await;
        // GStreamer looks for an end of the noise as long as it is let.
        assert!(["broken_media", "unsupported_media", "slow_media"].contains(&code.as_str()), "{head:?}: {code}");
    }
}

#[tokio::test]
async fn a_playlist_in_the_clothes_of_a_song_leads_nowhere() {
    let tag = b"ID3\x04\0\0\0\0\0\x0a\0\0\0\0\0\0\0\0\0\0";
    let playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n";
    let code = refused(&[&tag[..], playlist].concat(), "a playlist").await;
    assert!(["broken_media", "unsupported_media", "slow_media"].contains(&code.as_str()), "{code}");
}

#[tokio::test]
async fn animations_have_bounds() {
    let black = (image::Rgba([0, 0, 0, 255]), 40);
    let whole = gif((16, 16), [black, black, black]);
    for kept in [10, 30, whole.len() - 1] {
        assert_eq!(refused(&whole[..kept], "a cut GIF").await, "broken_image");
    }
    let one = gif((1, 1), [black]);
    let start = one.iter().position(|byte| *byte == 0x21).expect("an extension");
    let many = [&one[..start], &one[start..one.len() - 1].repeat(100_000), b";"].concat();
    assert_eq!(refused(&many, "100,000 pictures").await, "too_many_frames");
    let mut huge = gif((8, 8), [black, black]);
    huge[6..10].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(refused(&huge, "65535 × 65535").await, "image_too_large");
    let mut apng = made("-f lavfi -i testsrc=s=32x16:r=10:d=1 -plays 0", "a.apng");
    let at = apng.windows(4).position(|word| word == b"acTL").expect("its head");
    apng[at + 4..at + 8].copy_from_slice(&1_000_000_u32.to_be_bytes());
    assert_eq!(refused(&apng, "a million pictures").await, "broken_image");
}

#[tokio::test]
async fn drawings_are_refused_for_what_they_would_do() {
    let bomb =
        "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><svg xmlns='http://www.w3.org/2000/svg'>&b;</svg>";
    assert_eq!(refused(bomb.as_bytes(), "entities").await, "unsafe_drawing");
    let deep = format!("<svg xmlns='http://www.w3.org/2000/svg'>{}", "<g>".repeat(50_000));
    let closed = format!("{deep}{}</svg>", "</g>".repeat(50_000));
    assert_eq!(refused(closed.as_bytes(), "deep").await, "unsafe_drawing");
    assert_eq!(refused(deep.as_bytes(), "cut").await, "broken_image");
    let giant = "<svg xmlns='http://www.w3.org/2000/svg' width='100000' height='100000'/>";
    assert_eq!(refused(giant.as_bytes(), "giant").await, "image_too_large");
    let large = [b"<svg xmlns='http://www.w3.org/2000/svg'>".as_slice(), &vec![b' '; 4 << 20], b"</svg>"].concat();
    assert_eq!(refused(&large, "5 MiB").await, "upload_too_large");
}

#[tokio::test]
async fn fonts_and_tables_are_read_before_they_are_kept() {
    assert_eq!(refused(&DEJAVU[..200_000], "half a font").await, "broken_font");
    let mut absurd = DEJAVU.to_vec();
    // The number of its tables.
    absurd[4..6].copy_from_slice(&[0xff, 0xff]);
    let glyphs = absurd.windows(4).position(|word| word == b"maxp").expect("a table");
    absurd[glyphs + 8..glyphs + 12].copy_from_slice(&[0xff; 4]);
    assert_eq!(refused(&absurd, "absurd tables").await, "broken_font");
    assert_eq!(refused(b"LUT_3D_SIZE 1000\n0 0 0\n", "a large table").await, "broken_lut");
    assert_eq!(refused(b"LUT_3D_SIZE 2\n0 0 0\n", "a short table").await, "broken_lut");
}
