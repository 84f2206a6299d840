//! Newer versions of this program: found at a configured address, believed only if signed, and installed so that one that does
//! not work never takes the place of one that does.
//!
//! A release is a tar archive with `marquee` in it; its manifest is JSON, and beside it, under the same address with `.minisig`,
//! lies a minisign signature whose trusted comment has `version:` and the version.

mod address;
mod boot;
mod deadline;
mod error;
mod fetch;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod handle;
mod layout;
mod manifest;
mod smoke;
mod status;
mod step_aside;
mod unpack;
mod version;

pub use deadline::Deadline;
pub use error::{Unavailable, UpdateError};
pub use handle::{Update, UpdateSettings};
pub use layout::RolledBack;
pub use manifest::Manifest;
pub use status::{UpdateState, UpdateStatus};
pub use step_aside::step_aside;
pub use version::Version;
