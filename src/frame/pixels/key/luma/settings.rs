//! What is keyed out, made ready for the loop.

/// A range of brightness to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LumaKey {
    /// 256ths of what alpha is for a Y of 0, on the way up and on the way down.
    pub(super) rise: i32,
    pub(super) fall: i32,
    /// 256ths of what it gains or loses for each unit.
    pub(super) slope: i32,
}

impl LumaKey {
    /// Seen is what lies between `low` and `high` (0 to 1, black to white); `softness` (0 to 1) beyond them it fades.
    pub fn new(low: f64, high: f64, softness: f64) -> Self {
        let unit = |value: f64| if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) };
        let luma = |value: f64| 16.0 + 219.0 * unit(value);
        // Even a hard key rises within one unit, half a unit before the edge, so that both edges themselves are seen.
        let soft = (219.0 * unit(softness)).max(1.0);
        let slope = 255.0 * 256.0 / soft;
        let at_edge = 255.0 * 256.0;
        // What is beyond the ends of the range counts as its end.
        let low = if unit(low) == 0.0 { -512.0 } else { luma(low).round() };
        let high = if unit(high) == 1.0 { 512.0 } else { luma(high).round() };
        Self {
            rise: (at_edge - low * slope + 128.0).round() as i32,
            fall: (at_edge + high * slope + 128.0).round() as i32,
            slope: slope.round() as i32,
        }
    }
}
