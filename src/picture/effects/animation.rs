//! An animation as lights show it.

use std::sync::Arc;

use crate::effect::Effect;
use crate::effect::plane::Plane as Lights;
use crate::effect::ramp::Ramp;
use crate::effect::senses::{Senses, Sound, Wall};
use crate::frame::sight::Sights;
use crate::light::films::Read;
use crate::show::Show;
use crate::show::light::Rgb;
use crate::show::light::animation::Needs;
use crate::show::light::animation::parameter::ParameterValue;
use crate::show::light::effect::EffectLayer;
use crate::show::time::ShowTime;

pub struct Animated {
    layer: EffectLayer,
    effect: Effect,
    sights: Arc<Sights>,
    timezone_minutes: i32,
}

impl Animated {
    pub fn new(show: &Show, layer: &EffectLayer, lights: &Lights, sights: &Arc<Sights>) -> Self {
        let chosen = layer.palette.as_ref().and_then(|id| show.palette(id));
        let ramp = chosen.map_or_else(|| Ramp::spectrum(1.0), |palette| Ramp(palette.ramp()));
        let mut parameters = layer.parameters.clone();
        if chosen.is_some() && layer.animation.parameter("use_palette").is_some() {
            // Whoever names a palette wants to see it.
            parameters.entry("use_palette".to_owned()).or_insert(ParameterValue::Bool(true));
        }
        Self {
            effect: Effect::new(layer.animation, &parameters, layer.seed, &ramp, lights),
            layer: layer.clone(),
            sights: sights.clone(),
            timezone_minutes: show.house.settings.timezone.minutes() as i32,
        }
    }

    /// The picture of the library that it shows, if it does.
    pub fn asset(&self) -> Option<&str> {
        self.layer.animation.asset(&self.layer.parameters)
    }

    pub fn listens(&self) -> bool {
        self.layer.animation.needs() == Needs::Sound
    }

    pub fn paint(&mut self, at: ShowTime, films: &Read, pixels: &mut [Rgb]) {
        let sound = self.listens().then(|| self.sights.look(None, at)).flatten().map(|sight| {
            let [left, right] = sight.loudness();
            Sound { left, right, bands: sight.bands(), beat: 0.0 }
        });
        let wall = Wall { unix_micros: at.micros(), utc_offset_minutes: self.timezone_minutes };
        let image = self.asset().and_then(|asset| films.get(asset)).map(Arc::as_ref);
        let senses = Senses { sound: sound.as_ref(), image, wall, ..Senses::default() };
        self.effect.render(self.layer.seconds_at(at), &senses, pixels);
    }
}
