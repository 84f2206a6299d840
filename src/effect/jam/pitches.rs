//! Notes at their pitch: from the lowest key of a piano to its highest.

use super::board::{Board, Layout, MOST_COLUMNS, MOST_ROWS};
use super::fade::{self, color};
use super::ground::Ground;
use super::steps::Steps;
use crate::show::jam::Jam;
use crate::show::jam::module::Module;
use crate::show::light::Rgb;
use crate::show::time::ShowTime;

const LOWEST: u8 = 21;
const KEYS: usize = MOST_COLUMNS;

/// Everything from the lowest key to the highest.
pub fn note_at(place: f32) -> u8 {
    LOWEST + (place * (KEYS - 1) as f32 + 0.5) as u8
}

/// What no piano has is at its end.
fn key(note: u8) -> usize {
    usize::from(note.saturating_sub(LOWEST)).min(KEYS - 1)
}

/// The place of a note.
fn column(board: &Board, note: u8) -> usize {
    board.column_of(key(note), KEYS)
}

/// Something at its pitch, as high as it was struck.
pub fn rise(board: &mut Board, note: u8, velocity: u8, light: Rgb) {
    let (column, height) = (column(board, note), usize::from(velocity.min(100)) * board.rows());
    (0..height.div_ceil(100).max(1)).for_each(|row| board.add(column, row, light));
}

/// The same where pitches lie above each other.
pub fn shine(board: &mut Board, note: u8, light: Rgb) {
    let row = board.row_of(key(note), KEYS);
    (0..board.columns()).for_each(|column| board.add(column, row, light));
}

fn clear(ground: &Ground, board: &mut Board) -> Layout {
    let layout = if ground.is_filled { Layout::Rising } else { Layout::Lanes };
    let [columns, rows] = ground.room(layout, 1);
    board.clear(columns.min(KEYS), if ground.is_filled { rows.min(MOST_ROWS) } else { 1 });
    layout
}

/// What is held and what fades, as high as it was struck.
pub fn draw_piano(jam: &Jam, at: ShowTime, ground: &Ground, board: &mut Board) -> Layout {
    let layout = clear(ground, board);
    each_note(jam, at, &mut |note, velocity, light| rise(board, note, velocity, light));
    layout
}

/// The notes of the piano that are held or fade.
pub fn each_note(jam: &Jam, at: ShowTime, see: &mut dyn FnMut(u8, u8, Rgb)) {
    for note in jam.notes.iter().filter(|note| note.module == Module::Piano) {
        let level = fade::held(at, note);
        if level > 0.0 {
            see(note.note, note.velocity, color(jam, note.note, note.velocity, level));
        }
    }
}

/// What the sequencer strikes, where there is no room for rows.
pub fn draw_sequencer(steps: &Steps, ground: &Ground, board: &mut Board) -> Layout {
    let layout = clear(ground, board);
    let mut put = |note: u8, light: Rgb| board.add(column(board, note), 0, light);
    if !steps.is_playing() {
        steps.each_programmed(&mut put);
    }
    steps.each_struck(&mut |struck| put(struck.note, steps.light(&struck)));
    layout
}
