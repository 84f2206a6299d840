//! A jam, or one of its modules.

use std::sync::Arc;

use crate::effect::jam::JamPainter;
use crate::effect::plane::Plane as Lights;
use crate::effect::senses::Senses;
use crate::frame::jams::JamBoard;
use crate::frame::sight::Sights;
use crate::light::ear::Ear;
use crate::show::jam::Jam;
use crate::show::jam::layer::JamLayer;
use crate::show::jam::module::Module;
use crate::show::light::Rgb;
use crate::show::time::ShowTime;

pub struct Jammed {
    layer: JamLayer,
    painter: JamPainter,
    ear: Ear,
    /// As it was painted last.
    seen: Option<Arc<Jam>>,
}

impl Jammed {
    pub fn new(layer: &JamLayer, lights: &Lights, sights: &Arc<Sights>) -> Self {
        let ear = Ear::new(sights.clone(), layer.input.clone());
        Self { layer: layer.clone(), painter: JamPainter::new(lights), ear, seen: None }
    }

    /// The visualiser does.
    pub fn listens(&self) -> bool {
        self.layer.module.is_none_or(|module| module == Module::DjVisualizer)
    }

    /// Somebody has played since it was painted.
    pub fn is_surprised(&self, jams: &JamBoard) -> bool {
        let newest = jams.get(self.layer.jam).map(|live| live.look(ShowTime(0)).0);
        match (&self.seen, &newest) {
            (Some(seen), Some(newest)) => !Arc::ptr_eq(seen, newest),
            (None, None) => false,
            _ => true,
        }
    }

    /// None while nothing is known of it.
    pub fn paint(&mut self, at: ShowTime, jams: &JamBoard, pixels: &mut [Rgb]) -> Option<()> {
        let Some((jam, time)) = jams.get(self.layer.jam).map(|live| live.look(at)) else {
            self.seen = None;
            return None;
        };
        let sound = if self.listens() { self.ear.listen(at) } else { None };
        let senses = Senses { sound: sound.as_ref(), ..Senses::default() };
        match self.layer.module {
            Some(module) => self.painter.module(module, &jam, time, &senses, pixels),
            None => self.painter.paint(&jam, time, &senses, pixels),
        }
        self.seen = Some(jam);
        Some(())
    }
}
