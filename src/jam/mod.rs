//! Jams: rooms where several people play together. State travels; what is heard and lit is made where it comes out.
//!
//! A wish (`ask`) goes to the keeper's thread, is decided (`decide`), written to the disk (`store`), happens (`evolve`), and is told
//! (`room`, `wire`). Whoever holds the same events and the same time has the same jam.

pub mod ask;
pub mod decide;
pub mod evolve;
pub mod fingerprint;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
pub mod hall;
mod hosted;
pub mod keeper;
pub mod lease;
pub mod node;
pub mod recording;
pub mod refused;
pub mod replay;
pub mod room;
mod sizes;
pub mod store;
mod token;
pub mod wire;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
