//! What a jam looks like.

use super::plane::Plane;
use super::senses::Senses;
use crate::show::jam::Jam;
use crate::show::jam::color::{note_color, struck_color};
use crate::show::jam::module::Module;
use crate::show::jam::played::each_strike;
use crate::show::light::Rgb;
use crate::show::time::ShowTime;

pub struct JamPainter {
    lights: usize,
}

impl JamPainter {
    pub fn new(plane: &Plane) -> Self {
        Self { lights: plane.points.len() }
    }

    pub fn module(&mut self, module: Module, jam: &Jam, at: ShowTime, _: &Senses, out: &mut [Rgb]) {
        out.fill([0.0; 3]);
        let pattern = jam.pattern(jam.drums.at(jam.course.beat_at(at)));
        let tracks = pattern.tracks().len().max(1);
        each_strike(jam, ShowTime(at.0 - 250_000), ShowTime(at.0 + 1), &mut |strike| {
            if strike.module != module {
                return;
            }
            let age = at.since(strike.at).as_secs_f32() / 0.25;
            let left = (1.0 - age).max(0.0) * (1.0 - age).max(0.0);
            let note = jam.scale.note(jam.key, 60, strike.track);
            let color = struck_color(note_color(note, jam.color_mode, jam.key, jam.scale), strike.velocity);
            let lane = |place: usize| place * self.lights / tracks;
            for light in out.iter_mut().take(lane(usize::from(strike.track) + 1)).skip(lane(usize::from(strike.track))) {
                for (part, color) in light.iter_mut().zip(color) {
                    *part = part.max(f32::from(color) / 255.0 * left);
                }
            }
        });
    }

    pub fn paint(&mut self, jam: &Jam, at: ShowTime, senses: &Senses, out: &mut [Rgb]) {
        self.module(Module::DrumMachine, jam, at, senses, out);
    }
}
