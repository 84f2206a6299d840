//! What the machine and this program say of themselves, and how both are started anew.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod heat;
mod info;
mod layer;
mod line;
#[cfg(feature = "wifi")]
mod login;
mod power;
mod restart;
mod ring;

pub use heat::Heat;
pub use info::{Disk, Load, Memory, SystemInfo, SystemInfoSource};
pub use layer::RingLayer;
pub use line::{LogLevel, LogLine};
pub use power::{Asked, Power, PowerAction, PowerError, PowerSettings};
pub use restart::{EXIT_CODE, Restart, RestartRefused};
pub use ring::{LogRing, RingBounds};
