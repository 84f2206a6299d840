//! One animation as frames of a small video.

use std::sync::Arc;

use crate::effect::Effect;
use crate::effect::plane::Plane as Lights;
use crate::effect::ramp::Ramp;
use crate::effect::senses::{Senses, Sound, Wall};
use crate::frame::sight::Sights;
use crate::frame::video::{Plane, Planes, VideoFrame};
use crate::show::Show;
use crate::show::light::Rgb;
use crate::show::light::animation::Needs;
use crate::show::light::animation::parameter::ParameterValue;
use crate::show::light::effect::EffectLayer;
use crate::show::time::ShowTime;

pub struct Painter {
    layer: EffectLayer,
    effect: Effect,
    pixels: Vec<Rgb>,
    timezone_minutes: i32,
}

/// Y, U and V one after the other.
struct Picture {
    bytes: Vec<u8>,
    width: usize,
    height: usize,
}

impl Planes for Picture {
    fn plane(&self, index: usize) -> Option<Plane<'_>> {
        let (luma, half) = (self.width * self.height, (self.width.div_ceil(2), self.height.div_ceil(2)));
        let chroma = half.0 * half.1;
        let (start, length, stride) = match index {
            0 => (0, luma, self.width),
            1 => (luma, chroma, half.0),
            2 => (luma + chroma, chroma, half.0),
            _ => return None,
        };
        Some(Plane { bytes: self.bytes.get(start..start + length)?, stride })
    }
}

impl Painter {
    pub fn new(show: &Show, layer: &EffectLayer) -> Self {
        let (columns, rows) = (layer.columns.max(1), layer.rows.max(1));
        let chosen = layer.palette.as_ref().and_then(|id| show.palette(id));
        let ramp = chosen.map_or_else(|| Ramp::spectrum(1.0), |palette| Ramp(palette.ramp()));
        let mut parameters = layer.parameters.clone();
        if chosen.is_some() && layer.animation.parameter("use_palette").is_some() {
            // Whoever names a palette wants to see it.
            parameters.entry("use_palette".to_owned()).or_insert(ParameterValue::Bool(true));
        }
        let lights = Lights::matrix(columns.into(), rows.into());
        Self {
            effect: Effect::new(layer.animation, &parameters, layer.seed, &ramp, &lights),
            pixels: vec![[0.0; 3]; lights.points.len()],
            layer: layer.clone(),
            timezone_minutes: show.house.settings.timezone.minutes() as i32,
        }
    }

    pub fn paint(&mut self, at: ShowTime, sights: &Sights) -> Arc<VideoFrame> {
        let sound = (self.layer.animation.needs() == Needs::Sound).then(|| sights.look(None, at)).flatten();
        let sound = sound.map(|sight| {
            let [left, right] = sight.loudness();
            Sound { left, right, bands: sight.bands(), beat: 0.0 }
        });
        let wall = Wall { unix_micros: at.micros(), utc_offset_minutes: self.timezone_minutes };
        let senses = Senses { sound: sound.as_ref(), wall, ..Senses::default() };
        self.effect.render(self.layer.seconds_at(at), &senses, &mut self.pixels);
        let (width, height) = (usize::from(self.layer.columns.max(1)), usize::from(self.layer.rows.max(1)));
        let picture = Picture { bytes: yuv(&self.pixels, width, height), width, height };
        let size = (u32::from(self.layer.columns.max(1)), u32::from(self.layer.rows.max(1)));
        Arc::new(VideoFrame::new(size, (1, 1), at.micros(), Arc::new(picture)))
    }
}

/// BT.709, limited range; chroma of each two by two, fewer at odd edges.
fn yuv(pixels: &[Rgb], width: usize, height: usize) -> Vec<u8> {
    let (across, down) = (width.div_ceil(2), height.div_ceil(2));
    let mut bytes = Vec::with_capacity(width * height + 2 * across * down);
    let luma = |[red, green, blue]: Rgb| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    bytes.extend(pixels.iter().map(|pixel| (16.5 + 219.0 * luma(*pixel)) as u8));
    let block = |x: usize, y: usize| {
        let places = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, below)| (2 * x + right, 2 * y + below));
        let inside = places.into_iter().filter(|(x, y)| *x < width && *y < height);
        let (sum, count) = inside.fold(([0.0; 3], 0.0), |(sum, count), (x, y)| {
            let pixel = pixels.get(y * width + x).copied().unwrap_or_default();
            (std::array::from_fn(|channel| sum[channel] + pixel[channel]), count + 1.0)
        });
        sum.map(|channel: f32| channel / count)
    };
    for (channel, scale) in [(2, 1.8556), (0, 1.5748)] {
        for (x, y) in (0..down).flat_map(|y| (0..across).map(move |x| (x, y))) {
            let pixel = block(x, y);
            bytes.push((128.5 + 224.0 * (pixel[channel] - luma(pixel)) / scale) as u8);
        }
    }
    bytes
}
