//! Downloads: yt-dlp fetches what was decided elsewhere, one job in one folder, and tells how far it is and what came of it.
//!
//! Which jobs there are is kept in the show; here is only what runs. Neither the address nor the site behind it is trusted:
//! the address is checked (`address`) and can not become an option (`arguments`), what yt-dlp says is bounded and parsed totally
//! (`line`), all that it fetches goes through a proxy of ours that knows public addresses only (`proxy`), and a file counts only
//! when it lies in the job's own folder (`folder`). Nothing of this runs unless somebody starts it.

mod address;
mod arguments;
mod child;
mod error;
mod extractors;
mod find;
mod folder;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod id;
mod job;
mod line;
mod pipe;
mod progress;
mod proxy;
mod quality;
mod run;
mod search;
mod settings;
mod version;
mod watch;

#[cfg(test)]
mod tests;

pub use address::{Address, AddressError};
pub use error::DownloadError;
pub use extractors::{Extractors, ExtractorsError};
pub use id::{InvalidJobId, JobId};
pub use job::{Job, Outcome};
pub use progress::{Progress, Stage};
pub use proxy::{Allowed, AllowedError};
pub use quality::{Quality, UnknownQuality};
pub use run::{Begun, Downloads};
pub use search::{Found, Query, SearchError};
pub use settings::{Search, Settings};
pub use version::Present;
pub use watch::Product;
