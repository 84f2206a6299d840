//! Something that moves or sounds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::InputId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    pub id: InputId,
}
