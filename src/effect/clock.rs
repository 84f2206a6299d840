//! The time of day: in digits where they have room, running through where they have not, and as hands along a line of lights.

use super::Paint;
use super::course::{Course, Lie};
use super::font::{HEIGHT, WIDTH};
use super::senses::{Senses, Wall};
use super::setting::Setting;
use super::shade::lighten;
use super::text::{Grid, Line, ScrollText, centered, scale};
use crate::show::light::Rgb;

pub fn clock(setting: &Setting) -> Box<dyn Paint> {
    let grid = Grid::new(setting.plane);
    if !setting.plane.is_filled() || grid.rows < HEIGHT as i32 - 2 {
        return Box::new(Hands::new(setting));
    }
    let face = Face { seconds: setting.flag("seconds"), twelve_hours: setting.flag("twelve_hours") };
    match Layout::fitting(&grid, face.letters()) {
        Some(layout) => Box::new(Digits::new(setting, grid, face, layout)),
        None => Box::new(Running::new(setting, face)),
    }
}

/// What is written of the time.
#[derive(Clone, Copy)]
struct Face {
    seconds: bool,
    twelve_hours: bool,
}

impl Face {
    /// HH:MM, and :SS where it is wanted.
    fn letters(self) -> usize {
        if self.seconds { 8 } else { 5 }
    }

    fn write(self, wall: Wall) -> impl Iterator<Item = char> + Clone {
        let second = wall.second_of_day();
        let hour = second / 3600;
        let hour = if self.twelve_hours { (hour + 11) % 12 + 1 } else { hour };
        let tens = if self.twelve_hours && hour < 10 { ' ' } else { digit(hour / 10) };
        let (minute, second) = (second / 60 % 60, second % 60);
        [tens, digit(hour % 10), ':', digit(minute / 10), digit(minute % 10), ':', digit(second / 10), digit(second % 10)]
            .into_iter()
            .take(self.letters())
    }
}

fn digit(number: u32) -> char {
    char::from_digit(number, 10).unwrap_or(' ')
}

/// Where the digits stand: in one line, or hours over minutes (over seconds) on a plane that is too narrow for that.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Layout {
    scale: i32,
    lines: usize,
}

impl Layout {
    fn fitting(grid: &Grid, letters: usize) -> Option<Layout> {
        let letter = WIDTH as i32 + 1;
        let one = (grid.columns / (letter * letters as i32 - 1)).min(scale(grid.rows));
        // Each pair of digits is a line; a row of dots lies between two lines.
        let lines = letters.div_ceil(3);
        let stacked = (grid.columns / (letter * 2 - 1)).min(grid.rows / (lines as i32 * (HEIGHT as i32 + 1) - 1));
        if one >= 1 && one >= stacked {
            return Some(Layout { scale: one, lines: 1 });
        }
        (stacked >= 1).then_some(Layout { scale: stacked, lines })
    }
}

struct Digits {
    grid: Grid,
    face: Face,
    layout: Layout,
    lines: Vec<Line>,
    ink: Rgb,
    ground: Rgb,
}

impl Digits {
    fn new(setting: &Setting, grid: Grid, face: Face, layout: Layout) -> Digits {
        let lines = (0..layout.lines).map(|_| Line::with_room_for(face.letters())).collect();
        let (ink, ground) = (setting.primary(), setting.color("color_background"));
        Digits { grid, face, layout, lines, ink, ground }
    }
}

impl Paint for Digits {
    fn paint(&mut self, _: f64, senses: &Senses, out: &mut [Rgb]) {
        let text = self.face.write(senses.wall);
        match self.lines.as_mut_slice() {
            [line] => line.write(text),
            lines => {
                for (number, line) in lines.iter_mut().enumerate() {
                    line.write(text.clone().skip(3 * number).take(2));
                }
            }
        }
        let Layout { scale, lines } = self.layout;
        let line_height = HEIGHT as i32 + 1;
        let width = self.lines.first().map_or(0, Line::width);
        let left = centered(self.grid.columns, width * scale);
        let top = centered(self.grid.rows, (lines as i32 * line_height - 1) * scale);
        for (light, &[column, row]) in out.iter_mut().zip(&self.grid.cells) {
            let [column, row] = [column - left, row - top].map(|place| place.div_euclid(scale));
            let line = usize::try_from(row.div_euclid(line_height)).ok().and_then(|line| self.lines.get(line));
            let is_dot = line.is_some_and(|line| line.is_dot(column, row.rem_euclid(line_height)));
            *light = if is_dot { self.ink } else { self.ground };
        }
    }
}

/// Where not even two digits have room beside each other.
struct Running {
    face: Face,
    text: ScrollText,
}

impl Running {
    fn new(setting: &Setting, face: Face) -> Running {
        let ink = vec![setting.primary(); setting.plane.points.len()];
        let line = Line::with_room_for(face.letters());
        Running { face, text: ScrollText::running(line, setting.plane, ink, setting.color("color_background")) }
    }
}

impl Paint for Running {
    fn paint(&mut self, t: f64, senses: &Senses, out: &mut [Rgb]) {
        self.text.write(self.face.write(senses.wall));
        self.text.paint(t, senses, out);
    }
}

/// Three hands of one light each. The line is the way around the dial, and begins at twelve.
struct Hands {
    course: Course,
    hour: Rgb,
    minute: Rgb,
    second: Option<Rgb>,
    ground: Rgb,
}

impl Hands {
    fn new(setting: &Setting) -> Hands {
        let second = setting.flag("seconds").then(|| setting.color("color_seconds"));
        let (hour, minute, ground) = (setting.primary(), setting.secondary(), setting.color("color_background"));
        Hands { course: setting.course_or(Lie::Along), hour, minute, second, ground }
    }
}

impl Paint for Hands {
    fn paint(&mut self, _: f64, senses: &Senses, out: &mut [Rgb]) {
        let second = senses.wall.second_of_day();
        let length = self.course.length;
        // In whole numbers: a hand must not stand one light too early because a fraction was rounded.
        let light = |part: u32, whole: u32| u64::from(part) * length as u64 / u64::from(whole);
        let hour = light(second % 43_200, 43_200);
        let minute = light(second % 3_600, 3_600);
        let hands = [(hour, Some(self.hour)), (minute, Some(self.minute)), (light(second % 60, 60), self.second)];
        for (pixel, &place) in out.iter_mut().zip(&self.course.places) {
            let own = self.course.light(place) as u64;
            *pixel = self.ground;
            for color in hands.iter().filter(|hand| hand.0 == own).filter_map(|hand| hand.1) {
                *pixel = lighten(*pixel, color);
            }
        }
    }
}
