//! How one look of a zone passes into the next: for each LED, how much of the old one and how much of the new one it shows.

use super::map::Place;
use super::part::part;
use crate::show::light::transition::LightTransitionKind;

/// How wide the soft edge is that moves over a zone, in parts of its way.
const SOFTNESS: f32 = 0.1;

/// `old` and `new` have one weight for each place, and their sum is never more than 1. All is old at 0, all new at 1, and the
/// new look never goes back. Nothing else tells when an LED changes but its place, its number and the seed.
pub fn weights(kind: LightTransitionKind, progress: f32, places: &[Place], seed: u32, old: &mut [f32], new: &mut [f32]) {
    let progress = part(progress);
    if progress == 0.0 || progress == 1.0 {
        return both(old, new, 1.0 - progress, progress);
    }
    match kind {
        LightTransitionKind::Cut => both(old, new, 0.0, 1.0),
        LightTransitionKind::Fade => both(old, new, 1.0 - progress, progress),
        LightTransitionKind::Dip => both(old, new, (1.0 - 2.0 * progress).max(0.0), (2.0 * progress - 1.0).max(0.0)),
        LightTransitionKind::Wipe if lie_in_a_line(places) => each(progress, places, old, new, |_, place| place.u),
        LightTransitionKind::Wipe => each(progress, places, old, new, |_, place| place.x),
        LightTransitionKind::Dissolve => each(progress, places, old, new, |number, _| hashed(number as u32, seed)),
        LightTransitionKind::Iris => {
            let farthest = places.iter().map(from_the_middle).fold(f32::MIN_POSITIVE, f32::max);
            each(progress, places, old, new, |_, place| from_the_middle(place) / farthest);
        }
    }
}

fn both(old: &mut [f32], new: &mut [f32], of_old: f32, of_new: f32) {
    old.fill(of_old);
    new.fill(of_new);
}

/// `moment` tells when an LED is reached, from 0 to 1.
fn each(progress: f32, places: &[Place], old: &mut [f32], new: &mut [f32], moment: impl Fn(usize, &Place) -> f32) {
    let edge = progress * (1.0 + SOFTNESS);
    for ((number, place), (old, new)) in places.iter().enumerate().zip(old.iter_mut().zip(new)) {
        let moment = part(moment(number, place));
        *new = part((edge - moment) / SOFTNESS);
        *old = 1.0 - *new;
    }
}

/// A strip, however it lies: what moves over it moves along it.
fn lie_in_a_line(places: &[Place]) -> bool {
    let Some(first) = places.first() else { return true };
    places.iter().all(|place| place.x == first.x) || places.iter().all(|place| place.y == first.y)
}

fn from_the_middle(place: &Place) -> f32 {
    ((place.x - 0.5).powi(2) + (place.y - 0.5).powi(2)).sqrt()
}

/// Evenly spread from 0 to 1, and the same on every machine.
fn hashed(number: u32, seed: u32) -> f32 {
    let mut bits = number.wrapping_mul(0x9e37_79b9) ^ seed.wrapping_mul(0x85eb_ca6b).wrapping_add(0x68bc_21eb);
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x7feb_352d);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x846c_a68b);
    bits ^= bits >> 16;
    // As many bits as a float has.
    (bits >> 8) as f32 / 16_777_216.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::light::map::places;
    use crate::show::light::geometry::{Direction, Geometry, Matrix, Wiring};

    fn strip(direction: Direction, reversed: bool) -> Vec<Place> {
        places(&Geometry::Strip { pixels: 50, reversed, direction })
    }

    fn matrix() -> Vec<Place> {
        let (panels, missing, dark) = (Vec::new(), Vec::new(), Vec::new());
        let wiring = Wiring { serpentine: true, ..Wiring::default() };
        places(&Geometry::Matrix(Matrix { columns: 12, rows: 8, wiring, panels, missing, dark }))
    }

    fn at(kind: LightTransitionKind, progress: f32, places: &[Place]) -> (Vec<f32>, Vec<f32>) {
        let (mut old, mut new) = (vec![9.0; places.len()], vec![9.0; places.len()]);
        weights(kind, progress, places, 7, &mut old, &mut new);
        (old, new)
    }

    fn new_at(kind: LightTransitionKind, progress: f32, places: &[Place]) -> Vec<f32> {
        at(kind, progress, places).1
    }

    #[test]
    fn every_kind_goes_from_all_old_to_all_new_and_never_back() {
        for kind in LightTransitionKind::ALL {
            for places in [strip(Direction::Right, false), strip(Direction::Up, true), matrix()] {
                let all = |weight: f32| vec![weight; places.len()];
                assert_eq!(at(kind, 0.0, &places), (all(1.0), all(0.0)), "{kind:?}");
                assert_eq!(at(kind, 1.0, &places), (all(0.0), all(1.0)), "{kind:?}");
                let mut before = at(kind, 0.0, &places);
                for step in 1..=1000_u16 {
                    let now = at(kind, f32::from(step) / 1000.0, &places);
                    for (old, new) in now.0.iter().zip(&now.1) {
                        assert!(*old >= 0.0 && *new >= 0.0 && old + new <= 1.0, "{kind:?} {step}: {old} + {new}");
                    }
                    assert!(
                        before.0.iter().zip(&now.0).all(|(before, now)| now <= before),
                        "{kind:?} {step}: old came back"
                    );
                    assert!(
                        before.1.iter().zip(&now.1).all(|(before, now)| now >= before),
                        "{kind:?} {step}: new went away"
                    );
                    before = now;
                }
            }
        }
    }

    #[test]
    fn only_a_dip_leaves_a_gap_and_it_is_black_in_the_middle() {
        for kind in LightTransitionKind::ALL.into_iter().filter(|kind| *kind != LightTransitionKind::Dip) {
            let (old, new) = at(kind, 0.37, &matrix());
            assert!(old.iter().zip(&new).all(|(old, new)| (old + new - 1.0).abs() < 1e-6), "{kind:?}");
        }
        let dip = |progress| {
            let (old, new) = at(LightTransitionKind::Dip, progress, &matrix());
            (old[3], new[3])
        };
        assert_eq!([0.25, 0.5, 0.75].map(dip), [(0.5, 0.0), (0.0, 0.0), (0.0, 0.5)]);
    }

    #[test]
    fn a_cut_is_over_as_soon_as_it_has_begun_and_a_fade_is_even() {
        assert!(new_at(LightTransitionKind::Cut, 0.001, &matrix()).iter().all(|new| *new == 1.0));
        assert!(new_at(LightTransitionKind::Fade, 0.25, &matrix()).iter().all(|new| *new == 0.25));
    }

    #[test]
    fn a_wipe_moves_from_left_to_right_over_a_matrix() {
        let places = matrix();
        for (place, new) in places.iter().zip(new_at(LightTransitionKind::Wipe, 0.5, &places)) {
            let wanted = if place.x < 0.44 {
                1.0
            } else if place.x > 0.56 {
                0.0
            } else {
                new
            };
            assert_eq!(new, wanted, "{place:?}");
        }
    }

    #[test]
    fn a_wipe_moves_along_a_strip_however_it_lies() {
        for direction in [Direction::Right, Direction::Left, Direction::Down, Direction::Up] {
            let new = new_at(LightTransitionKind::Wipe, 0.5, &strip(direction, false));
            assert!(new.is_sorted_by(|a, b| a >= b) && new[0] == 1.0 && new[49] == 0.0, "{direction:?}: {new:?}");
            let new = new_at(LightTransitionKind::Wipe, 0.5, &strip(direction, true));
            assert!(new.is_sorted() && new[0] == 0.0 && new[49] == 1.0, "{direction:?}, reversed: {new:?}");
        }
    }

    #[test]
    fn an_iris_opens_from_the_middle_and_ends_with_the_farthest() {
        let places = matrix();
        let new = new_at(LightTransitionKind::Iris, 0.5, &places);
        for (place, new) in places.iter().zip(&new) {
            for (other, other_new) in places.iter().zip(&new_at(LightTransitionKind::Iris, 0.5, &places)) {
                assert!(from_the_middle(place) > from_the_middle(other) || new >= other_new);
            }
        }
        let strip = strip(Direction::Right, false);
        assert!(new_at(LightTransitionKind::Iris, 0.95, &strip)[0] < 1.0, "on a strip too");
        assert!(new_at(LightTransitionKind::Iris, 0.2, &strip)[25] == 1.0);
    }

    #[test]
    fn a_dissolve_is_spread_evenly_and_differs_by_seed() {
        let places = vec![Place::default(); 10_000];
        for progress in [0.25, 0.5, 0.75] {
            let sum: f32 = new_at(LightTransitionKind::Dissolve, progress, &places).iter().sum();
            assert!((sum / 10_000.0 - progress).abs() < 0.05, "{progress}: {sum}");
        }
        let with = |seed| {
            let (mut old, mut new) = (vec![0.0; 100], vec![0.0; 100]);
            weights(LightTransitionKind::Dissolve, 0.5, &places[..100], seed, &mut old, &mut new);
            new
        };
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
        let half = with(3);
        assert!(half.windows(2).filter(|pair| pair[0] != pair[1]).count() > 25, "neighbours change at different times");
    }

    #[test]
    fn what_is_no_number_does_no_harm() {
        let wild = Place { u: f32::NAN, x: f32::INFINITY, y: f32::NAN, ..Place::default() };
        let places = [wild, Place { x: f32::NEG_INFINITY, ..wild }, Place::default()];
        for kind in LightTransitionKind::ALL {
            for progress in [f32::NAN, f32::INFINITY, -1.0, 0.5] {
                let (old, new) = at(kind, progress, &places);
                assert!(old.iter().chain(&new).all(|weight| (0.0..=1.0).contains(weight)), "{kind:?} {progress}");
            }
            assert_eq!(at(kind, 0.5, &[]), (vec![], vec![]));
        }
    }
}
