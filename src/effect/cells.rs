//! Conway's Game of Life, on a surface whose edges meet: a cell is born of three neighbours, and lives on with two or three.

use super::Paint;
use super::chance::{chance, hash};
use super::curve::exp2;
use super::plane::Plane;
use super::ramp::Ramp;
use super::senses::Senses;
use super::setting::Setting;
use super::shade::{dim, mix};
use crate::show::light::Rgb;

/// Generations until it is sown anew, at most. A game that has settled bores, and whoever jumps to a time must play it from its
/// beginning.
const GENERATIONS: usize = 200;
/// How long ago a cell died or was born that is told apart.
const OLDEST: u8 = 64;

/// One game, as far as it has been played.
struct Game {
    columns: usize,
    rows: usize,
    /// 1 is alive.
    cells: Vec<u8>,
    next: Vec<u8>,
    /// Generations since each cell last changed; the first ones have always been what they are.
    ages: Vec<u8>,
}

impl Game {
    fn new(columns: usize, rows: usize) -> Game {
        let cells = columns * rows;
        Game { columns, rows, cells: vec![0; cells], next: vec![0; cells], ages: vec![OLDEST; cells] }
    }

    fn sow(&mut self, salt: u32, density: f32) {
        for (index, cell) in self.cells.iter_mut().enumerate() {
            *cell = u8::from(chance(salt, index as u32) < density);
        }
        self.ages.fill(OLDEST);
    }

    fn step(&mut self) {
        let (columns, rows) = (self.columns, self.rows);
        for (row, next) in self.next.chunks_exact_mut(columns.max(1)).enumerate() {
            let line = |row: usize| self.cells.get(row * columns..(row + 1) * columns).unwrap_or(&[]);
            let above = line((row + rows - 1) % rows);
            let below = line((row + 1) % rows);
            succeed(above, line(row), below, next);
        }
        for ((age, cell), next) in self.ages.iter_mut().zip(&self.cells).zip(&self.next) {
            *age = if cell == next { age.saturating_add(1).min(OLDEST) } else { 0 };
        }
        std::mem::swap(&mut self.cells, &mut self.next);
    }
}

/// One row of the next generation.
fn succeed(above: &[u8], here: &[u8], below: &[u8], next: &mut [u8]) {
    // The three cells of each column are added once, and used three times.
    let mut sums = above.iter().zip(here).zip(below).map(|((above, here), below)| above + here + below);
    let mut left = sums.clone().next_back().unwrap_or(0);
    let first = sums.next().unwrap_or(0);
    let mut middle = first;
    for (next, &alive) in next.iter_mut().zip(here) {
        let right = sums.next().unwrap_or(first);
        let neighbours = left + middle + right - alive;
        *next = u8::from(neighbours == 3 || (neighbours == 2 && alive == 1));
        (left, middle) = (middle, right);
    }
}

pub struct Life {
    game: Game,
    /// Which game, and which of its generations, `game` holds.
    played: Option<(i64, u32)>,
    /// In one game.
    generations: f64,
    /// Which cell each light shows.
    shown: Vec<u32>,
    seed: u32,
    density: f32,
    /// What is left of a dead cell's light after each generation.
    fade: [f32; OLDEST as usize + 1],
    ground: Rgb,
    tint: Box<Ramp>,
    uses_palette: bool,
}

impl Life {
    const PER_SECOND: f64 = 5.0;

    pub fn new(setting: &Setting) -> Life {
        let (columns, rows) = board(setting.plane);
        let mut fade = [0.0; OLDEST as usize + 1];
        let stays = setting.number("fade");
        for (age, level) in fade.iter_mut().enumerate().take(OLDEST as usize) {
            // Slowest at 1, where it takes some ten generations; not at all at 0.
            *level = if stays > 0.0 { exp2(-(age as f32 + 1.0) * 0.35 / stays) } else { 0.0 };
        }
        Life {
            game: Game::new(columns as usize, rows as usize),
            played: None,
            // On a small board it is over sooner.
            generations: (2 * (columns as usize + rows as usize)).clamp(20, GENERATIONS) as f64,
            shown: shown(setting.plane, columns, rows),
            seed: setting.seed,
            density: setting.number("density"),
            fade,
            ground: setting.secondary(),
            tint: setting.palette_or(|| Ramp::solid(setting.primary())),
            uses_palette: setting.uses_palette(),
        }
    }

    /// Plays on from where it is, or from the beginning: the outcome is the same.
    fn play(&mut self, game: i64, generation: u32) {
        let reached = match self.played {
            Some((same, reached)) if same == game && reached <= generation => reached,
            _ => {
                self.game.sow(hash(self.seed, game as u32), self.density);
                0
            }
        };
        for _ in reached..generation {
            self.game.step();
        }
        self.played = Some((game, generation));
    }
}

/// A matrix is its own board; lights that are not one are laid out as a square.
fn board(plane: &Plane) -> (u32, u32) {
    if plane.is_filled() {
        return (plane.columns, plane.rows);
    }
    let side = (plane.points.len() as f32).sqrt().ceil() as u32;
    (side, side)
}

fn shown(plane: &Plane, columns: u32, rows: u32) -> Vec<u32> {
    if !plane.is_filled() {
        return (0..plane.points.len() as u32).collect();
    }
    let cell = |part: f32, count: u32| ((part * count as f32) as u32).min(count.saturating_sub(1));
    plane.boxed().map(|[x, y]| cell(y, rows).saturating_mul(columns).saturating_add(cell(x, columns))).collect()
}

impl Paint for Life {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let generation = (t * Life::PER_SECOND).floor();
        let game = (generation / self.generations).floor();
        self.play(game as i64, (generation - game * self.generations).clamp(0.0, self.generations) as u32);
        for (light, &cell) in out.iter_mut().zip(&self.shown) {
            let (cell, age) = (self.game.cells.get(cell as usize), self.game.ages.get(cell as usize));
            let (alive, age) = (cell == Some(&1), age.copied().unwrap_or(OLDEST));
            // With a palette, the living go through it as they grow old.
            let place = if self.uses_palette && alive { f32::from(age) / f32::from(OLDEST) } else { 0.0 };
            let level = if alive { 1.0 } else { self.fade.get(usize::from(age)).copied().unwrap_or(0.0) };
            *light = mix(self.ground, dim(self.tint.along(place), level), level);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn game(picture: &[&str]) -> Game {
        let mut game = Game::new(picture[0].len(), picture.len());
        game.cells = picture.iter().flat_map(|row| row.bytes()).map(|cell| u8::from(cell == b'#')).collect();
        game
    }

    #[track_caller]
    fn check(before: &[&str], after: &[&str]) {
        let mut playing = game(before);
        playing.step();
        assert_eq!(playing.cells, game(after).cells);
    }

    #[test]
    fn cells_are_born_of_three_and_live_on_with_two_or_three() {
        check(&[".....", "..#..", "..#..", "..#..", "....."], &[".....", ".....", ".###.", ".....", "....."]);
        check(&["....", ".##.", ".##.", "...."], &["....", ".##.", ".##.", "...."]);
        check(&[".....", ".###.", ".###.", ".###.", "....."], &["..#..", ".#.#.", "#...#", ".#.#.", "..#.."]);
    }

    #[test]
    fn the_edges_meet() {
        check(&["#...#", ".....", ".....", "#...."], &["#...#", ".....", ".....", "#...#"]);
    }

    #[test]
    fn a_dead_cell_remembers_when_it_died() {
        let mut playing = game(&[".....", ".....", ".###.", ".....", "....."]);
        playing.step();
        assert_eq!((playing.ages[11], playing.ages[7], playing.ages[12], playing.ages[0]), (0, 0, OLDEST, OLDEST));
        playing.step();
        assert_eq!(playing.ages[11], 0, "born again");
    }
}
