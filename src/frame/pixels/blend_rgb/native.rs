//! The definition. `below`, `source` and `alpha` stand for numbers from 0 to 1 here, times 255.
//!
//! The formulas of W3C Compositing and Blending, `(1 - alpha) * below + alpha * B(below, color)`, with
//! `source = alpha * color` put in.

use super::Mode;
use crate::frame::pixels::divided_by_255;

#[inline(always)]
pub fn blend_rgb(mode: Mode, target: &mut [u8], source: &[u8], alpha: &[u8], opacity: u8) {
    match mode {
        Mode::Multiply => each(target, source, alpha, opacity, multiply),
        Mode::Screen => each(target, source, alpha, opacity, screen),
        Mode::Add => each(target, source, alpha, opacity, add),
        Mode::Overlay => each(target, source, alpha, opacity, overlay),
        Mode::Darken => each(target, source, alpha, opacity, darken),
        Mode::Lighten => each(target, source, alpha, opacity, lighten),
        Mode::Difference => each(target, source, alpha, opacity, difference),
    }
}

#[inline(always)]
fn each(target: &mut [u8], source: &[u8], alpha: &[u8], opacity: u8, blend: impl Fn(u8, u8, u8) -> u8) {
    let rows = target.iter_mut().zip(source).zip(alpha);
    if opacity == 255 {
        for ((target, source), alpha) in rows {
            *target = blend(*target, *source, *alpha);
        }
    } else {
        for ((target, source), alpha) in rows {
            *target = blend(*target, product(*source, opacity), product(*alpha, opacity));
        }
    }
}

#[inline(always)]
fn product(left: u8, right: u8) -> u8 {
    divided_by_255(u16::from(left) * u16::from(right))
}

#[inline(always)]
fn multiply(below: u8, source: u8, alpha: u8) -> u8 {
    // Source is no greater than alpha, so the sum in brackets fits eight bits.
    product(below, (255 - alpha).saturating_add(source))
}

#[inline(always)]
fn screen(below: u8, source: u8, _: u8) -> u8 {
    below.saturating_add(product(255 - below, source))
}

#[inline(always)]
fn add(below: u8, source: u8, _: u8) -> u8 {
    below.saturating_add(source)
}

#[inline(always)]
fn overlay(below: u8, source: u8, alpha: u8) -> u8 {
    // Hard light with the layers exchanged. `2 * below` of the dark half and `2 * (1 - below)` of the light half fit eight bits;
    // of both halves both terms are made, and one is 0, which a whole register does faster than choosing.
    let dark = if below < 128 { 255 } else { 0 };
    let depth = below ^ !dark;
    let ink = (source & dark) | (alpha.saturating_sub(source) & !dark);
    let doubled = product(depth << 1, ink);
    let rest = product(below, 255 - alpha);
    rest.saturating_add((doubled & dark) | (alpha.saturating_sub(doubled) & !dark))
}

#[inline(always)]
fn darken(below: u8, source: u8, alpha: u8) -> u8 {
    product(below, 255 - alpha).saturating_add(product(below, alpha).min(source))
}

#[inline(always)]
fn lighten(below: u8, source: u8, alpha: u8) -> u8 {
    product(below, 255 - alpha).saturating_add(product(below, alpha).max(source))
}

#[inline(always)]
fn difference(below: u8, source: u8, alpha: u8) -> u8 {
    let both = product(below, alpha).min(source);
    below.saturating_sub(both).saturating_add(source - both)
}
