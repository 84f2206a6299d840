//! A jam as a layer of a picture.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::code::JamCode;
use super::module::Module;
use crate::show::ids::InputId;

/// While this node knows nothing of the jam, what is below is seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JamLayer {
    pub jam: JamCode,
    /// Absent: all that are enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<Module>,
    /// What the visualiser listens to. Absent: the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<InputId>,
    /// It is computed as for a matrix of so many lights, and stretched over the layer's box.
    #[serde(default = "columns")]
    #[schemars(range(min = 1, max = 320))]
    pub columns: u16,
    #[serde(default = "rows")]
    #[schemars(range(min = 1, max = 180))]
    pub rows: u16,
}

impl JamLayer {
    pub fn all_of(jam: JamCode) -> Self {
        Self { jam, module: None, input: None, columns: columns(), rows: rows() }
    }
}

fn columns() -> u16 {
    96
}

fn rows() -> u16 {
    54
}
