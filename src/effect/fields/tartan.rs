//! Cloth: the same bands of colour lie across and down, and are woven over and under each other.

use crate::effect::Paint;
use crate::effect::chance::chance;
use crate::effect::curve::{mix, sin, triangle};
use crate::effect::moment::phase;
use crate::effect::ramp::Ramp;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::effect::shade;
use crate::show::light::Rgb;

/// Threads from one turning point of the pattern to the next.
const THREADS: usize = 32;
/// Where in the palette the colours of the bands are: what differs lies side by side.
const BANDS: [f32; 6] = [0.0, 1.0, 0.2, 0.7, 0.05, 0.5];

pub struct Tartan {
    spots: Vec<[f32; 2]>,
    /// Whether the thread from above lies on top here, as in a twill.
    is_warp: Vec<bool>,
    repeats: f32,
    threads: [Rgb; THREADS],
}

impl Tartan {
    pub fn new(setting: &Setting) -> Tartan {
        let [columns, rows] = setting.plane.size().map(|side| side as f32);
        let warp = |[x, y]: [f32; 2]| {
            let (column, row) = ((x * columns) as u32, (y * rows) as u32);
            column.wrapping_add(row) % 4 < 2
        };
        Tartan {
            spots: setting.plane.spots().collect(),
            is_warp: setting.plane.boxed().map(warp).collect(),
            repeats: mix(4.0, 1.0, setting.number("size")),
            threads: threads(setting.seed, &setting.tint()),
        }
    }

    fn thread(&self, place: f32) -> Rgb {
        // Tartans turn around at the ends of their pattern, and are the same read back.
        let index = (triangle(place) * THREADS as f32) as usize;
        self.threads.get(index.min(THREADS - 1)).copied().unwrap_or_default()
    }
}

/// Bands of random widths, each of another colour.
fn threads(seed: u32, tint: &Ramp) -> [Rgb; THREADS] {
    let mut threads = [shade::BLACK; THREADS];
    let width = |band: usize| 0.4 + chance(seed, band as u32);
    let total: f32 = (0..BANDS.len()).map(width).sum();
    let (mut band, mut end) = (0, width(0));
    for (index, thread) in threads.iter_mut().enumerate() {
        if index as f32 / THREADS as f32 * total > end {
            band += 1;
            end += width(band);
        }
        *thread = tint.along(BANDS.get(band).copied().unwrap_or(1.0));
    }
    threads
}

impl Paint for Tartan {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let (right, down) = (0.5 * sin(phase(t, 0.05)), 0.5 * sin(phase(t, 0.037)));
        for ((light, &[x, y]), &is_warp) in out.iter_mut().zip(&self.spots).zip(&self.is_warp) {
            let warp = self.thread(x * self.repeats + right);
            let weft = self.thread(y * self.repeats + down);
            *light = shade::mix(warp, weft, if is_warp { 0.25 } else { 0.75 });
        }
    }
}
