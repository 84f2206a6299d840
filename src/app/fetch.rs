//! Whether and how media are fetched from elsewhere.

use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::library::downloads::{Allowed, Downloads, Extractors, Search, Settings};
use crate::state::store::directory::DataDirectory;

use super::BadSetting;

/// None: it is off.
pub fn downloads(config: &Config, directory: &DataDirectory, clock: &Clock) -> anyhow::Result<Option<Downloads>> {
    if !config.downloads {
        return Ok(None);
    }
    let bad = |key: &'static str, why: String| BadSetting { key, why };
    let extractors = Extractors::parse(&config.download_sites).map_err(|error| bad("download_sites", error.to_string()))?;
    let allow_private = Allowed::parse(&config.download_hosts).map_err(|error| bad("download_hosts", error.to_string()))?;
    let search = if config.download_search { Search::On } else { Search::Off };
    let largest_bytes = config.max_upload_mb.saturating_mul(1024 * 1024);
    let settings = Settings {
        program: config.yt_dlp.clone(),
        allow_private,
        search,
        largest_bytes,
        spare_bytes: config.upload_spare_mb.saturating_mul(1024 * 1024),
        ..Settings::new(directory.downloads(), extractors)
    };
    Ok(Some(Downloads::start(settings, clock.clone())?))
}
