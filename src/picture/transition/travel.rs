//! Transitions in which pictures move: slide and push.

use super::plane::Band;
use crate::frame::pixels::{fade, mix};
use crate::show::transition::Direction;

/// What a picture is laid upon.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ground {
    /// Nothing: a sample that it covers by half is wholly its own.
    Bare,
    Picture,
}

pub fn slide(band: &Band<'_>, progress: f64, direction: Direction, target: &mut [u8]) {
    let (_, to) = shifts(band, progress, direction);
    lay(band, band.from, 0, direction, Ground::Bare, target);
    lay(band, band.to, to, direction, Ground::Picture, target);
}

pub fn push(band: &Band<'_>, progress: f64, direction: Direction, target: &mut [u8]) {
    let (from, to) = shifts(band, progress, direction);
    lay(band, band.from, from, direction, Ground::Bare, target);
    lay(band, band.to, to, direction, Ground::Picture, target);
}

fn is_across(direction: Direction) -> bool {
    matches!(direction, Direction::Left | Direction::Right)
}

/// How far the old and the new picture are to the right or down, in pixels of the canvas.
fn shifts(band: &Band<'_>, progress: f64, direction: Direction) -> (isize, isize) {
    let side = if is_across(direction) { band.width } else { band.height } * band.scale;
    let gone = (progress * side as f64).round() as isize;
    let left = side as isize - gone;
    match direction {
        Direction::Left | Direction::Up => (-gone, left),
        Direction::Right | Direction::Down => (gone, -left),
    }
}

/// Paints what of a shifted picture is on the canvas.
fn lay(band: &Band<'_>, plane: &[u8], shift: isize, direction: Direction, ground: Ground, target: &mut [u8]) {
    for (number, target) in band.targets(target) {
        if is_across(direction) {
            lay_across(target, &plane[number * band.stride..][..band.width], shift, band.scale, ground);
        } else {
            lay_down(target, band, plane, number as isize, shift, ground);
        }
    }
}

/// Whole samples of a shift, and whether half a one remains.
fn samples(shift: isize, scale: usize) -> (isize, bool) {
    let scale = scale as isize;
    (shift.div_euclid(scale), shift.rem_euclid(scale) != 0)
}

fn lay_across(target: &mut [u8], source: &[u8], shift: isize, scale: usize, ground: Ground) {
    let width = target.len() as isize;
    let (whole, is_between) = samples(shift, scale);
    // Samples that are covered wholly: between two of the source when half a sample remains.
    let first = whole + isize::from(is_between);
    let (start, end) = (first.clamp(0, width), (whole + width).clamp(0, width));
    if start < end {
        let inner = &mut target[start as usize..end as usize];
        let right = &source[(start - whole) as usize..(end - whole) as usize];
        if is_between {
            mix::mix(inner, &source[(start - first) as usize..(end - first) as usize], right, 128);
        } else {
            inner.copy_from_slice(right);
        }
    }
    if is_between && let [leftmost, .., rightmost] = source {
        for (place, sample) in [(whole, *leftmost), (whole + width, *rightmost)] {
            if let Some(target) = usize::try_from(place).ok().and_then(|place| target.get_mut(place)) {
                *target = if ground == Ground::Bare { sample } else { target.midpoint(sample) };
            }
        }
    }
}

fn lay_down(target: &mut [u8], band: &Band<'_>, plane: &[u8], number: isize, shift: isize, ground: Ground) {
    let (whole, is_between) = samples(shift, band.scale);
    let row = |number: isize| {
        let number = usize::try_from(number).ok().filter(|number| *number < band.height)?;
        Some(&plane[number * band.stride..][..band.width])
    };
    let below = row(number - whole);
    let above = if is_between { row(number - whole - 1) } else { below };
    match (above, below) {
        (Some(above), Some(below)) if is_between => mix::mix(target, above, below, 128),
        (Some(row), Some(_)) => target.copy_from_slice(row),
        (Some(row), None) | (None, Some(row)) if ground == Ground::Bare => target.copy_from_slice(row),
        (Some(row), None) | (None, Some(row)) => fade::fade(target, row, 128),
        (None, None) => {}
    }
}
