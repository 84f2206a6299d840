//! The curve from coded values to light, quick enough for every pixel of every frame.

use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Powers by a table: `powf` for each channel would take most of a frame's time.
pub struct Gamma {
    exponent: f32,
    table: Arc<Table>,
}

type Table = [f32; STEPS + 1];

/// Shared by all fixtures of the same exponent: two hundred tables do not fit into a processor's cache, and one does.
static TABLES: Mutex<Vec<(u32, Weak<Table>)>> = Mutex::new(Vec::new());

/// Fine enough that a straight line between two of them is off by less than a step of 16 bits; a power of two, so that a
/// mask keeps within the table.
const STEPS: usize = 4_096;

impl Gamma {
    /// From 1 to 4; what is no number is 1.
    pub fn new(exponent: f64) -> Self {
        let exponent = clamped(exponent);
        Self { exponent, table: table(exponent) }
    }

    pub fn set(&mut self, exponent: f64) {
        if self.exponent != clamped(exponent) {
            *self = Self::new(exponent);
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

fn clamped(exponent: f64) -> f32 {
    if exponent > 1.0 { exponent.min(4.0) as f32 } else { 1.0 }
}

fn table(exponent: f32) -> Arc<Table> {
    let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
    let bits = exponent.to_bits();
    if let Some(table) = tables.iter().find(|(own, _)| *own == bits).and_then(|(_, table)| table.upgrade()) {
        return table;
    }
    let light = |step: usize| (step as f64 / STEPS as f64).powf(f64::from(exponent)) as f32;
    let table = Arc::new(std::array::from_fn(light));
    tables.retain(|(_, table)| table.strong_count() > 0);
    tables.push((bits, Arc::downgrade(&table)));
    table
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
    fn the_same_curve_is_there_once() {
        let [one, same, other] = [2.31, 2.31, 2.32].map(Gamma::new);
        assert!(Arc::ptr_eq(&one.table, &same.table) && !Arc::ptr_eq(&one.table, &other.table));
        let known = || TABLES.lock().unwrap().iter().any(|(bits, _)| *bits == 2.32_f32.to_bits());
        assert!(known());
        drop(other);
        drop(Gamma::new(2.33));
        assert!(!known(), "what nobody has is forgotten");
    }

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
