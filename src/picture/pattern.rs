//! The test pattern: colour bars, a moving box, a counter that machines can read, and a flash that the beep goes with.
//!
//! ```text
//! ┌─┬─┬─┬─ … 34 cells … ─┬─┬─┐  counter: 1/10 of the height, rounded down to even
//! ├──────┬──────┬──────┬─────┤
//! │ seven colour bars        │
//! ├──────────────────┬───────┤  last 1/4 of the height, rounded down to even
//! │   ▇ moving box   │ flash │  flash: last 1/4 of the width, rounded down to even
//! └──────────────────┴───────┘
//! ```
//!
//! Counter, from the left: cell 0 is white and cell 33 black, always, so that a reader knows both. Cells 1 to 32 are the low
//! 32 bits of the frame's number, most significant first, white is 1. Cell `k` begins `width * k / 34` from the left, rounded
//! down to even; the last one ends where the pattern ends. The frame's number is that of the instant shown
//! (`Fps::frame_at`), so it stands still while the show is paused.
//!
//! The flash is white during the first 100 ms of each second of show time, black otherwise.
//!
//! The parts do not overlap, so the pattern can have any opacity as a whole.

use super::yuv::Yuv;
use crate::show::color::Color;
use crate::show::geometry::Rect;
use crate::show::time::{FrameNumber, ShowTime};

const CELLS: i32 = 34;

/// How long the flash, and the beep, last from the beginning of each second.
pub const FLASH_MICROS: i64 = 100_000;

/// The box goes to the right end and back in this time.
const ROUND_TRIP_MICROS: i64 = 4_000_000;

const BARS: [Color; 7] = [
    Color::opaque(191, 191, 191),
    Color::opaque(191, 191, 0),
    Color::opaque(0, 191, 191),
    Color::opaque(0, 191, 0),
    Color::opaque(191, 0, 191),
    Color::opaque(191, 0, 0),
    Color::opaque(0, 0, 191),
];
const TRACK: Color = Color::opaque(32, 32, 32);
const BOX: Color = Color::opaque(255, 160, 0);

fn even(length: i32) -> i32 {
    length & !1
}

fn counter_height(rect: Rect) -> i32 {
    even(rect.height / 10)
}

fn cell(rect: Rect, index: i32) -> Rect {
    let edge = |index: i32| if index == CELLS { rect.width } else { even(rect.width * index / CELLS) };
    Rect { x: rect.x + edge(index), y: rect.y, width: edge(index + 1) - edge(index), height: counter_height(rect) }
}

/// Where the flash is, in a pattern that fills `rect`.
pub fn flash_rect(rect: Rect) -> Rect {
    let (width, height) = (even(rect.width / 4), even(rect.height / 4));
    Rect { x: rect.right() - width, y: rect.bottom() - height, width, height }
}

pub fn flash_is_on(at: ShowTime) -> bool {
    at.micros().rem_euclid(1_000_000) < FLASH_MICROS
}

/// Calls `part` for each plain rectangle of the pattern, always the same number of times in the same order (some may be empty).
pub fn parts(rect: Rect, at: ShowTime, frame: FrameNumber, mut part: impl FnMut(Rect, Yuv)) {
    let bits = frame.0 as u32;
    for index in 0..CELLS {
        let is_white = index == 0 || (index <= 32 && bits >> (32 - index) & 1 == 1);
        part(cell(rect, index), if is_white { Yuv::WHITE } else { Yuv::BLACK });
    }
    let flash = flash_rect(rect);
    let top = rect.y + counter_height(rect);
    for (index, color) in (0..).zip(BARS) {
        let edge = |index: i32| rect.x + if index == 7 { rect.width } else { even(rect.width * index / 7) };
        let bar = Rect { x: edge(index), y: top, width: edge(index + 1) - edge(index), height: flash.y - top };
        part(bar, Yuv::of(color));
    }
    let moving = box_rect(rect, at);
    let track = Rect { x: rect.x, width: flash.x - rect.x, ..flash };
    part(Rect { width: moving.x - track.x, ..track }, Yuv::of(TRACK));
    part(moving, Yuv::of(BOX));
    part(Rect { x: moving.right(), width: track.right() - moving.right(), ..track }, Yuv::of(TRACK));
    part(flash, if flash_is_on(at) { Yuv::WHITE } else { Yuv::BLACK });
}

fn box_rect(rect: Rect, at: ShowTime) -> Rect {
    let flash = flash_rect(rect);
    let track = flash.x - rect.x;
    let width = flash.height.min(even(track / 2));
    let phase = at.micros().rem_euclid(ROUND_TRIP_MICROS);
    let there = phase.min(ROUND_TRIP_MICROS - phase);
    let moved = i64::from(track - width) * there / (ROUND_TRIP_MICROS / 2);
    Rect { x: rect.x + even(moved as i32), width, ..flash }
}

/// How far from black and white the references may be after coding.
const SURE_WHITE: u32 = 170;
const SURE_BLACK: u32 = 80;

/// The counter of a pattern that fills `rect`, from a luma plane. None if the references are not there.
pub fn read_counter(luma: &[u8], stride: usize, rect: Rect) -> Option<u32> {
    let white = brightness(luma, stride, cell(rect, 0))?;
    let black = brightness(luma, stride, cell(rect, CELLS - 1))?;
    if white < SURE_WHITE || black > SURE_BLACK {
        return None;
    }
    (1..=32).try_fold(0, |number, index| {
        let bit = brightness(luma, stride, cell(rect, index))? > (white + black) / 2;
        Some(number << 1 | u32::from(bit))
    })
}

/// Mean of the middle of a cell; its edges may be blurred.
fn brightness(luma: &[u8], stride: usize, cell: Rect) -> Option<u32> {
    let rows = cell.y + cell.height / 4..cell.y + (cell.height * 3 + 3) / 4;
    let columns = cell.x + cell.width / 4..cell.x + (cell.width * 3 + 3) / 4;
    let (first, last) = (usize::try_from(columns.start).ok()?, usize::try_from(columns.end).ok()?);
    let (mut sum, mut count) = (0, 0);
    for row in rows {
        let start = usize::try_from(row).ok()? * stride;
        if last > stride {
            return None;
        }
        let pixels = luma.get(start + first..start + last)?;
        sum += pixels.iter().map(|pixel| u32::from(*pixel)).sum::<u32>();
        count += pixels.len() as u32;
    }
    sum.checked_div(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_is_read_back() {
        for (width, height) in [(128, 64), (640, 360), (1919, 1079)] {
            let rect = Rect { x: 3, y: 5, width, height };
            let stride = width as usize + 8;
            for number in [0, 1, 0x8000_0000, 0xdead_beef, u64::from(u32::MAX), 0x1_2345_6789] {
                let mut luma = vec![16; stride * (height as usize + 8)];
                parts(rect, ShowTime(0), FrameNumber(number), |part, color| {
                    for y in part.y..part.bottom() {
                        let start = y as usize * stride + part.x as usize;
                        luma[start..start + part.width as usize].fill(color.y);
                    }
                });
                assert_eq!(read_counter(&luma, stride, rect), Some(number as u32), "{width}x{height} {number:x}");
            }
            assert_eq!(read_counter(&vec![128; stride * 2_000], stride, rect), None);
            assert_eq!(read_counter(&[], stride, rect), None);
        }
    }

    #[test]
    fn the_parts_fill_the_rectangle_once() {
        for (width, height) in [(100, 100), (641, 359), (64, 7), (5, 400)] {
            let rect = Rect { x: -9, y: 4, width, height };
            for at in [0, 1_234_567, 2_000_000, 3_999_999] {
                let mut area = 0;
                parts(rect, ShowTime(at), FrameNumber(77), |part, _| {
                    assert!(part.width >= 0 && part.height >= 0 && rect.contains(part), "{part:?}");
                    area += part.width * part.height;
                });
                assert_eq!(area, width * height);
            }
        }
    }

    #[test]
    fn the_flash_lasts_a_tenth_of_each_second() {
        for (at, on) in [(0, true), (99_999, true), (100_000, false), (999_999, false), (1_000_000, true), (-1, false)] {
            assert_eq!(flash_is_on(ShowTime(at)), on, "{at}");
        }
    }
}
