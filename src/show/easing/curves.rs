//! The curves themselves, each as it eases in. They are total: any number goes in, and from 0..1 a finite one comes out.

use std::f64::consts::{FRAC_PI_2, PI};

/// Penner's constant: the curve draws back by a tenth.
pub const OVERSHOOT: f64 = 1.70158;
/// In both directions it has half the time, so it draws back more to be seen.
pub const OVERSHOOT_IN_OUT: f64 = OVERSHOOT * 1.525;

/// Of an elastic swing, as parts of the whole time.
pub const PERIOD: f64 = 0.3;
pub const PERIOD_IN_OUT: f64 = 0.45;

/// The same curve from its end: easing out.
pub fn turned(curve: impl Fn(f64) -> f64, x: f64) -> f64 {
    1.0 - curve(1.0 - x)
}

/// Half of the curve in, half of it out.
pub fn mirrored(curve: impl Fn(f64) -> f64, x: f64) -> f64 {
    if x < 0.5 { curve(2.0 * x) / 2.0 } else { 1.0 - curve(2.0 - 2.0 * x) / 2.0 }
}

pub fn sine(x: f64) -> f64 {
    if x >= 1.0 { 1.0 } else { 1.0 - (x * FRAC_PI_2).cos() }
}

pub fn power<const N: i32>(x: f64) -> f64 {
    x.powi(N)
}

/// 2^-10 at the beginning would be a jump: there it is 0.
pub fn expo(x: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { (10.0 * (x - 1.0)).exp2() }
}

pub fn back(overshoot: f64, x: f64) -> f64 {
    x * x * ((overshoot + 1.0) * x - overshoot)
}

pub fn elastic(period: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x;
    }
    let x = x - 1.0;
    -(10.0 * x).exp2() * ((x - period / 4.0) * 2.0 * PI / period).sin()
}

/// As it eases out: a ball that falls on the end, and rises from it three times.
pub fn bounce(x: f64) -> f64 {
    const FALL: f64 = 7.5625;
    let (from, floor) = match x * 2.75 {
        part if part < 1.0 => (0.0, 0.0),
        part if part < 2.0 => (1.5, 0.75),
        part if part < 2.5 => (2.25, 0.9375),
        _ => (2.625, 0.984375),
    };
    let x = x - from / 2.75;
    FALL * x * x + floor
}

/// A curve through (0, 0) and (1, 1) with two points that pull at it, as CSS has it.
pub fn bezier([x1, y1, x2, y2]: [f64; 4], x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let number = |value: f64| if value.is_finite() { value } else { 0.0 };
    // Within 0..1 the curve goes only forward, so there is one point above each x.
    let (x1, x2) = (number(x1).clamp(0.0, 1.0), number(x2).clamp(0.0, 1.0));
    cubic(number(y1), number(y2), parameter(x1, x2, x))
}

fn cubic(first: f64, second: f64, t: f64) -> f64 {
    let rest = 1.0 - t;
    3.0 * rest * rest * t * first + 3.0 * rest * t * t * second + t * t * t
}

fn slope(first: f64, second: f64, t: f64) -> f64 {
    let rest = 1.0 - t;
    3.0 * rest * rest * first + 6.0 * rest * t * (second - first) + 3.0 * t * t * (1.0 - second)
}

/// How far along the curve is at `x`: by Newton's steps, and where the curve is too steep or too flat for them, by halving.
fn parameter(x1: f64, x2: f64, x: f64) -> f64 {
    const NEAR: f64 = 1e-12;
    let mut t = x;
    for _ in 0..8 {
        let error = cubic(x1, x2, t) - x;
        if error.abs() < NEAR {
            return t;
        }
        let slope = slope(x1, x2, t);
        if slope.abs() < 1e-6 {
            break;
        }
        t -= error / slope;
    }
    if (0.0..=1.0).contains(&t) && (cubic(x1, x2, t) - x).abs() < 1e-9 {
        return t;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        t = (low + high) / 2.0;
        if cubic(x1, x2, t) < x { low = t } else { high = t }
    }
    t
}
