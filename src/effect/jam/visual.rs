//! What is heard, in the colours of the jam. The drums make it brighter. Where nothing but the visualiser is shown, all that is played shines
//! in it at its pitch, too; together with the other modules it leaves that to them.

use super::board::{Board, Layout, MOST_ROWS};
use super::fade::color;
use super::ground::Ground;
use super::pitches::{each_note, note_at, rise, shine};
use super::steps::{Steps, thrust};
use crate::effect::curve::unit;
use crate::effect::senses::{Senses, Sound};
use crate::show::jam::Jam;
use crate::show::jam::beat::BEAT;
use crate::show::jam::module::{Module, Visual};
use crate::show::jam::pattern::LOUDEST;
use crate::show::light::Rgb;
use crate::show::time::ShowTime;

const SILENCE: Sound = Sound { left: 0.0, right: 0.0, bands: [0.0; BANDS], beat: 0.0 };
const BANDS: usize = 32;
/// Of its light, while nothing is struck.
const AT_REST: f32 = 0.65;

/// Both, sound and what is played.
pub fn draw_alone(jam: &Jam, at: ShowTime, senses: &Senses, ground: &Ground, board: &mut Board) -> Layout {
    let layout = draw(jam, at, senses, ground, board);
    let is_upright = jam.visual == Visual::Level && ground.is_filled;
    let mut put = |note: u8, velocity: u8, light: Rgb| match is_upright {
        true => shine(board, note, light),
        false => rise(board, note, velocity, light),
    };
    for module in Module::ALL.into_iter().filter(|module| jam.setting(*module).enabled) {
        match module {
            Module::DrumMachine | Module::IsometricSequencer => {
                let steps = Steps::new(jam, module, at);
                steps.each_struck(&mut |struck| put(struck.note, struck.velocity, steps.light(&struck)));
            }
            Module::Piano => each_note(jam, at, &mut put),
            Module::DjVisualizer => {}
        }
    }
    layout
}

/// The sound by itself. What nobody measures is silence.
pub fn draw(jam: &Jam, at: ShowTime, senses: &Senses, ground: &Ground, board: &mut Board) -> Layout {
    let sound = senses.sound.unwrap_or(&SILENCE);
    let layout = if ground.is_filled { Layout::Rising } else { Layout::Lanes };
    let lift = AT_REST + (1.0 - AT_REST) * unit(thrust(jam, at));
    let [columns, rows] = ground.room(layout, 1);
    let rows = if ground.is_filled { rows.min(MOST_ROWS) } else { 1 };
    match jam.visual {
        Visual::Spectrum => {
            board.clear(columns.min(BANDS), rows);
            draw_spectrum(jam, sound, lift, board);
        }
        Visual::Pulse => {
            board.clear(1, 1);
            board.add(0, 0, color(jam, note_of_bar(jam, at), LOUDEST, unit(sound.beat) * lift));
        }
        Visual::Level if ground.is_filled => {
            board.clear(1, rows);
            draw_level(jam, sound, lift, board);
        }
        Visual::Level => {
            board.clear(columns, 1);
            draw_level(jam, sound, lift, board);
        }
    }
    layout
}

/// Each bar is the loudest of its pitches. Where there is no room for heights, it is as bright as it is loud.
fn draw_spectrum(jam: &Jam, sound: &Sound, lift: f32, board: &mut Board) {
    let (columns, rows) = (board.columns(), board.rows());
    for column in 0..columns {
        let bands = sound.bands.get(column * BANDS / columns..(column + 1) * BANDS / columns).unwrap_or(&[]);
        let loudest = bands.iter().fold(0.0, |loudest, band| if *band > loudest { *band } else { loudest });
        let note = note_at((column as f32 + 0.5) / columns as f32);
        for row in 0..rows {
            let level = if rows == 1 { unit(loudest) } else { reached(loudest, row, rows) };
            board.add(column, row, color(jam, note, LOUDEST, level * lift));
        }
    }
}

/// One bar along whichever side is longer.
fn draw_level(jam: &Jam, sound: &Sound, lift: f32, board: &mut Board) {
    let louder = if sound.left > sound.right { sound.left } else { sound.right };
    let (columns, rows) = (board.columns(), board.rows());
    for (column, row) in (0..columns).flat_map(|column| (0..rows).map(move |row| (column, row))) {
        let (index, count) = if columns > rows { (column, columns) } else { (row, rows) };
        let note = note_at((index as f32 + 0.5) / count as f32);
        board.add(column, row, color(jam, note, LOUDEST, reached(louder, index, count) * lift));
    }
}

/// How much of the cell `index` of `count` a bar of that height fills.
fn reached(level: f32, index: usize, count: usize) -> f32 {
    unit(unit(level) * count as f32 - index as f32)
}

/// Another one of the scale in each bar: a colour for the whole of it.
fn note_of_bar(jam: &Jam, at: ShowTime) -> u8 {
    let bar = jam.course.beat_at(at).0.div_euclid(BEAT * i64::from(jam.meter.max(1)));
    let degree = bar.rem_euclid(jam.scale.steps().len().max(1) as i64) as u8;
    jam.scale.note(jam.key, 60, degree)
}
