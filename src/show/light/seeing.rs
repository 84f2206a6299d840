//! How lights see the picture: what is left out of it, and how the part that an LED sees becomes one colour.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Seeing {
    pub reduction: Reduction,
    /// The picture begins where its black borders end.
    pub skip_borders: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// The mean of the light: what an eye far away would see.
    #[default]
    Mean,
    /// The root of the mean of the squares: small bright things count for more.
    MeanOfSquares,
    /// The colour that most of it has.
    Dominant,
}
