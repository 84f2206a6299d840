//! LEDs in rows and columns, of one panel or of several, and how the wire runs through a panel.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::show::rotation::Rotation;

use super::is_default;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    #[schemars(range(min = 1, max = 4096))]
    pub columns: u32,
    #[schemars(range(min = 1, max = 4096))]
    pub rows: u32,
    /// Of the only panel; where `panels` are named each has its own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub wiring: Wiring,
    /// In the order of the wire. None: one panel of the whole size. Where there is no panel there is no LED.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256))]
    pub panels: Vec<Panel>,
    /// Columns and rows of the places within panels that the wire leaves out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<[u32; 2]>,
    /// Columns and rows of LEDs that stay dark; they are on the wire.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dark: Vec<[u32; 2]>,
}

/// Some of the rows and columns, wired as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// The column of its left edge.
    pub x: u32,
    /// The row of its upper edge.
    pub y: u32,
    /// As it hangs, after it was turned.
    #[schemars(range(min = 1, max = 4096))]
    pub columns: u32,
    #[schemars(range(min = 1, max = 4096))]
    pub rows: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub wiring: Wiring,
}

/// How the wire runs through a panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wiring {
    /// Where it comes in.
    pub start: Corner,
    /// Column by column rather than row by row.
    pub vertical: bool,
    /// Every other row or column is run through backwards.
    pub serpentine: bool,
    /// How far the panel, wired as above, is then turned clockwise.
    pub rotation: Rotation,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Corner {
    #[default]
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

impl Matrix {
    /// The panels as the wire visits them.
    pub fn wired(&self) -> Cow<'_, [Panel]> {
        if !self.panels.is_empty() {
            return Cow::Borrowed(&self.panels);
        }
        Cow::Owned(vec![Panel { x: 0, y: 0, columns: self.columns, rows: self.rows, wiring: self.wiring }])
    }

    pub(super) fn pixel_count(&self) -> u64 {
        let all = self.wired().iter().fold(0_u64, |sum, panel| sum.saturating_add(panel.area()));
        all.saturating_sub(self.missing.len() as u64)
    }
}

impl Panel {
    pub(super) fn area(&self) -> u64 {
        u64::from(self.columns) * u64::from(self.rows)
    }

    /// Whether it has that place.
    pub(super) fn contains(&self, [column, row]: [u32; 2]) -> bool {
        let within = |start: u32, length: u32, place: u32| place >= start && place - start < length;
        within(self.x, self.columns, column) && within(self.y, self.rows, row)
    }

    pub(super) fn overlaps(&self, other: &Panel) -> bool {
        let meet = |start: u32, length: u32, other_start: u32, other_length: u32| {
            start < other_start.saturating_add(other_length) && other_start < start.saturating_add(length)
        };
        meet(self.x, self.columns, other.x, other.columns) && meet(self.y, self.rows, other.y, other.rows)
    }
}

impl Corner {
    pub fn is_right(self) -> bool {
        matches!(self, Corner::TopRight | Corner::BottomRight)
    }

    pub fn is_bottom(self) -> bool {
        matches!(self, Corner::BottomLeft | Corner::BottomRight)
    }
}
