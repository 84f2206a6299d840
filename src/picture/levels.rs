//! What sound looks like, as plain rectangles: a pure function of the layer, its box, and what was measured.
//!
//! No two overlap, so the layer can have any opacity as a whole. While nothing is heard, a line is left where bars and waves
//! begin; a meter is empty.

use crate::frame::sight::{COLUMNS, PITCHES, Sight};
use crate::frame::sound::CHANNELS;
use crate::show::color::Color;
use crate::show::geometry::Rect;
use crate::show::levels::{Growth, Levels, LevelsShape};

/// A meter changes its colour in so many steps.
const STEPS: i32 = 24;
/// What is left of a bar in silence, and the mark that holds a meter's peak: pixels of a canvas that is not scaled.
const LINE: f64 = 2.0;

/// Calls `part` for each rectangle. `measure` is how many pixels one of the layer's is; without a sight all is silent.
pub fn parts(levels: &Levels, rect: Rect, measure: f64, sight: Option<&Sight>, mut part: impl FnMut(Rect, Color)) {
    let count = match levels.shape {
        LevelsShape::Bars | LevelsShape::Wave => i32::from(levels.bands.clamp(1, Levels::MAX_BANDS)),
        LevelsShape::Meter => CHANNELS as i32,
    };
    let sheet = Sheet { rect, grow: levels.grow, count, gap: (levels.gap * measure).round() as i32 };
    let line = ((LINE * measure).round() as i32).clamp(1, sheet.length().max(1));
    match levels.shape {
        LevelsShape::Bars => bars(levels, &sheet, line, sight, &mut part),
        LevelsShape::Meter => meter(levels, &sheet, line, sight, &mut part),
        LevelsShape::Wave => wave(levels, &sheet, line, sight, &mut part),
    }
}

/// The box, as something in which so many things stand side by side and grow.
struct Sheet {
    rect: Rect,
    grow: Growth,
    count: i32,
    gap: i32,
}

impl Sheet {
    fn is_upright(&self) -> bool {
        matches!(self.grow, Growth::Up | Growth::Down)
    }

    /// How far something can grow.
    fn length(&self) -> i32 {
        if self.is_upright() { self.rect.height } else { self.rect.width }
    }

    /// What lies from `from` to `to` of the way that number `index` grows.
    fn part(&self, index: i32, from: i32, to: i32) -> Rect {
        let breadth = if self.is_upright() { self.rect.width } else { self.rect.height };
        // Where there is no room for gaps there are none.
        let gap = if breadth >= self.count * (self.gap + 1) { self.gap } else { 0 };
        let edge = |index: i32| (i64::from(breadth + gap) * i64::from(index) / i64::from(self.count)) as i32;
        let (begin, end) = (edge(index), edge(index + 1) - gap);
        let Rect { x, y, width, height } = self.rect;
        match self.grow {
            Growth::Up => Rect { x: x + begin, y: y + height - to, width: end - begin, height: to - from },
            Growth::Down => Rect { x: x + begin, y: y + from, width: end - begin, height: to - from },
            Growth::Right => Rect { x: x + from, y: y + begin, width: to - from, height: end - begin },
            Growth::Left => Rect { x: x + width - to, y: y + begin, width: to - from, height: end - begin },
        }
    }

    /// The way to the next edge between two pixels of chroma: what meets there leaves no seam.
    fn even(&self, way: i32) -> i32 {
        let base = match self.grow {
            Growth::Right => self.rect.x,
            Growth::Left => self.rect.right(),
            Growth::Down => self.rect.y,
            Growth::Up => self.rect.bottom(),
        };
        way + ((base + way) & 1)
    }

    /// As much of the way as this is between the floor and 0 dBFS.
    fn reach(&self, db: f64, floor_db: f64) -> i32 {
        (f64::from(self.length()) * (1.0 - db / floor_db).clamp(0.0, 1.0)).round() as i32
    }
}

fn bars(levels: &Levels, sheet: &Sheet, line: i32, sight: Option<&Sight>, part: &mut impl FnMut(Rect, Color)) {
    let mut pitch = 0;
    for index in 0..sheet.count {
        let mut power = 0.0;
        // Each pitch belongs to one bar.
        while pitch < PITCHES && pitch as i32 * sheet.count / PITCHES as i32 == index {
            power += sight.map_or(0.0, |sight| f64::from(sight.powers[pitch]));
            pitch += 1;
        }
        let reach = sheet.reach(10.0 * power.max(1e-12).log10(), levels.floor_db);
        part(sheet.part(index, 0, reach.max(line)), between(levels, index, sheet.count));
    }
}

fn meter(levels: &Levels, sheet: &Sheet, line: i32, sight: Option<&Sight>, part: &mut impl FnMut(Rect, Color)) {
    let Some(sight) = sight else { return };
    let length = sheet.length();
    for (index, (peak, rms)) in (0..).zip(sight.peak_db.into_iter().zip(sight.rms_db)) {
        let peak = sheet.reach(f64::from(peak), levels.floor_db);
        if peak == 0 {
            continue;
        }
        let mark = (peak - line).max(0);
        // The mean is never above the peak that is held, but by what rounding makes of it.
        let reach = sheet.reach(f64::from(rms), levels.floor_db).min(mark);
        let step = |number: i32| if number == 0 { 0 } else { sheet.even(length * number / STEPS) };
        for number in 0..STEPS {
            let (from, to) = (step(number).min(reach), step(number + 1).min(reach));
            part(sheet.part(index, from, to), between(levels, number, STEPS));
        }
        part(sheet.part(index, mark, peak), between(levels, (peak - 1) * STEPS / length.max(1), STEPS));
    }
}

fn wave(levels: &Levels, sheet: &Sheet, line: i32, sight: Option<&Sight>, part: &mut impl FnMut(Rect, Color)) {
    let length = sheet.length();
    let place = |sample: f32| (f64::from(length - line) * f64::from((sample.clamp(-1.0, 1.0) + 1.0) / 2.0)).round() as i32;
    for index in 0..sheet.count {
        let first = index as usize * COLUMNS / sheet.count as usize;
        let last = ((index + 1) as usize * COLUMNS / sheet.count as usize).max(first + 1);
        let columns = sight.map_or(&[[0.0; 2]][..], |sight| &sight.wave[first..last]);
        let least = columns.iter().fold(1.0_f32, |least, column| least.min(column[0]));
        let greatest = columns.iter().fold(-1.0_f32, |greatest, column| greatest.max(column[1]));
        part(sheet.part(index, place(least), place(greatest) + line), between(levels, index, sheet.count));
    }
}

/// The colour of one of `count`, from the first to the last.
fn between(levels: &Levels, index: i32, count: i32) -> Color {
    let (passed, all) = (index.clamp(0, count - 1), (count - 1).max(1));
    let mixed = |from: u8, to: u8| {
        let (from, to) = (i32::from(from), i32::from(to));
        ((from * (all - passed) + to * passed + all / 2) / all) as u8
    };
    let (from, to) = (levels.from, levels.to);
    Color {
        red: mixed(from.red, to.red),
        green: mixed(from.green, to.green),
        blue: mixed(from.blue, to.blue),
        alpha: mixed(from.alpha, to.alpha),
    }
}
