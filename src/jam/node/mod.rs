//! A node that joins jams of other servers, and renders them to what hangs on it.

pub mod link;
mod mirror;
pub mod status;
