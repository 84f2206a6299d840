//! What moves, for tests: a film of smooth colours, and sound that looks as it is said here.

use std::sync::Arc;

use crate::frame::jams::JamBoard;
use crate::frame::sight::{COLUMNS, PITCHES, Sight, Sights};
use crate::frame::video::{Films, Plane, Planes, VideoFrame};
use crate::picture::effects::Painter;
use crate::show::Show;
use crate::show::ids::{AssetId, InputId};
use crate::show::lit::Lit;
use crate::show::time::{Fps, ShowTime};

/// Loud voices in the middle, less below and above; the right side is quieter.
pub fn sight() -> Sight {
    let mut sight = Sight { peak_db: [-4.0, -16.0], rms_db: [-14.0, -27.0], ..Sight::default() };
    for (pitch, power) in sight.powers.iter_mut().enumerate() {
        let place = pitch as f32 / PITCHES as f32;
        let db = -34.0 + 18.0 * (place * std::f32::consts::PI).sin() + 7.0 * (place * 31.0).sin() - 8.0 * place;
        *power = 10.0_f32.powf(db / 10.0);
    }
    for (column, wave) in sight.wave.iter_mut().enumerate() {
        let middle = 0.6 * (column as f32 / COLUMNS as f32 * 14.0).sin();
        *wave = [middle - 0.1, middle + 0.1];
    }
    sight
}

/// Every input shows this size, with or without alpha.
pub struct Smooth {
    pub width: usize,
    pub height: usize,
    pub has_alpha: bool,
}

struct Bytes {
    planes: Vec<Vec<u8>>,
    width: usize,
}

impl Planes for Bytes {
    fn plane(&self, index: usize) -> Option<Plane<'_>> {
        let stride = if index == 1 || index == 2 { self.width.div_ceil(2) } else { self.width };
        Some(Plane { bytes: self.planes.get(index)?, stride })
    }
}

impl Films for Smooth {
    fn sight(&self, _: Option<&InputId>, _: ShowTime) -> Option<Arc<Sight>> {
        Some(Arc::new(sight()))
    }

    fn lit(&self, lit: Lit<'_>, _: Fps, at: ShowTime) -> Option<Arc<VideoFrame>> {
        Painter::new(&Show::default(), lit, &Sights::new()).paint(at, &Default::default(), &JamBoard::default())
    }

    fn stinger(&self, _: &AssetId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.film(&InputId::new("x").ok()?, at)
    }

    fn film(&self, _: &InputId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        let phase = at.micros() as f64 / 1e6;
        let plane = |width: usize, height: usize, low: f64, high: f64, turns: (f64, f64)| {
            let value = |index: usize| {
                let (x, y) = ((index % width) as f64 / width as f64, (index / width) as f64 / height as f64);
                let wave = (phase + turns.0 * x + turns.1 * y).sin() / 2.0 + 0.5;
                (low + (high - low) * wave).round() as u8
            };
            (0..width * height).map(value).collect::<Vec<u8>>()
        };
        let (width, height) = (self.width, self.height);
        let small = (width.div_ceil(2), height.div_ceil(2));
        // Colours that exist: what is outside of R'G'B' would be cut off in one way of painting, and not in the other.
        let mut planes = vec![
            plane(width, height, 90.0, 160.0, (7.0, 5.0)),
            plane(small.0, small.1, 110.0, 150.0, (3.0, 4.0)),
            plane(small.0, small.1, 105.0, 145.0, (-4.0, 3.0)),
        ];
        if self.has_alpha {
            planes.push(plane(width, height, 0.0, 255.0, (2.0, -3.0)));
        }
        let bytes = Arc::new(Bytes { planes, width });
        Some(Arc::new(VideoFrame::new((width as u32, height as u32), (1, 1), at.micros(), bytes)))
    }
}
