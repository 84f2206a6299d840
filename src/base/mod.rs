//! What everyone stands on.

pub mod clock;
pub mod status;
pub mod tasks;
pub mod vitals;
