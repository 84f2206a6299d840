//! Who is asking, once it has been proved. A `Caller` says nothing about the next minute: connections that stay ask
//! `Identity::still_good`.

use super::role::Role;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) proof: Proof,
}

/// What the caller was known by; ids only, never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    OpenHouse,
    Session { id: String },
    ApiToken { id: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// Nobody is known here yet, so everyone on this machine may do everything.
    Anonymous,
    User,
    ApiToken,
}

impl Caller {
    /// For the time before there are users. Whether the caller is on this machine is for the door to know.
    pub fn anonymous_admin() -> Self {
        Self { name: "anonymous".to_owned(), role: Role::Admin, proof: Proof::OpenHouse }
    }

    /// The user's name, or that of the API token.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn role(&self) -> Role {
        self.role
    }

    pub fn kind(&self) -> CallerKind {
        match self.proof {
            Proof::OpenHouse => CallerKind::Anonymous,
            Proof::Session { .. } => CallerKind::User,
            Proof::ApiToken { .. } => CallerKind::ApiToken,
        }
    }
}
