//! One animation as frames of a small video.

use std::sync::Arc;

use crate::effect::Effect;
use crate::effect::plane::Plane as Lights;
use crate::effect::ramp::Ramp;
use crate::effect::senses::{Senses, Sound, Wall};
use crate::frame::mosaic;
use crate::frame::sight::Sights;
use crate::frame::video::VideoFrame;
use crate::light::films::Read;
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

    /// The picture of the library that it shows, if it does.
    pub fn asset(&self) -> Option<&str> {
        self.layer.animation.asset(&self.layer.parameters)
    }

    pub fn paint(&mut self, at: ShowTime, sights: &Sights, films: &Read) -> Arc<VideoFrame> {
        let sound = (self.layer.animation.needs() == Needs::Sound).then(|| sights.look(None, at)).flatten();
        let sound = sound.map(|sight| {
            let [left, right] = sight.loudness();
            Sound { left, right, bands: sight.bands(), beat: 0.0 }
        });
        let wall = Wall { unix_micros: at.micros(), utc_offset_minutes: self.timezone_minutes };
        let image = self.asset().and_then(|asset| films.get(asset)).map(Arc::as_ref);
        let senses = Senses { sound: sound.as_ref(), image, wall, ..Senses::default() };
        self.effect.render(self.layer.seconds_at(at), &senses, &mut self.pixels);
        mosaic::film(&self.pixels, (self.layer.columns.max(1).into(), self.layer.rows.max(1).into()), at)
    }
}
