//! Fuzz targets: an uploaded picture, and what the uploader calls it.

use std::io::Cursor;

use super::image_check::check_file;
use super::{MAX_NAME, presentable};
use crate::base::fuzz::{check_code, check_told};
use crate::media::kind::sniff;
use crate::show::asset::Format;

/// libFuzzer holds it to its memory limit meanwhile.
pub fn image_upload(bytes: &[u8]) {
    let Some(format @ (Format::Png | Format::Jpeg | Format::Webp | Format::Gif)) = sniff(bytes) else { return };
    match check_file(Cursor::new(bytes), format) {
        Ok(found) => {
            let shown = image::load_from_memory(bytes).expect("what was accepted can be shown");
            assert_eq!((shown.width(), shown.height()), (found.width, found.height));
            assert!(found.width > 0 && found.height > 0);
        }
        Err(error) => {
            check_code(error.code());
            check_told(&error.to_string());
        }
    }
}

pub fn file_name(text: &str) {
    let name = presentable(text);
    assert!(name.chars().count() <= MAX_NAME && !name.contains(char::is_control) && !name.contains(['/', '\\']));
    assert_eq!(presentable(&name), name);
}
