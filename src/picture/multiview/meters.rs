//! How loud the program is, as bars: pure. Lit from below as far as RMS goes, with a line where the peak was.

use crate::show::color::Color;
use crate::show::geometry::Rect;

/// In dBFS, left and right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    pub peak_db: [f32; 2],
    pub rms_db: [f32; 2],
}

/// Whoever measures the sound. It is asked while somebody looks.
pub trait Ear: Send {
    /// From the first time on something is measured.
    fn heard(&mut self) -> Heard;
    /// Nobody looks any more.
    fn rest(&mut self);
}

/// What the lowest end of a bar stands for.
const FLOOR_DB: f32 = -60.0;
/// From where on a bar is of a colour.
const STEPS: [(f32, Color); 3] = [
    (FLOOR_DB, Color::opaque(0x28, 0xb0, 0x40)),
    (-18.0, Color::opaque(0xe0, 0xc0, 0x20)),
    (-6.0, Color::opaque(0xe0, 0x30, 0x20)),
];
const UNLIT: Color = Color::opaque(0x20, 0x20, 0x20);
const PEAK: Color = Color::WHITE;
const PEAK_HEIGHT: i32 = 2;

/// Rectangles of one colour, lowest first.
pub fn bars(heard: &Heard, places: &[Rect; 2]) -> Vec<(Rect, Color)> {
    let sides = heard.peak_db.iter().zip(&heard.rms_db).zip(places);
    sides.flat_map(|((peak, rms), place)| bar(*peak, *rms, *place)).collect()
}

fn bar(peak_db: f32, rms_db: f32, place: Rect) -> Vec<(Rect, Color)> {
    let between = |from_db: f32, to_db: f32| {
        let (top, bottom) = (height_of(to_db, place), height_of(from_db, place));
        Rect { y: place.bottom() - top, height: top - bottom, ..place }
    };
    let mut parts = vec![(place, UNLIT)];
    let ends = STEPS.iter().skip(1).map(|(db, _)| *db).chain([0.0]);
    let lit = STEPS.iter().zip(ends).map(|((from, color), to)| (between(*from, rms_db.min(to)), *color));
    parts.extend(lit.filter(|(rect, _)| !rect.is_empty()));
    let peak = height_of(peak_db, place);
    if peak >= PEAK_HEIGHT {
        parts.push((Rect { y: place.bottom() - peak, height: PEAK_HEIGHT, ..place }, PEAK));
    }
    parts
}

/// In pixels from below, even.
fn height_of(db: f32, place: Rect) -> i32 {
    let part = ((db - FLOOR_DB) / -FLOOR_DB).clamp(0.0, 1.0);
    (part * place.height as f32).round() as i32 & !1
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Rect = Rect { x: 10, y: 20, width: 8, height: 120 };

    fn lit(peak_db: f32, rms_db: f32) -> Vec<(i32, i32)> {
        bar(peak_db, rms_db, PLACE).iter().map(|(rect, _)| (rect.y - PLACE.y, rect.height)).collect()
    }

    #[test]
    fn bars_grow_with_what_is_heard() {
        assert_eq!(lit(-120.0, -120.0), [(0, 120)], "silence lights nothing");
        assert_eq!(lit(-30.0, -45.0), [(0, 120), (90, 30), (60, 2)]);
        assert_eq!(lit(-3.0, -12.0), [(0, 120), (36, 84), (24, 12), (6, 2)]);
        assert_eq!(lit(3.0, 0.0), [(0, 120), (36, 84), (12, 24), (0, 12), (0, 2)], "and end at the top");
    }

    #[test]
    fn left_and_right_are_told_apart() {
        let right = Rect { x: 30, ..PLACE };
        let heard = Heard { peak_db: [-6.0, -120.0], rms_db: [-20.0, -120.0] };
        let parts = bars(&heard, &[PLACE, right]);
        assert_eq!(parts.iter().filter(|(rect, _)| rect.x == PLACE.x).count(), 3);
        assert_eq!(parts.iter().filter(|(rect, _)| rect.x == right.x).count(), 1);
    }
}
