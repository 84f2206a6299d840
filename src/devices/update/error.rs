//! What can be wrong with a newer version.

use std::io;
use std::path::Path;

use super::version::Version;

/// Why this machine can not update itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    #[error("no address of updates is configured: set update_url to look for newer versions")]
    NotConfigured,
    #[error("no public key is configured: without one nobody knows whose versions these are")]
    NoKeys,
    #[error("the public key number {0} is none of minisign's")]
    InvalidKey(usize),
    #[error("updates are fetched over https (http only from this machine itself)")]
    InsecureAddress,
    #[error("this is not installed as a release that \"current\" points to, so it can not be replaced")]
    NotInstalled,
}

impl Unavailable {
    pub fn code(&self) -> &'static str {
        match self {
            Unavailable::NotConfigured => "update_not_configured",
            Unavailable::NoKeys | Unavailable::InvalidKey(_) => "update_no_key",
            Unavailable::InsecureAddress => "update_insecure_address",
            Unavailable::NotInstalled => "update_not_installed",
        }
    }
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UpdateError {
    #[error("this machine can not update itself: {0}")]
    Unavailable(#[from] Unavailable),
    #[error("an update is going on already: wait until it is done")]
    Busy,
    #[error("there is no newer version to fetch: look for one first")]
    NothingAvailable,
    #[error("nothing is ready to be installed: download it first")]
    NothingReady,
    #[error("the newer version could not be fetched: {0}")]
    Unreachable(String),
    #[error("the download broke off; asked for again, it goes on from there: {0}")]
    Interrupted(String),
    #[error("what tells of newer versions can not be used: {0}")]
    InvalidManifest(&'static str),
    #[error("the signature is damaged, or is of a kind that is not accepted")]
    InvalidSignature,
    #[error("the signature is not by any of the configured keys, or not of this text: nothing was installed")]
    WrongSignature,
    #[error("the signature is of version {signed}, and the text tells of {told}: nothing was installed")]
    OtherVersion { signed: String, told: Version },
    #[error("version {offered} is older than {current}, which runs here: it is not installed")]
    Downgrade { offered: Version, current: Version },
    #[error("version {offered} can not be installed over {current}: install {min_from} first")]
    TooFar { offered: Version, current: Version, min_from: Version },
    #[error("the download is larger than was told")]
    TooLarge,
    #[error("the download is not what was signed: it was thrown away")]
    HashMismatch,
    #[error("the download can not be unpacked: {0}")]
    InvalidArchive(&'static str),
    #[error("the new version does not run here: {0}")]
    DoesNotRun(String),
    #[error("{path} can not be used: {why}")]
    Storage { path: String, why: String },
    #[error("this was broken off, because the server is going down")]
    BrokenOff,
}

impl UpdateError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            UpdateError::Unavailable(_) => "update_unavailable",
            UpdateError::Busy => "update_busy",
            UpdateError::NothingAvailable => "nothing_available",
            UpdateError::NothingReady => "nothing_ready",
            UpdateError::Unreachable(_) => "update_unreachable",
            UpdateError::Interrupted(_) => "download_interrupted",
            UpdateError::InvalidManifest(_) => "invalid_manifest",
            UpdateError::InvalidSignature => "invalid_signature",
            UpdateError::WrongSignature | UpdateError::OtherVersion { .. } => "wrong_signature",
            UpdateError::Downgrade { .. } => "update_downgrade",
            UpdateError::TooFar { .. } => "update_too_far",
            UpdateError::TooLarge => "update_too_large",
            UpdateError::HashMismatch => "hash_mismatch",
            UpdateError::InvalidArchive(_) => "invalid_archive",
            UpdateError::DoesNotRun(_) => "update_does_not_run",
            UpdateError::Storage { .. } => "update_storage",
            UpdateError::BrokenOff => "closing",
        }
    }

    pub(super) fn storage(path: &Path) -> impl Fn(io::Error) -> UpdateError {
        let path = path.display().to_string();
        move |error| UpdateError::Storage { path: path.clone(), why: error.to_string() }
    }
}
