//! Whose sound lights look at: it is measured for them, and an input decoded, whether anybody else sees or hears it or not.

use super::animation::Needs;
use super::house::MainMode;
use super::zone::{Before, ZoneContent};
use crate::show::Show;
use crate::show::ids::InputId;
use crate::show::jam::module::Module;
use crate::show::time::ShowTime;

impl ZoneContent {
    /// The input that it names.
    pub fn input(&self) -> Option<&InputId> {
        match self {
            ZoneContent::Jam { input, .. } => input.as_ref(),
            _ => None,
        }
    }

    /// What listens to an input that is gone listens to the program.
    pub fn let_go(&mut self, show: &Show) {
        if let ZoneContent::Jam { input, .. } = self
            && input.as_ref().is_some_and(|input| !show.inputs.contains_key(input))
        {
            *input = None;
        }
    }

    /// Whose sound it looks at, if any; Some(None) is the program's.
    pub fn listens_to(&self) -> Option<Option<&InputId>> {
        match self {
            ZoneContent::Jam { module: None | Some(Module::DjVisualizer), input, .. } => Some(input.as_ref()),
            ZoneContent::Animation(running) if running.animation.needs() == Needs::Sound => Some(None),
            _ => None,
        }
    }
}

impl Show {
    /// Calls `see` for every sound that is seen on lights at that time, as often as it is; None is the program's. What is off listens to nothing.
    pub fn each_sound_on_lights<'a>(&'a self, at: ShowTime, see: &mut dyn FnMut(Option<&'a InputId>)) {
        let shows_layers = Before::seen(&self.house.state, self.house.before.as_ref(), at)
            .any(|state| state.on && state.mode == MainMode::Animation);
        let zones = self.zones.values().filter(|_| shows_layers);
        let looks = zones.flat_map(|zone| Before::seen(&zone.look, zone.before.as_ref(), at));
        let layers = looks.filter(|look| look.enabled).flat_map(|look| &look.layers);
        layers.filter(|layer| layer.is_seen(at)).filter_map(|layer| layer.content.listens_to()).for_each(see);
    }
}
