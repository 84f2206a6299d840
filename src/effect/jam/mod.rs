//! What a jam looks like: a pure function of it, the time, and what is heard.
//!
//! Each module draws itself on a small board, which is then cast on the lights. All modules together are laid over each other as
//! their settings say.

mod board;
mod fade;
mod ground;
mod pitches;
mod steps;
mod visual;

#[cfg(test)]
mod tests;

use board::{Board, Layout};
use ground::Ground;
use steps::Steps;

use super::blend::blend;
use super::plane::Plane;
use super::senses::Senses;
use super::shade::BLACK;
use crate::show::jam::Jam;
use crate::show::jam::module::Module;
use crate::show::light::Rgb;
use crate::show::time::ShowTime;

pub struct JamPainter {
    ground: Ground,
    board: Board,
    layer: Vec<Rgb>,
}

impl JamPainter {
    pub fn new(plane: &Plane) -> Self {
        Self { ground: Ground::new(plane), board: Board::new(), layer: vec![BLACK; plane.points.len()] }
    }

    /// One module alone, whether it is enabled or not. Lights beyond those of the plane stay dark.
    pub fn module(&mut self, module: Module, jam: &Jam, at: ShowTime, senses: &Senses, out: &mut [Rgb]) {
        match module {
            Module::DjVisualizer => {
                let layout = visual::draw_alone(jam, at, senses, &self.ground, &mut self.board);
                self.cast(layout, out);
            }
            module => self.beside(module, jam, at, senses, out),
        }
    }

    /// One among the others.
    fn beside(&mut self, module: Module, jam: &Jam, at: ShowTime, senses: &Senses, out: &mut [Rgb]) {
        let (ground, board) = (&self.ground, &mut self.board);
        let layout = match module {
            Module::DrumMachine => Steps::new(jam, module, at).draw(ground, board),
            Module::Piano => pitches::draw_piano(jam, at, ground, board),
            Module::IsometricSequencer if ground.is_filled => Steps::new(jam, module, at).draw(ground, board),
            Module::IsometricSequencer => pitches::draw_sequencer(&Steps::new(jam, module, at), ground, board),
            Module::DjVisualizer => visual::draw(jam, at, senses, ground, board),
        };
        self.cast(layout, out);
    }

    fn cast(&self, layout: Layout, out: &mut [Rgb]) {
        let (lights, beyond) = out.split_at_mut(self.ground.spots.len().min(out.len()));
        self.board.cast(layout, &self.ground.spots, lights);
        beyond.fill(BLACK);
    }

    /// All modules that are enabled, each over those before it.
    pub fn paint(&mut self, jam: &Jam, at: ShowTime, senses: &Senses, out: &mut [Rgb]) {
        out.fill(BLACK);
        let mut layer = std::mem::take(&mut self.layer);
        for module in Module::ALL {
            let setting = jam.setting(module);
            if setting.enabled && setting.opacity > 0 {
                self.beside(module, jam, at, senses, &mut layer);
                blend(setting.blend, out, &layer, f32::from(setting.opacity) / 100.0);
            }
        }
        self.layer = layer;
    }
}
