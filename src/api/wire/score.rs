//! A stretch of the score as doors show it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::state::store::score::Stretch;

#[derive(Debug, Serialize, JsonSchema)]
pub struct StretchView {
    /// Milliseconds of Unix time, both. The newest stretch goes on.
    from: i64,
    to: i64,
}

impl From<Stretch> for StretchView {
    fn from(Stretch { from, to }: Stretch) -> Self {
        // What is asked for is never before what is kept.
        Self { from: from.millis() + i64::from(from.micros() % 1_000 != 0), to: to.millis() }
    }
}
