//! What comes from elsewhere as a whole: a scene collection of OBS, and a show as one file. The show takes all of it and stays
//! whole, or it is turned down with a documented word and nothing has changed.

use serde_json::Value;

use crate::base::fuzz::{check_code, check_told};
use crate::exchange::archive;
use crate::exchange::obs::{Known, convert};
use crate::show::collection::Mode;
use crate::state;
use crate::state::command::Command;

/// Of a header in an archive, and what sizes are rounded up to.
const BLOCK: usize = 512;
const SIZE: std::ops::Range<usize> = 124..136;
const CHECKSUM: std::ops::Range<usize> = 148..156;

pub fn obs_file(bytes: &[u8]) {
    let Ok(file) = serde_json::from_slice::<Value>(bytes) else { return };
    let show = state::fuzz::some_show();
    match convert(&file, &Known::new(&show.assets, show.config.canvas())) {
        Ok(converted) => {
            state::fuzz::check_command(Command::Import { collection: Box::new(converted.collection), mode: Mode::Merge })
        }
        Err(error) => {
            check_code(error.code());
            check_told(&error.to_string());
        }
    }
}

pub fn show_archive(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    sum_up(&mut bytes);
    match archive::check(&bytes[..]) {
        Ok(checked) => {
            assert!(checked.files.iter().all(|id| checked.show.assets.iter().any(|asset| asset.id == *id)));
            for mode in [Mode::Add, Mode::Merge, Mode::Replace] {
                let collection = Box::new(checked.show.clone());
                state::fuzz::check_command(Command::Import { collection, mode });
            }
        }
        Err(error) => {
            check_code(error.code());
            check_told(&error.to_string());
        }
    }
}

/// Makes every header's checksum right: no fuzzer guesses them, and behind a wrong one nothing is read.
fn sum_up(archive: &mut [u8]) {
    let mut at = 0;
    while let Some(header) = archive.get_mut(at..at + BLOCK) {
        if header.iter().all(|byte| *byte == 0) {
            return;
        }
        header[CHECKSUM].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let digits = header[SIZE].iter().take_while(|byte| (b'0'..=b'7').contains(byte));
        let size = digits.fold(0_usize, |size, digit| size.saturating_mul(8).saturating_add(usize::from(digit - b'0')));
        at = size.div_ceil(BLOCK).saturating_add(1).saturating_mul(BLOCK).saturating_add(at);
    }
}
