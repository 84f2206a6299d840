//! All that lights listen to: the program, and inputs.

use std::sync::Arc;

use super::ear::Ear;
use crate::effect::senses::Sound;
use crate::frame::sight::Sights;
use crate::show::ids::InputId;
use crate::show::time::ShowTime;

pub struct Ears {
    sights: Arc<Sights>,
    ears: Vec<Listening>,
}

struct Listening {
    /// None: the program.
    of: Option<InputId>,
    ear: Ear,
    /// None while nobody measures it.
    heard: Option<Sound>,
    is_wanted: bool,
}

impl Ears {
    pub fn new(sights: Arc<Sights>) -> Self {
        Self { sights, ears: Vec::new() }
    }

    /// Listens to these, however often each stands there, and to nothing else. Allocates, where one has come.
    pub fn listen<'a>(&mut self, wanted: impl Iterator<Item = Option<&'a InputId>>, at: ShowTime) {
        self.ears.iter_mut().for_each(|listening| listening.is_wanted = false);
        for of in wanted {
            match self.ears.iter_mut().find(|listening| listening.of.as_ref() == of) {
                Some(known) => known.is_wanted = true,
                None => self.ears.push(Listening {
                    of: of.cloned(),
                    ear: Ear::new(self.sights.clone(), of.cloned()),
                    heard: None,
                    is_wanted: true,
                }),
            }
        }
        self.ears.retain(|listening| listening.is_wanted);
        self.ears.iter_mut().for_each(|listening| listening.heard = listening.ear.listen(at));
    }

    pub fn heard(&self, of: Option<&InputId>) -> Option<&Sound> {
        self.ears.iter().find(|listening| listening.of.as_ref() == of)?.heard.as_ref()
    }
}
