//! What an effect is prepared from, read in the words of the catalogue.

use super::course::{Course, Lie};
use super::plane::Plane;
use super::ramp::Ramp;
use super::shade::from_bytes;
use crate::show::light::Rgb;
use crate::show::light::animation::Animation;
use crate::show::light::animation::parameter::Parameters;

pub struct Setting<'a> {
    pub animation: Animation,
    pub parameters: &'a Parameters,
    pub seed: u32,
    pub ramp: &'a Ramp,
    pub plane: &'a Plane,
}

impl Setting<'_> {
    pub fn number(&self, name: &str) -> f32 {
        self.animation.number(self.parameters, name) as f32
    }

    pub fn count(&self, name: &str) -> u32 {
        self.animation.number(self.parameters, name) as u32
    }

    pub fn flag(&self, name: &str) -> bool {
        self.animation.flag(self.parameters, name)
    }

    pub fn choice(&self, name: &str) -> &'static str {
        self.animation.choice(self.parameters, name)
    }

    pub fn text(&self, name: &str) -> &str {
        self.animation.text(self.parameters, name)
    }

    pub fn color(&self, name: &str) -> Rgb {
        from_bytes(self.animation.color(self.parameters, name))
    }

    pub fn primary(&self) -> Rgb {
        self.color("color_primary")
    }

    /// Black where there is none.
    pub fn secondary(&self) -> Rgb {
        self.color("color_secondary")
    }

    pub fn uses_palette(&self) -> bool {
        self.flag("use_palette")
    }

    /// The palette if it is wanted.
    pub fn palette(&self) -> Option<Box<Ramp>> {
        self.uses_palette().then(|| Box::new(self.ramp.clone()))
    }

    /// The palette if it is wanted, else what the effect has for one of its own.
    pub fn palette_or(&self, own: impl FnOnce() -> Ramp) -> Box<Ramp> {
        self.palette().unwrap_or_else(|| Box::new(own()))
    }

    /// The palette if it is wanted, else from the secondary colour to the primary one.
    pub fn tint(&self) -> Box<Ramp> {
        self.palette_or(|| Ramp::gradient(self.secondary(), self.primary()))
    }

    /// What is drawn at each place: the primary colour, or the palette from 0 to 1.
    pub fn ink(&self, places: impl Iterator<Item = f32>) -> Vec<Rgb> {
        let (color, palette) = (self.primary(), self.palette());
        places.map(|place| palette.as_ref().map_or(color, |palette| palette.along(place))).collect()
    }

    /// The line that it runs along; on a surface and without another wish it lies as `auto`.
    pub fn course_or(&self, auto: Lie) -> Course {
        let course = Course::lay(self.plane, self.choice("mapping"), auto);
        let course = if self.flag("mirror") { course.mirrored() } else { course };
        if self.flag("reverse") { course.reversed() } else { course }
    }

    pub fn course(&self) -> Course {
        self.course_or(Lie::Across)
    }
}
