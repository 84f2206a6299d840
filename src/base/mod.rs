//! What everyone stands on.

pub mod clock;
pub mod config;
pub mod memory;
pub mod quote;
pub mod status;
pub mod tasks;
pub mod telemetry;
pub mod vitals;
