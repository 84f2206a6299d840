//! What is computed light by light, as frames of a small video.

use std::sync::Arc;

use super::animation::Animated;
use super::jam::Jammed;
use crate::effect::plane::Plane as Lights;
use crate::frame::jams::JamBoard;
use crate::frame::mosaic;
use crate::frame::sight::Sights;
use crate::frame::video::VideoFrame;
use crate::light::films::Read;
use crate::show::Show;
use crate::show::light::Rgb;
use crate::show::lit::Lit;
use crate::show::time::ShowTime;

pub struct Painter {
    kind: Kind,
    pixels: Vec<Rgb>,
    size: (u16, u16),
}

enum Kind {
    Animated(Box<Animated>),
    Jammed(Box<Jammed>),
}

impl Painter {
    pub fn new(show: &Show, lit: Lit<'_>, sights: &Arc<Sights>) -> Self {
        let size = lit.size();
        let lights = Lights::matrix(size.0.into(), size.1.into());
        let pixels = vec![[0.0; 3]; lights.points.len()];
        let kind = match lit {
            Lit::Effect(layer) => Kind::Animated(Box::new(Animated::new(show, layer, &lights, sights))),
            Lit::Jam(layer) => Kind::Jammed(Box::new(Jammed::new(layer, &lights, sights))),
        };
        Self { kind, pixels, size }
    }

    /// The picture of the library that it shows, if it does.
    pub fn asset(&self) -> Option<&str> {
        match &self.kind {
            Kind::Animated(animated) => animated.asset(),
            Kind::Jammed(_) => None,
        }
    }

    /// Whether it shows sound.
    pub fn listens(&self) -> bool {
        match &self.kind {
            Kind::Animated(animated) => animated.listens(),
            Kind::Jammed(jammed) => jammed.listens(),
        }
    }

    /// Whether what was painted ahead is no longer what will be.
    pub fn is_surprised(&self, jams: &JamBoard) -> bool {
        match &self.kind {
            Kind::Animated(_) => false,
            Kind::Jammed(jammed) => jammed.is_surprised(jams),
        }
    }

    /// None while there is nothing to be seen.
    pub fn paint(&mut self, at: ShowTime, films: &Read, jams: &JamBoard) -> Option<Arc<VideoFrame>> {
        match &mut self.kind {
            Kind::Animated(animated) => animated.paint(at, films, &mut self.pixels),
            Kind::Jammed(jammed) => jammed.paint(at, jams, &mut self.pixels)?,
        }
        Some(mosaic::film(&self.pixels, (self.size.0.into(), self.size.1.into()), at))
    }
}
