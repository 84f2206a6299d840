//! Jams: rooms where several people play together. State travels; what is heard and lit is made where it comes out.
pub mod ask;
pub mod decide;
pub mod evolve;
pub mod refused;
pub mod wire;
