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

/// The place of a note; what no piano has is at its end.
fn column(board: &Board, note: u8) -> usize {
    board.column_of(usize::from(note.saturating_sub(LOWEST)).min(KEYS - 1), KEYS)
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
    for note in jam.notes.iter().filter(|note| note.module == Module::Piano) {
        let level = fade::held(at, note);
        if level > 0.0 {
            let column = column(board, note.note);
            let height = (usize::from(note.velocity.min(100)) * board.rows()).div_ceil(100).max(1);
            let light = color(jam, note.note, note.velocity, level);
            (0..height).for_each(|row| board.add(column, row, light));
        }
    }
    layout
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
