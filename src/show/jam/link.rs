//! A jam of another server that this node has joined.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::code::JamCode;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JamLink {
    pub jam: JamCode,
    /// `wss://host/CODE`, or the address of its page.
    #[schemars(length(max = 512))]
    pub url: String,
    /// What this node is called there.
    #[schemars(length(max = 48))]
    pub name: String,
}

/// More at once is no jam.
pub const MOST_LINKS: usize = 16;
