//! Transitions that are the same everywhere: a cross-fade, and a dip to a colour.

use super::plane::Band;
use crate::frame::pixels::{mix, tint};
use crate::picture::yuv::Yuv;
use crate::show::color::Color;

/// What a colour is in plane `number`. Its alpha is not looked at: below it there would be nothing.
pub fn sample(color: Color, number: usize) -> u8 {
    let Yuv { y, u, v } = Yuv::of(color);
    [y, u, v][number]
}

pub fn fade(band: &Band<'_>, progress: f64, target: &mut [u8]) {
    let weight = (progress * 256.0).round() as u16;
    for (number, target) in band.targets(target) {
        mix::mix(target, band.row(band.from, number), band.row(band.to, number), weight);
    }
}

pub fn dip(band: &Band<'_>, progress: f64, color: u8, target: &mut [u8]) {
    let plane = if progress < 0.5 { band.from } else { band.to };
    let weight = ((1.0 - (2.0 * progress - 1.0).abs()) * 255.0).round() as u8;
    for (number, target) in band.targets(target) {
        target.copy_from_slice(band.row(plane, number));
        tint::tint(target, color, weight);
    }
}
