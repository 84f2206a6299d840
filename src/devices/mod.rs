//! What this machine has besides pictures, light and sound.

pub mod nfc;
