//! A zone: LEDs that show one thing together, whichever fixtures they are wired to.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::animation::Animation;
use super::animation::parameter::Parameters;
use super::blend::LightBlend;
use super::color::LightColor;
use super::geometry::Geometry;
use super::region::Region;
use super::seeing::Seeing;
use super::transition::LightTransition;
use crate::show::ids::{FeedId, InputId, PaletteId, ZoneId, ZoneLayerId};
use crate::show::jam::code::JamCode;
use crate::show::jam::module::Module;
use crate::show::time::ShowTime;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    pub id: ZoneId,
    #[serde(default)]
    pub name: String,
    pub geometry: Geometry,
    /// The part of the canvas that its LEDs stand for.
    #[serde(default)]
    pub region: Region,
    /// How they see it.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub seeing: Seeing,
    #[serde(default)]
    pub look: Look,
    /// What is still seen of the look before this one, for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<Before<Look>>>,
}

/// What a zone looks like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Below all layers.
    pub color: LightColor,
    pub brightness: u8,
    pub enabled: bool,
    /// Lowest first; those of a higher priority lie above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<Arc<ZoneLayer>>,
}

/// What was there before, and how it goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Before<T> {
    pub was: T,
    pub since: ShowTime,
    pub transition: LightTransition,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<Before<T>>>,
}

/// One thing that a zone shows, and how it is laid over what is below.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ZoneLayer {
    pub id: ZoneLayerId,
    #[serde(default)]
    pub blend: LightBlend,
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 1))]
    pub opacity: f64,
    #[serde(default = "priority")]
    pub priority: u8,
    /// It is not seen from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub until: Option<ShowTime>,
    #[serde(flatten)]
    pub content: ZoneContent,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ZoneContent {
    Color {
        color: LightColor,
    },
    Animation(Running),
    /// What comes in over the network; while nothing does, what is below is seen.
    Feed {
        feed: FeedId,
    },
    /// What is played together; while this node knows nothing of it, what is below is seen.
    Jam {
        jam: JamCode,
        /// Absent: all of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        module: Option<Module>,
        /// What the visualiser listens to, on air or not. Absent: the program.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input: Option<InputId>,
    },
    /// What whoever wires LEDs wants to see.
    Test {
        pattern: TestPattern,
    },
}

/// An animation, and since when: what it shows at a time follows from that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Running {
    pub animation: Animation,
    /// Those that are not as its schema has them.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    pub parameters: Parameters,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub palette: Option<PaletteId>,
    #[serde(default)]
    pub seed: u32,
    #[schemars(skip)]
    pub since: ShowTime,
    /// How far it was then, in seconds of its own: a change of speed goes on from where it is.
    #[serde(default)]
    #[schemars(skip)]
    pub phase: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestPattern {
    /// Red, green, blue and white, a second each: is the order of the colours right?
    Colors,
    White,
    /// One LED after the other along the wire: is the map right?
    Walk,
    /// From dark to bright along the wire: is the gamma right?
    Gradient,
    /// The first LED green, the last one red, every tenth white.
    Ends,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: LightColor::Rgb { rgb: [0, 0, 0] }, brightness: u8::MAX, enabled: true, layers: Vec::new() }
    }
}

impl<T> Before<T> {
    /// How much of the way is gone, 0 to 1.
    pub fn progress(&self, at: ShowTime) -> f64 {
        self.transition.progress(at.since(self.since))
    }

    pub fn is_over(&self, at: ShowTime) -> bool {
        self.progress(at) >= 1.0
    }

    /// All that is seen of `now` and of what was there before it, newest first.
    pub fn seen<'a>(now: &'a T, before: Option<&'a Arc<Before<T>>>, at: ShowTime) -> impl Iterator<Item = &'a T> {
        let still = move |before: &&'a Arc<Before<T>>| !before.is_over(at);
        let leaving = std::iter::successors(before.filter(still), move |later| later.before.as_ref().filter(still));
        std::iter::once(now).chain(leaving.map(|before| &before.was))
    }
}

impl ZoneLayer {
    pub fn running(&self) -> Option<&Running> {
        match &self.content {
            ZoneContent::Animation(running) => Some(running),
            _ => None,
        }
    }

    pub fn is_seen(&self, at: ShowTime) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}

impl Look {
    pub fn layer(&self, id: &ZoneLayerId) -> Option<&Arc<ZoneLayer>> {
        self.layers.iter().find(|layer| layer.id == *id)
    }

    /// Puts the layer in the place of the one of its name, or above all of its priority.
    pub fn put(&mut self, layer: ZoneLayer) {
        let layer = Arc::new(layer);
        match self.layers.iter_mut().find(|present| present.id == layer.id) {
            Some(present) => *present = layer,
            None => self.layers.push(layer),
        }
        self.layers.sort_by_key(|layer| layer.priority);
    }

    /// Without layers whose time is over.
    pub fn lasting(mut self, now: ShowTime) -> Look {
        self.layers.retain(|layer| layer.is_seen(now));
        self
    }

    pub fn running(&self) -> impl Iterator<Item = (&Arc<ZoneLayer>, &Running)> {
        self.layers.iter().filter_map(|layer| Some((layer, layer.running()?)))
    }
}

impl Running {
    /// Seconds of its own time: faster animations have longer ones.
    pub fn seconds_at(&self, at: ShowTime) -> f64 {
        let real = (at.micros().saturating_sub(self.since.micros())) as f64 / 1e6;
        self.phase + real * self.speed()
    }

    pub fn speed(&self) -> f64 {
        if self.animation.moves() { self.animation.number(&self.parameters, "speed") } else { 1.0 }
    }

    /// The same from `now` on with other parameters, without a jump.
    pub fn with(&self, parameters: Parameters, now: ShowTime) -> Running {
        Running { parameters, phase: self.seconds_at(now), since: now, ..self.clone() }
    }
}

fn one() -> f64 {
    1.0
}

fn priority() -> u8 {
    100
}

fn is_usual(seeing: &Seeing) -> bool {
    *seeing == Seeing::default()
}
