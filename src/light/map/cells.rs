//! The row and column of each LED, in the order of the wire.

use std::collections::BTreeSet;

use super::wire::{from_end, through};
use crate::show::light::geometry::{Direction, Geometry, Matrix};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    pub column: u32,
    pub row: u32,
    /// It stays dark, but is on the wire.
    pub dark: bool,
}

/// A strip has one row or one column; rings and points have one row, along the wire. Of a geometry that does not pass its
/// check there are none.
pub fn cells(geometry: &Geometry) -> Vec<Cell> {
    if geometry.check().is_err() {
        return Vec::new();
    }
    match geometry {
        Geometry::Strip { pixels, reversed, direction } => {
            (0..*pixels).map(|wire| strip(*direction, *pixels, along(*pixels, *reversed, wire))).collect()
        }
        Geometry::Ring { .. } | Geometry::Points { .. } => {
            (0..geometry.pixel_count()).map(|wire| Cell { column: wire, row: 0, dark: false }).collect()
        }
        Geometry::Matrix(matrix) => of_matrix(matrix),
    }
}

/// How far along its direction the LED of a strip is that comes so late on the wire.
pub(super) fn along(pixels: u32, reversed: bool, wire: u32) -> u32 {
    if reversed { from_end(pixels, wire) } else { wire }
}

fn strip(direction: Direction, pixels: u32, along: u32) -> Cell {
    let [column, row] = match direction {
        Direction::Right => [along, 0],
        Direction::Left => [from_end(pixels, along), 0],
        Direction::Down => [0, along],
        Direction::Up => [0, from_end(pixels, along)],
    };
    Cell { column, row, dark: false }
}

fn of_matrix(matrix: &Matrix) -> Vec<Cell> {
    let set = |cells: &[[u32; 2]]| cells.iter().copied().collect::<BTreeSet<_>>();
    let (missing, dark) = (set(&matrix.missing), set(&matrix.dark));
    let visited = matrix.wired().iter().flat_map(|panel| through(*panel)).collect::<Vec<_>>();
    let there = visited.into_iter().filter(|cell| !missing.contains(cell));
    there.map(|cell| Cell { column: cell[0], row: cell[1], dark: dark.contains(&cell) }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::show::light::geometry::{Corner, Panel, Wiring};
    use crate::show::rotation::Rotation;

    const CORNERS: [Corner; 4] = [Corner::TopLeft, Corner::TopRight, Corner::BottomLeft, Corner::BottomRight];
    const ROTATIONS: [Rotation; 4] = [Rotation::Upright, Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarters];

    fn every_wiring() -> impl Iterator<Item = Wiring> {
        CORNERS.into_iter().flat_map(|start| {
            ROTATIONS.into_iter().flat_map(move |rotation| {
                [(false, false), (false, true), (true, false), (true, true)].map(|(vertical, serpentine)| Wiring {
                    start,
                    vertical,
                    serpentine,
                    rotation,
                })
            })
        })
    }

    fn matrix(columns: u32, rows: u32) -> Matrix {
        let (panels, missing, dark) = (Vec::new(), Vec::new(), Vec::new());
        Matrix { columns, rows, wiring: Wiring::default(), panels, missing, dark }
    }

    /// Numbers on the wire, where they are; `.` where there is no LED, `!` behind one that stays dark.
    fn drawn(matrix: &Matrix) -> String {
        let cells = cells(&Geometry::Matrix(matrix.clone()));
        let sign = |column, row| match cells.iter().enumerate().find(|(_, cell)| (cell.column, cell.row) == (column, row)) {
            Some((wire, cell)) => format!("{wire}{}", if cell.dark { "!" } else { "" }),
            None => ".".to_owned(),
        };
        let line = |row| (0..matrix.columns).map(|column| sign(column, row)).collect::<Vec<_>>().join(" ");
        (0..matrix.rows).map(line).collect::<Vec<_>>().join(" / ")
    }

    #[track_caller]
    fn check(start: Corner, vertical: bool, serpentine: bool, rotation: Rotation, picture: &str) {
        let wiring = Wiring { start, vertical, serpentine, rotation };
        assert_eq!(drawn(&Matrix { wiring, ..matrix(3, 2) }), picture, "{wiring:?}");
    }

    #[test]
    fn rows_begin_at_the_corner_where_the_wire_comes_in() {
        check(Corner::TopLeft, false, false, Rotation::Upright, "0 1 2 / 3 4 5");
        check(Corner::TopRight, false, false, Rotation::Upright, "2 1 0 / 5 4 3");
        check(Corner::BottomLeft, false, false, Rotation::Upright, "3 4 5 / 0 1 2");
        check(Corner::BottomRight, false, false, Rotation::Upright, "5 4 3 / 2 1 0");
    }

    #[test]
    fn serpentine_rows_turn_back_at_their_ends() {
        check(Corner::TopLeft, false, true, Rotation::Upright, "0 1 2 / 5 4 3");
        check(Corner::TopRight, false, true, Rotation::Upright, "2 1 0 / 3 4 5");
        check(Corner::BottomLeft, false, true, Rotation::Upright, "5 4 3 / 0 1 2");
        check(Corner::BottomRight, false, true, Rotation::Upright, "3 4 5 / 2 1 0");
    }

    #[test]
    fn vertical_wires_run_column_by_column() {
        check(Corner::TopLeft, true, false, Rotation::Upright, "0 2 4 / 1 3 5");
        check(Corner::TopRight, true, false, Rotation::Upright, "4 2 0 / 5 3 1");
        check(Corner::BottomLeft, true, false, Rotation::Upright, "1 3 5 / 0 2 4");
        check(Corner::BottomRight, true, false, Rotation::Upright, "5 3 1 / 4 2 0");
        check(Corner::TopLeft, true, true, Rotation::Upright, "0 3 4 / 1 2 5");
        check(Corner::TopRight, true, true, Rotation::Upright, "4 3 0 / 5 2 1");
        check(Corner::BottomLeft, true, true, Rotation::Upright, "1 2 5 / 0 3 4");
        check(Corner::BottomRight, true, true, Rotation::Upright, "5 2 1 / 4 3 0");
    }

    #[test]
    fn a_panel_is_turned_clockwise_after_it_was_wired() {
        // Before it is turned by a quarter, a panel that hangs 3 wide and 2 high is 2 wide and 3 high: 0 1 / 2 3 / 4 5.
        check(Corner::TopLeft, false, false, Rotation::Quarter, "4 2 0 / 5 3 1");
        check(Corner::TopLeft, false, false, Rotation::Half, "5 4 3 / 2 1 0");
        check(Corner::TopLeft, false, false, Rotation::ThreeQuarters, "1 3 5 / 0 2 4");
        check(Corner::TopLeft, false, true, Rotation::Quarter, "4 3 0 / 5 2 1");
        // Before: 2 3 / 1 4 / 0 5.
        check(Corner::BottomLeft, true, true, Rotation::Quarter, "0 1 2 / 5 4 3");
    }

    #[test]
    fn panels_follow_each_other_on_the_wire_and_gaps_have_no_led() {
        let serpentine = Wiring { serpentine: true, ..Wiring::default() };
        let turned = Wiring { rotation: Rotation::Half, ..Wiring::default() };
        let panels = vec![
            Panel { x: 3, y: 0, columns: 2, rows: 2, wiring: serpentine },
            Panel { x: 0, y: 1, columns: 2, rows: 2, wiring: turned },
        ];
        let mut matrix = Matrix { panels, ..matrix(5, 3) };
        assert_eq!(drawn(&matrix), ". . . 0 1 / 7 6 . 3 2 / 5 4 . . .");
        matrix.missing = vec![[4, 0], [0, 2]];
        matrix.dark = vec![[3, 1]];
        assert_eq!(drawn(&matrix), ". . . 0 . / 5 4 . 2! 1 / . 3 . . .");
    }

    #[test]
    fn strips_lead_where_their_direction_says_and_reversed_ones_begin_at_the_end() {
        let places = |direction, reversed| {
            let strip = Geometry::Strip { pixels: 3, reversed, direction };
            cells(&strip).iter().map(|cell| [cell.column, cell.row]).collect::<Vec<_>>()
        };
        assert_eq!(places(Direction::Right, false), [[0, 0], [1, 0], [2, 0]]);
        assert_eq!(places(Direction::Right, true), [[2, 0], [1, 0], [0, 0]]);
        assert_eq!(places(Direction::Left, false), [[2, 0], [1, 0], [0, 0]]);
        assert_eq!(places(Direction::Left, true), [[0, 0], [1, 0], [2, 0]]);
        assert_eq!(places(Direction::Down, false), [[0, 0], [0, 1], [0, 2]]);
        assert_eq!(places(Direction::Up, false), [[0, 2], [0, 1], [0, 0]]);
    }

    #[test]
    fn what_cannot_be_has_no_cells() {
        assert!(cells(&Geometry::Matrix(matrix(0, 7))).is_empty());
        assert!(cells(&Geometry::Matrix(matrix(u32::MAX, u32::MAX))).is_empty());
        assert!(cells(&Geometry::Points { points: Vec::new() }).is_empty());
    }

    /// Four panels around a gap in the middle and at the edges, each wired in its own way, with some places left out.
    fn around_a_gap(sides: [[u32; 2]; 4], gap: u32, wirings: [Wiring; 4], omit: u32) -> Matrix {
        let wide = sides.iter().map(|side| side[0]).max().unwrap_or(1) + gap;
        let high = sides.iter().map(|side| side[1]).max().unwrap_or(1) + gap;
        let corners = [[0, 0], [wide, 0], [0, high], [wide, high]];
        let all = corners.into_iter().zip(sides).zip(wirings);
        let panels: Vec<_> = all.map(|(([x, y], [columns, rows]), wiring)| Panel { x, y, columns, rows, wiring }).collect();
        let inside = panels.iter().flat_map(|panel| {
            (0..panel.columns).flat_map(move |column| (0..panel.rows).map(move |row| [panel.x + column, panel.y + row]))
        });
        let (missing, dark) = match omit {
            0 => (Vec::new(), Vec::new()),
            _ => {
                let every = |rest: u32| move |(number, _): &(usize, [u32; 2])| *number as u32 % (omit + 1) == rest;
                let take = |rest| inside.clone().enumerate().filter(every(rest)).map(|(_, cell)| cell).collect();
                (take(0), take(1))
            }
        };
        Matrix { panels, missing, dark, ..matrix(2 * wide, 2 * high) }
    }

    #[track_caller]
    fn check_bijection(matrix: &Matrix) {
        let geometry = Geometry::Matrix(matrix.clone());
        assert_eq!(geometry.check(), Ok(()), "{matrix:?}");
        let cells = cells(&geometry);
        assert_eq!(cells.len(), geometry.pixel_count() as usize);
        let visited: BTreeSet<_> = cells.iter().map(|cell| [cell.column, cell.row]).collect();
        assert_eq!(visited.len(), cells.len(), "each once");
        let has = |panel: &Panel, [column, row]: [u32; 2]| {
            (panel.x..panel.x + panel.columns).contains(&column) && (panel.y..panel.y + panel.rows).contains(&row)
        };
        for cell in (0..matrix.columns).flat_map(|column| (0..matrix.rows).map(move |row| [column, row])) {
            let lit = matrix.wired().iter().any(|panel| has(panel, cell)) && !matrix.missing.contains(&cell);
            assert_eq!(visited.contains(&cell), lit, "{cell:?}");
        }
        for cell in &cells {
            assert_eq!(cell.dark, matrix.dark.contains(&[cell.column, cell.row]));
        }
    }

    #[test]
    fn every_wiring_visits_every_place_of_every_small_panel_once() {
        for wiring in every_wiring() {
            for (columns, rows) in (1..=4).flat_map(|columns| (1..=4).map(move |rows| (columns, rows))) {
                check_bijection(&Matrix { wiring, ..matrix(columns, rows) });
            }
        }
    }

    #[test]
    fn a_serpentine_wire_never_jumps() {
        for wiring in every_wiring().filter(|wiring| wiring.serpentine) {
            let cells = cells(&Geometry::Matrix(Matrix { wiring, ..matrix(5, 4) }));
            let apart = |pair: &[Cell]| pair[0].column.abs_diff(pair[1].column) + pair[0].row.abs_diff(pair[1].row);
            assert!(cells.windows(2).all(|pair| apart(pair) == 1), "{wiring:?}");
        }
    }

    #[test]
    fn the_wire_comes_in_at_its_corner_as_turned() {
        for wiring in every_wiring() {
            let first = cells(&Geometry::Matrix(Matrix { wiring, ..matrix(5, 4) }))[0];
            let clockwise = [Corner::TopLeft, Corner::TopRight, Corner::BottomRight, Corner::BottomLeft];
            let turns = usize::from(u16::from(wiring.rotation) / 90);
            let corner = clockwise.iter().position(|corner| *corner == wiring.start).unwrap();
            let at = clockwise[(corner + turns) % 4];
            assert_eq!((first.column == 4, first.row == 3), (at.is_right(), at.is_bottom()), "{wiring:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn wire_and_places_match_one_to_one_in_any_matrix_of_panels(
            sides in prop::array::uniform4(prop::array::uniform2(1_u32..=6)),
            gap in 0_u32..3,
            wirings in prop::array::uniform4(0_usize..64),
            omit in 0_u32..5,
        ) {
            let all: Vec<_> = every_wiring().collect();
            prop_assert_eq!(all.len(), 64);
            let matrix = around_a_gap(sides, gap, wirings.map(|wiring| all[wiring]), omit);
            // With every place left out or few of them there might be nothing left, which is refused.
            prop_assume!(Geometry::Matrix(matrix.clone()).pixel_count() > 0);
            check_bijection(&matrix);
        }
    }
}
