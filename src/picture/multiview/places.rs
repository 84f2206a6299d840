//! Where everything lies on the multiview: pure. Above, the program and the preview side by side with the meters beside them;
//! below, the other scenes in a grid of as many columns as leave the largest pictures.

use crate::show::geometry::{Canvas, Rect};

/// Of the height, for program and preview; less where there are many others, whose names are smaller then, too.
const UPPER_PERCENT: i32 = 55;
const UPPER_PERCENT_OF_MANY: i32 = 45;
const MANY: usize = 20;
/// Left and right.
const METERS: i32 = 2;

/// In pixels of the sheet; all even, so that edges are as sharp in colour as in brightness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    pub program: Rect,
    pub preview: Rect,
    pub tiles: Vec<Rect>,
    pub meters: [Rect; METERS as usize],
    /// Height of the names of program and preview, each below its picture.
    pub label: i32,
    pub tile_label: i32,
    /// Width of the frames around pictures.
    pub frame: i32,
}

impl Places {
    /// For so many other scenes. Pictures have the canvas' proportions, as the sheet has.
    pub fn of(sheet: Canvas, tiles: usize) -> Places {
        let Rect { width, height, .. } = sheet.bounds();
        let (label, frame, gap) = (even(height / 30).max(2), even(width / 320).max(2), even(width / 100).max(4));
        let meter = even(width / 100).max(2);
        let beside = METERS * (meter + gap / 2) + gap;
        let (percent, tile_label) =
            if tiles > MANY { (UPPER_PERCENT_OF_MANY, even(label * 2 / 3)) } else { (UPPER_PERCENT, label) };
        let upper = even(height * percent / 100);
        let large = Rect { x: gap, y: gap, width: (width - beside - 3 * gap) / 2, height: upper - gap - label - frame };
        let program = contained(large, sheet);
        let preview = contained(Rect { x: large.right() + gap, ..large }, sheet);
        let meters = [0, 1].map(|side| {
            let x = even(width - gap - (METERS - side) * (meter + gap / 2) + gap / 2);
            Rect { x, y: program.y, width: meter, height: program.height }
        });
        let top = program.bottom() + frame + label + gap;
        let area = Rect { x: gap, y: top, width: width - 2 * gap, height: height - top - gap / 2 };
        let tiles = grid(area, tiles, sheet, (gap, tile_label + frame));
        Places { program, preview, tiles, meters, label, tile_label, frame }
    }
}

/// Cells with room for a name below each picture.
fn grid(area: Rect, count: usize, sheet: Canvas, (gap, below): (i32, i32)) -> Vec<Rect> {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    let cell = |columns: i32| {
        let rows = (count + columns - 1) / columns;
        let width = (area.width - (columns - 1) * gap) / columns;
        let height = (area.height - (rows - 1) * gap / 2) / rows - below;
        Rect { x: area.x, y: area.y, width: width.max(0), height: height.max(0) }
    };
    let size = |columns: &i32| contained(cell(*columns), sheet).width;
    // Of equally large ones, the fewest columns: rows that are full.
    let Some(columns) = (1..=count).rev().max_by_key(size) else { return Vec::new() };
    let cell = cell(columns);
    let place = |index: i32| {
        let (column, row) = (index % columns, index / columns);
        let x = area.x + column * (cell.width + gap);
        contained(Rect { x, y: area.y + row * (cell.height + below + gap / 2), ..cell }, sheet)
    };
    (0..count).map(place).collect()
}

/// The largest picture in the canvas' proportions, at the top and in the middle.
fn contained(area: Rect, sheet: Canvas) -> Rect {
    let (across, down) = (i64::from(sheet.width.max(1)), i64::from(sheet.height.max(1)));
    let width = i64::from(area.width).min(i64::from(area.height) * across / down);
    let width = even(i32::try_from(width).unwrap_or(0).max(2));
    let height = even(i32::try_from(i64::from(width) * down / across).unwrap_or(0).max(2));
    Rect { x: even(area.x + (area.width - width).max(0) / 2), y: even(area.y), width, height }
}

fn even(length: i32) -> i32 {
    length & !1
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Canvas = Canvas { width: 1280, height: 720 };

    #[track_caller]
    fn check(sheet: Canvas, tiles: usize) {
        let places = Places::of(sheet, tiles);
        assert_eq!(places.tiles.len(), tiles);
        let large = [places.program, places.preview].map(|rect| (rect, places.label));
        let pictures = large.into_iter().chain(places.tiles.iter().map(|rect| (*rect, places.tile_label)));
        let with_names = pictures.clone().map(|(rect, label)| Rect { height: rect.height + places.frame + label, ..rect });
        let all: Vec<Rect> = with_names.chain(places.meters).collect();
        for (index, rect) in all.iter().enumerate() {
            assert!(!rect.is_empty() && sheet.bounds().contains(*rect), "{rect:?} of {tiles} on {sheet:?}");
            for other in &all[index + 1..] {
                assert!(rect.intersection(*other).is_empty(), "{rect:?} and {other:?} of {tiles} on {sheet:?}");
            }
        }
        for (rect, _) in pictures {
            assert!([rect.x, rect.y, rect.width, rect.height].iter().all(|side| side % 2 == 0), "{rect:?}");
            let height = f64::from(rect.width) * f64::from(sheet.height) / f64::from(sheet.width);
            assert!((height - f64::from(rect.height)).abs() <= 2.0, "{rect:?} is out of proportion");
        }
    }

    #[test]
    fn nothing_overlaps_or_leaves_the_sheet() {
        for tiles in [0, 1, 2, 17, 50, 64] {
            for (width, height) in [(1280, 720), (720, 1280), (1920, 1080), (640, 480), (1280, 548)] {
                check(Canvas { width, height }, tiles);
            }
        }
        check(Canvas { width: 320, height: 180 }, 12);
    }

    #[test]
    fn a_sheet_too_small_for_anything_is_no_trouble() {
        for (width, height) in [(2, 2), (64, 2), (16, 64)] {
            assert_eq!(Places::of(Canvas { width, height }, 64).tiles.len(), 64);
        }
    }

    #[test]
    fn the_program_is_large_and_more_scenes_are_smaller() {
        let width = |tiles| Places::of(USUAL, tiles).tiles[0].width;
        assert!(Places::of(USUAL, 9).program.width > USUAL.width as i32 * 2 / 5);
        assert!([1, 4, 9, 20, 50].windows(2).all(|pair| width(pair[0]) > width(pair[1])));
        assert!(width(50) >= 90, "still to be recognised: {}", width(50));
    }
}
