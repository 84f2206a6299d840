//! Music under a voice: while a trigger is heard, others are quieter.
//!
//! A trigger counts as heard while its RMS over a piece (10 ms) is above the threshold. The targets then sink by a straight line
//! in decibels, so that they are down after exactly the attack, and rise again as straight over the release.

use super::decibel::factor;
use super::strip::Voice;
use crate::show::ids::InputId;
use crate::show::mixer::Duck;

/// Length of a piece.
const PIECE_MS: f32 = 10.0;

#[derive(Default)]
pub struct Ducks {
    /// How far each duck is down, 0 to 1, in the order of the mixer.
    depths: Vec<f32>,
}

impl Ducks {
    /// The voices of this piece have been made.
    pub fn listen(&mut self, ducks: &[Duck], voices: &[Voice]) {
        self.depths.resize(ducks.len(), 0.0);
        for (duck, depth) in ducks.iter().zip(&mut self.depths) {
            let power = voices.iter().find(|voice| voice.input == duck.trigger).map_or(0.0, Voice::power);
            *depth = moved(duck, *depth, power);
        }
    }

    /// What is left of that input at the end of this piece.
    pub fn left_of(&self, ducks: &[Duck], input: &InputId) -> f32 {
        let down = |(duck, depth): (&Duck, &f32)| if duck.lowers(input) { duck.amount_db * depth } else { 0.0 };
        let db: f32 = ducks.iter().zip(&self.depths).map(down).sum();
        if db == 0.0 { 1.0 } else { factor(-db) }
    }
}

fn moved(duck: &Duck, depth: f32, power: f32) -> f32 {
    let threshold = factor(duck.threshold_db);
    if power > threshold * threshold {
        (depth + PIECE_MS / f32::from(duck.attack_ms).max(PIECE_MS)).min(1.0)
    } else {
        (depth - PIECE_MS / f32::from(duck.release_ms).max(PIECE_MS)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_and_release_take_as_long_as_they_say() {
        let duck: Duck =
            serde_json::from_str(r#"{"trigger":"mic","threshold_db":-20,"amount_db":12,"attack_ms":50,"release_ms":400}"#)
                .unwrap();
        let (ducks, music) = (vec![duck], InputId::new("music").unwrap());
        let mut state = Ducks { depths: vec![0.0] };
        let mut turn = |power: f32| {
            state.depths[0] = moved(&ducks[0], state.depths[0], power);
            20.0 * state.left_of(&ducks, &music).log10()
        };
        let loud: Vec<f32> = (0..6).map(|_| turn(0.011)).collect();
        let expected = [-2.4, -4.8, -7.2, -9.6, -12.0, -12.0];
        assert!(loud.iter().zip(expected).all(|(db, expected)| (db - expected).abs() < 1e-3), "{loud:?}");
        let after: Vec<f32> = (0..41).map(|_| turn(0.009)).collect();
        assert!((after[0] + 11.7).abs() < 1e-3 && (after[19] + 6.0).abs() < 1e-3, "{after:?}");
        assert!(after[39].abs() < 1e-3 && after[40] == 0.0);
        assert_eq!(state.left_of(&ducks, &ducks[0].trigger), 1.0);
    }
}
