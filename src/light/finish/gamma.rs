//! The curve from coded values to light, quick enough for every pixel of every frame.

/// Powers by a table: `powf` for each channel would take most of a frame's time.
pub struct Gamma {
    exponent: f32,
    table: Box<[f32; STEPS + 1]>,
}

/// Fine enough that a straight line between two of them is off by less than a step of 16 bits; a power of two, so that a
/// mask keeps within the table.
const STEPS: usize = 4_096;

impl Gamma {
    pub fn new(exponent: f64) -> Self {
        let mut gamma = Self { exponent: 0.0, table: Box::new([0.0; STEPS + 1]) };
        gamma.set(exponent);
        gamma
    }

    /// From 1 to 4; what is no number is 1.
    pub fn set(&mut self, exponent: f64) {
        let exponent = if exponent > 1.0 { exponent.min(4.0) } else { 1.0 };
        if self.exponent == exponent as f32 {
            return;
        }
        self.exponent = exponent as f32;
        for (step, light) in self.table.iter_mut().enumerate() {
            *light = (step as f64 / STEPS as f64).powf(exponent) as f32;
        }
    }

    /// From 0 to 1, whatever comes; 0 and 1 are exact.
    pub fn light(&self, coded: f32) -> f32 {
        self.read(place(coded))
    }

    /// The same for many, in their place.
    pub fn light_each(&self, coded: &mut [f32]) {
        // First all places: several are found at once, but the table is read for one after the other.
        coded.iter_mut().for_each(|coded| *coded = place(*coded));
        coded.iter_mut().for_each(|place| *place = self.read(*place));
    }

    #[inline(always)]
    fn read(&self, place: f32) -> f32 {
        let step = place as i32 as usize & (STEPS - 1);
        let (low, high) = (self.table[step], self.table[step + 1]);
        // At the very end the mask leads back to the beginning.
        if place < STEPS as f32 { low + (high - low) * (place - step as f32) } else { 1.0 }
    }
}

/// Among the steps.
#[inline(always)]
fn place(coded: f32) -> f32 {
    unit(coded) * STEPS as f32
}

/// Brought into 0 to 1; what is no number is 0.
pub fn unit(value: f32) -> f32 {
    let floor = if value > 0.0 { value } else { 0.0 };
    if floor < 1.0 { floor } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_right_to_less_than_a_step_of_16_bits() {
        for exponent in [1.0, 1.1, 1.5, 2.2, 2.8, 4.0] {
            let gamma = Gamma::new(exponent);
            for step in 0..=65_535_u32 {
                let coded = step as f32 / 65_535.0;
                let exact = f64::from(coded).powf(exponent);
                assert!((f64::from(gamma.light(coded)) - exact).abs() < 1.0 / 65_535.0, "{coded} {exponent}");
            }
        }
    }

    #[test]
    fn its_ends_are_exact_and_nothing_leads_beyond_them() {
        let gamma = Gamma::new(2.2);
        for (coded, light) in [(0.0, 0.0), (1.0, 1.0), (-1.0, 0.0), (f32::INFINITY, 1.0), (f32::NAN, 0.0), (1e-45, 0.0)] {
            assert_eq!(gamma.light(coded), light, "{coded}");
        }
        assert_eq!(Gamma::new(f64::NAN).light(0.25), 0.25);
        assert_eq!(Gamma::new(99.0).light(0.5), 0.0625);
    }

    #[test]
    fn another_exponent_makes_another_curve() {
        let mut gamma = Gamma::new(1.0);
        assert_eq!(gamma.light(0.5), 0.5);
        gamma.set(2.0);
        assert_eq!(gamma.light(0.5), 0.25);
    }
}
