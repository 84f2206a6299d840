//! What effects that show something else are given to show. What is absent is not made up: it is black.

use crate::show::light::Rgb;

/// The program's picture, as the zone's lights see it.
pub trait Look {
    fn at(&self, index: usize) -> Rgb;
}

impl<T: AsRef<[Rgb]>> Look for T {
    fn at(&self, index: usize) -> Rgb {
        self.as_ref().get(index).copied().unwrap_or_default()
    }
}

/// The program's sound; everything from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sound {
    /// How loud each side is.
    pub left: f32,
    pub right: f32,
    /// How loud each pitch is, low ones first.
    pub bands: [f32; 32],
    /// 1 on a beat, then less and less.
    pub beat: f32,
}

/// The time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wall {
    /// Microseconds of Unix time.
    pub unix_micros: i64,
    /// How far local time is ahead of UTC.
    pub utc_offset_minutes: i32,
}

impl Wall {
    /// Seconds since local midnight.
    pub fn second_of_day(self) -> u32 {
        let local = self.unix_micros.div_euclid(1_000_000).saturating_add(i64::from(self.utc_offset_minutes) * 60);
        u32::try_from(local.rem_euclid(86_400)).unwrap_or(0)
    }
}

/// A still or moving picture of the library.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Film {
    pub width: u32,
    pub height: u32,
    /// Row by row from the upper left, and how many milliseconds each is seen.
    pub frames: Vec<(Vec<Rgb>, u32)>,
}

impl Film {
    /// What is seen at `t` seconds; it begins anew when it is over.
    pub fn frame(&self, t: f64) -> &[Rgb] {
        let total: u64 = self.frames.iter().map(|frame| u64::from(frame.1)).sum();
        let mut rest = (t * 1000.0).rem_euclid(total as f64);
        for (pixels, millis) in &self.frames {
            if rest < f64::from(*millis) {
                return pixels;
            }
            rest -= f64::from(*millis);
        }
        self.frames.first().map_or(&[], |frame| &frame.0)
    }
}

#[derive(Clone, Copy, Default)]
pub struct Senses<'a> {
    pub picture: Option<&'a dyn Look>,
    pub sound: Option<&'a Sound>,
    pub image: Option<&'a Film>,
    pub wall: Wall,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_begins_anew_when_it_is_over() {
        let frame = |level: f32, millis| (vec![[level; 3]], millis);
        let film = Film { width: 1, height: 1, frames: vec![frame(0.1, 100), frame(0.2, 0), frame(0.3, 200)] };
        for (t, level) in [(0.0, 0.1), (0.05, 0.1), (0.1, 0.3), (0.25, 0.3), (0.3, 0.1), (-0.1, 0.3), (f64::NAN, 0.1)] {
            assert_eq!(film.frame(t), [[level; 3]], "at {t}");
        }
        let still = Film { frames: vec![frame(0.4, 0)], ..film };
        assert_eq!(still.frame(7.0), [[0.4; 3]]);
        assert!(Film::default().frame(1.0).is_empty());
    }

    #[test]
    fn the_time_of_day_is_local() {
        let wall = |unix_micros, utc_offset_minutes| Wall { unix_micros, utc_offset_minutes }.second_of_day();
        assert_eq!(wall(0, 0), 0);
        assert_eq!(wall(90_000_000, 60), 3690);
        assert_eq!(wall(-1, 0), 86_399);
        assert_eq!(wall(0, -30), 84_600);
        for extreme in [i64::MIN, i64::MAX] {
            assert!(wall(extreme, i32::MAX) < 86_400 && wall(extreme, i32::MIN) < 86_400);
        }
    }
}
