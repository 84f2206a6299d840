//! Black borders that a picture brings along, and the patience to believe in them.

use super::coding::light_of;
use super::proxy::Proxy;
use crate::show::light::Rgb;

/// How many pixels of a proxy are black from each side on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Borders {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
}

/// An upright picture in a wide one leaves 34 % on both sides; what leaves more than this is a dark picture.
const MOST_PERCENT: usize = 40;

/// The rows and columns at the sides in which nothing is brighter than the code value `threshold` (0.05 is usual).
/// `None` if it is too dark to tell.
pub fn borders(proxy: &Proxy, threshold: f32) -> Option<Borders> {
    let (width, height) = (proxy.width() as usize, proxy.height() as usize);
    let limit = light_of(threshold);
    let lit = |pixel: &Rgb| pixel.iter().any(|part| *part > limit);
    let rows = || proxy.pixels().chunks_exact(width.max(1));
    let top = rows().position(|row| row.iter().any(lit))?;
    let bottom = rows().rev().position(|row| row.iter().any(lit))?;
    let left = rows().filter_map(|row| row.iter().position(lit)).min()?;
    let right = rows().filter_map(|row| row.iter().rev().position(lit)).min()?;
    let too_much = |border: usize, length: usize| border * 100 > length * MOST_PERCENT;
    if [left, right].into_iter().any(|border| too_much(border, width))
        || [top, bottom].into_iter().any(|border| too_much(border, height))
    {
        return None;
    }
    let [left, top, right, bottom] = [left, top, right, bottom].map(|border| border as u32);
    Some(Borders { left, top, right, bottom })
}

/// Frames that must agree before borders are believed in.
const PATIENCE: u32 = 50;
/// The same, before it is believed that there is nothing to tell: a picture that fades to black keeps its borders.
const PATIENCE_IN_THE_DARK: u32 = 600;
/// Frames that may disagree; each that agrees makes up for one, so what comes up now and then is never believed.
const STRAYS: u32 = 10;

/// Watches the borders of one picture after another.
#[derive(Clone, Debug, Default)]
pub struct BorderWatch {
    believed: Borders,
    candidate: Run,
    stray: Run,
    strays: u32,
}

/// The same, so many times without a break.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    found: Option<Borders>,
    frames: u32,
}

impl Run {
    fn add(&mut self, found: Option<Borders>) {
        let frames = if self.found == found { self.frames.saturating_add(1) } else { 1 };
        *self = Run { found, frames };
    }

    /// Whether it has been so for long enough.
    fn convinces(self) -> bool {
        self.frames >= if self.found.is_some() { PATIENCE } else { PATIENCE_IN_THE_DARK }
    }
}

impl BorderWatch {
    /// Those to cut off now.
    pub fn borders(&self) -> Borders {
        self.believed
    }

    /// What was found in the next frame; whether there are other borders to cut off now.
    pub fn see(&mut self, found: Option<Borders>) -> bool {
        if self.candidate.found == found || self.candidate.frames == 0 {
            self.candidate.add(found);
            self.strays = self.strays.saturating_sub(1);
            self.stray = Run::default();
        } else {
            self.stray.add(found);
            self.strays = self.strays.saturating_add(1);
            if self.strays > STRAYS {
                self.candidate = std::mem::take(&mut self.stray);
                self.strays = 0;
            }
        }
        let borders = self.candidate.found.unwrap_or_default();
        let changed = self.candidate.convinces() && borders != self.believed;
        if changed {
            self.believed = borders;
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 × 10, grey but for so much at each side.
    fn framed(left: u32, top: u32, right: u32, bottom: u32, border: f32) -> Proxy {
        let light = |place: u32| {
            let (x, y) = (place % 20, place / 20);
            let inside = (left..20 - right).contains(&x) && (top..10 - bottom).contains(&y);
            [if inside { 0.2 } else { border }; 3]
        };
        Proxy::from_light(20, 10, &(0..200).map(light).collect::<Vec<_>>())
    }

    #[track_caller]
    fn check(left: u32, top: u32, right: u32, bottom: u32) {
        let found = borders(&framed(left, top, right, bottom, 0.0), 0.05);
        assert_eq!(found, Some(Borders { left, top, right, bottom }));
    }

    #[test]
    fn borders_are_found_at_every_side() {
        check(0, 0, 0, 0);
        check(3, 0, 3, 0);
        check(0, 1, 0, 2);
        check(1, 2, 8, 4);
    }

    #[test]
    fn a_border_may_be_as_bright_as_the_threshold_says() {
        let nearly_black = framed(0, 2, 0, 2, light_of(0.045));
        let bars = Borders { top: 2, bottom: 2, ..Borders::default() };
        assert_eq!(borders(&nearly_black, 0.05), Some(bars));
        assert_eq!(borders(&nearly_black, 0.04), Some(Borders::default()));
    }

    #[test]
    fn one_lit_pixel_ends_a_border() {
        let mut light = framed(0, 3, 0, 3, 0.0).pixels().to_vec();
        light[20 + 4] = [0.0, 0.3, 0.0];
        assert_eq!(borders(&Proxy::from_light(20, 10, &light), 0.05).map(|borders| borders.top), Some(1));
    }

    #[test]
    fn a_dark_picture_has_no_borders_that_could_be_told() {
        assert_eq!(borders(&framed(0, 0, 0, 0, 0.0), 0.9), None);
        assert_eq!(borders(&framed(9, 0, 0, 0, 0.0), 0.05), None);
        assert_eq!(borders(&framed(0, 0, 0, 5, 0.0), 0.05), None);
        assert_eq!(borders(&Proxy::new(), 0.05), None);
    }

    const BARS: Borders = Borders { left: 0, top: 12, right: 0, bottom: 12 };
    const NONE: Borders = Borders { left: 0, top: 0, right: 0, bottom: 0 };

    fn see(watch: &mut BorderWatch, found: Option<Borders>, frames: usize) -> Borders {
        for _ in 0..frames {
            watch.see(found);
        }
        watch.borders()
    }

    #[test]
    fn borders_are_believed_after_50_equal_frames() {
        let mut watch = BorderWatch::default();
        assert_eq!(see(&mut watch, Some(BARS), 49), NONE);
        assert!(watch.see(Some(BARS)), "the 50th");
        assert_eq!(watch.borders(), BARS);
        assert!(!watch.see(Some(BARS)), "nothing new");
        assert_eq!(see(&mut watch, Some(NONE), 49), BARS);
        assert_eq!(see(&mut watch, Some(NONE), 1), NONE);
    }

    #[test]
    fn ten_frames_that_disagree_are_forgotten_and_eleven_are_not() {
        let mut watch = BorderWatch::default();
        see(&mut watch, Some(BARS), 40);
        see(&mut watch, Some(NONE), 10);
        assert_eq!(see(&mut watch, Some(BARS), 10), BARS);
        let mut watch = BorderWatch::default();
        see(&mut watch, Some(BARS), 40);
        see(&mut watch, Some(NONE), 11);
        assert_eq!(see(&mut watch, Some(BARS), 49), NONE);
        assert_eq!(see(&mut watch, Some(BARS), 1), BARS);
    }

    #[test]
    fn frames_that_agree_make_up_for_others() {
        let mut watch = BorderWatch::default();
        for _ in 0..5 {
            see(&mut watch, Some(BARS), 10);
            see(&mut watch, Some(NONE), 3);
        }
        assert_eq!(watch.borders(), BARS);
    }

    #[test]
    fn frames_that_all_differ_change_nothing() {
        let mut watch = BorderWatch::default();
        see(&mut watch, Some(BARS), 50);
        for frame in 0..1000 {
            assert!(!watch.see(Some(Borders { left: frame % 7, ..BARS }).filter(|borders| borders.left > 0)));
        }
    }

    #[test]
    fn in_the_dark_borders_are_kept_for_600_frames() {
        let mut watch = BorderWatch::default();
        see(&mut watch, Some(BARS), 50);
        assert_eq!(see(&mut watch, None, 599), BARS);
        assert_eq!(see(&mut watch, None, 1), NONE);
    }
}
