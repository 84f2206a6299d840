//! Who is asking, and what they may do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What somebody may do; each includes the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Viewer,
    Operator,
    Admin,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller;

impl Caller {
    pub fn anonymous_admin() -> Self {
        Self
    }

    pub fn name(&self) -> &str {
        ""
    }

    pub fn role(&self) -> Role {
        Role::Admin
    }
}
