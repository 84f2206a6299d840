//! Whether a geometry is such as can be built.

use std::collections::BTreeSet;

use super::{Geometry, LightPoint, MAX_PIXELS, Matrix, Panel};

const MAX_SIDE: u32 = 4096;
const MAX_PANELS: usize = 256;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GeometryError {
    #[error("there must be 1 to 65536 LEDs, not {0}")]
    Pixels(u64),
    #[error("start_degrees must be -360 to 360, not {0}")]
    StartDegrees(f64),
    #[error("columns and rows must be 1 to 4096, not {columns} and {rows}")]
    Sides { columns: u32, rows: u32 },
    #[error("there may be 256 panels, not {0}")]
    Panels(usize),
    #[error("panel {panel} must lie within the matrix, and have a size")]
    PanelOutside { panel: usize },
    #[error("panels {first} and {second} overlap")]
    PanelsOverlap { first: usize, second: usize },
    #[error("column {column}, row {row}, named in {list}, is in no panel")]
    CellOutside { list: &'static str, column: u32, row: u32 },
    #[error("column {column}, row {row} is named twice in missing and dark")]
    CellTwice { column: u32, row: u32 },
    #[error("missing may name 65536 places, not {0}")]
    Missing(usize),
    #[error("{field} of point {point} must be {allowed}, not {value}")]
    Point { point: usize, field: &'static str, allowed: &'static str, value: f64 },
}

impl Geometry {
    pub fn check(&self) -> Result<(), GeometryError> {
        match self {
            Geometry::Strip { pixels, .. } => count(u64::from(*pixels)),
            Geometry::Ring { pixels, start_degrees, .. } => {
                if !(-360.0..=360.0).contains(start_degrees) {
                    return Err(GeometryError::StartDegrees(*start_degrees));
                }
                count(u64::from(*pixels))
            }
            Geometry::Matrix(matrix) => matrix.check(),
            Geometry::Points { points } => {
                count(points.len() as u64)?;
                points.iter().enumerate().try_for_each(|(number, point)| point.check(number))
            }
        }
    }
}

fn count(pixels: u64) -> Result<(), GeometryError> {
    if (1..=u64::from(MAX_PIXELS)).contains(&pixels) { Ok(()) } else { Err(GeometryError::Pixels(pixels)) }
}

impl LightPoint {
    fn check(&self, point: usize) -> Result<(), GeometryError> {
        let wrong = |field, allowed, value| Err(GeometryError::Point { point, field, allowed, value });
        for (field, value) in [("x", self.x), ("y", self.y)] {
            if !(0.0..=1.0).contains(&value) {
                return wrong(field, "0 to 1", value);
            }
        }
        for (field, value) in [("width", self.width), ("height", self.height)] {
            if let Some(value) = value.filter(|value| !(*value > 0.0 && *value <= 1.0)) {
                return wrong(field, "more than 0, and 1 at most", value);
            }
        }
        Ok(())
    }
}

impl Matrix {
    fn check(&self) -> Result<(), GeometryError> {
        let side = 1..=MAX_SIDE;
        if !side.contains(&self.columns) || !side.contains(&self.rows) {
            return Err(GeometryError::Sides { columns: self.columns, rows: self.rows });
        }
        if self.panels.len() > MAX_PANELS {
            return Err(GeometryError::Panels(self.panels.len()));
        }
        let panels = self.wired();
        panels.iter().enumerate().try_for_each(|(number, panel)| self.check_panel(number, panel))?;
        for (second, panel) in panels.iter().enumerate() {
            if let Some(first) = panels.iter().take(second).position(|other| panel.overlaps(other)) {
                return Err(GeometryError::PanelsOverlap { first, second });
            }
        }
        count(self.pixel_count())?;
        self.check_cells(&panels)
    }

    fn check_panel(&self, panel: usize, &Panel { x, y, columns, rows, .. }: &Panel) -> Result<(), GeometryError> {
        let fits =
            |start: u32, length: u32, whole: u32| length > 0 && start.checked_add(length).is_some_and(|end| end <= whole);
        if fits(x, columns, self.columns) && fits(y, rows, self.rows) {
            Ok(())
        } else {
            Err(GeometryError::PanelOutside { panel })
        }
    }

    fn check_cells(&self, panels: &[Panel]) -> Result<(), GeometryError> {
        // Looking each of them up must not take long whatever is sent.
        if self.missing.len() > MAX_PIXELS as usize {
            return Err(GeometryError::Missing(self.missing.len()));
        }
        let mut seen = BTreeSet::new();
        for (list, cells) in [("missing", &self.missing), ("dark", &self.dark)] {
            for &cell in cells {
                let [column, row] = cell;
                if !seen.insert(cell) {
                    return Err(GeometryError::CellTwice { column, row });
                }
                if !panels.iter().any(|panel| panel.contains(cell)) {
                    return Err(GeometryError::CellOutside { list, column, row });
                }
            }
        }
        Ok(())
    }
}
