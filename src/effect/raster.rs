//! A small picture that is drawn on cell by cell, and then shown on the lights.

use super::curve::floor;
use super::plane::Plane;
use super::shade::{BLACK, dim, lighten};
use crate::show::light::Rgb;

pub struct Raster {
    pub columns: usize,
    pub rows: usize,
    cells: Vec<Rgb>,
    /// Which cell each light shows.
    shown: Vec<u32>,
}

impl Raster {
    /// As fine as the plane; coarser where its lights are too few to show that, as on a large ring.
    pub fn new(plane: &Plane) -> Raster {
        let [columns, rows] = plane.size().map(|side| side.max(1) as f32);
        let most = 4.0 * plane.points.len().max(1) as f32;
        let shrink = (columns * rows / most).sqrt().max(1.0);
        let (columns, rows) = ((columns / shrink).ceil(), (rows / shrink).ceil());
        let cell = |[x, y]: [f32; 2]| floor(y * rows).min(rows - 1.0) * columns + floor(x * columns).min(columns - 1.0);
        let shown = plane.boxed().map(|place| cell(place) as u32).collect();
        let cells = vec![BLACK; columns as usize * rows as usize];
        Raster { columns: columns as usize, rows: rows as usize, cells, shown }
    }

    pub fn clear(&mut self) {
        self.cells.fill(BLACK);
    }

    /// Lights the cells about a place, 0 to 1 across and down, each by how much of a cell-sized dot there lies in it.
    pub fn dot(&mut self, [x, y]: [f32; 2], color: Rgb) {
        let (x, y) = (x * self.columns as f32 - 0.5, y * self.rows as f32 - 0.5);
        // A line of cells shows whatever is above and below it too.
        let y = if self.rows == 1 { 0.0 } else { y };
        let (column, row) = (floor(x), floor(y));
        let (right, below) = (x - column, y - row);
        self.light(column, row, dim(color, (1.0 - right) * (1.0 - below)));
        self.light(column + 1.0, row, dim(color, right * (1.0 - below)));
        self.light(column, row + 1.0, dim(color, (1.0 - right) * below));
        self.light(column + 1.0, row + 1.0, dim(color, right * below));
    }

    fn light(&mut self, column: f32, row: f32, color: Rgb) {
        let is_inside = column >= 0.0 && row >= 0.0 && column < self.columns as f32 && row < self.rows as f32;
        if is_inside && let Some(cell) = self.cells.get_mut(row as usize * self.columns + column as usize) {
            *cell = lighten(*cell, color);
        }
    }

    pub fn show(&self, out: &mut [Rgb]) {
        for (light, &cell) in out.iter_mut().zip(&self.shown) {
            *light = self.cells.get(cell as usize).copied().unwrap_or(BLACK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Rgb = [1.0; 3];

    fn shown(plane: &Plane, place: [f32; 2]) -> Vec<f32> {
        let mut raster = Raster::new(plane);
        raster.dot(place, WHITE);
        let mut out = vec![BLACK; plane.points.len()];
        raster.show(&mut out);
        out.iter().map(|light| light[0]).collect()
    }

    #[test]
    fn a_dot_lights_the_cells_that_it_lies_in() {
        assert_eq!(shown(&Plane::matrix(2, 2), [0.75, 0.25]), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(shown(&Plane::matrix(2, 2), [0.5, 0.5]), [0.25; 4]);
        assert_eq!(shown(&Plane::strip(4), [0.5, 0.9]), [0.0, 0.5, 0.5, 0.0]);
        assert_eq!(shown(&Plane::strip(2), [9.0, f32::NAN]), [0.0, 0.0]);
    }

    #[test]
    fn a_large_ring_has_no_more_cells_than_it_can_show() {
        let raster = Raster::new(&Plane::ring(1000));
        assert!(raster.cells.len() <= 4200, "{}", raster.cells.len());
    }
}
