//! What the table of routes says about each row: who may ask, and how often.

use crate::identity::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Strangers too: the page with its login, and whether the server lives.
    Anyone,
    Needs(Role),
}

pub const VIEWER: Access = Access::Needs(Role::Viewer);
/// Runs the show.
pub const OPERATOR: Access = Access::Needs(Role::Operator);
/// Sets it up: where it goes, and who may do what.
pub const ADMIN: Access = Access::Needs(Role::Admin);

impl Access {
    pub fn allows(self, role: Option<Role>) -> bool {
        match self {
            Access::Anyone => true,
            Access::Needs(needed) => role.is_some_and(|role| role >= needed),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Access::Anyone => "anyone",
            Access::Needs(role) => role.name(),
        }
    }
}

/// Requests that cost about the same; each client has an allowance for each class (`limits`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Files of the page and signs of life: not counted.
    Free,
    Read,
    Write,
    /// Pictures and uploads.
    Heavy,
    /// Parts of an upload: many, and some take long.
    Part,
    /// Passwords and refresh tokens.
    Login,
}
