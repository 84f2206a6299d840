//! What can be wrong with a download. The words of yt-dlp are told on, without its advice for its own users.

use std::io;
use std::time::Duration;

use crate::base::quote::quoted;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DownloadError {
    #[error("this download is under way already")]
    Running,
    #[error("{limit} downloads are under way or waiting, and no more are possible: wait until one is done, or cancel one")]
    TooMany { limit: usize },
    #[error("the server is going down: begin the download again when it is back")]
    Closing,
    #[error("{0}")]
    Unavailable(String),
    #[error("yt-dlp needs ffmpeg for this, and it is not installed: apt install ffmpeg, or ask for another quality")]
    FfmpegMissing,
    #[error("the downloads can not be kept: {0}")]
    Storage(String),
    #[error("there is no room left on the disk for this download")]
    StorageFull,
    #[error("nothing is downloaded from {0}: only public addresses are fetched from, unless others are allowed by name")]
    AddressForbidden(String),
    #[error("there is nothing to download at this address: {0}")]
    NotFound(String),
    #[error("the site does not give this away: {0}")]
    Refused(String),
    #[error("downloads from this address are not possible: {0}")]
    Unsupported(String),
    #[error("there is nothing in this quality: ask for best, or for bestaudio")]
    NoSuchQuality,
    #[error("this is a live stream, which never ends: add it as an input instead")]
    Live,
    #[error("this is a list of {0}: give the address of one")]
    List(u64),
    #[error("the download is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the download took longer than {} minutes", limit.as_secs().div_ceil(60))]
    TooLong { limit: Duration },
    #[error("nothing came any more for {} seconds: try again, and it goes on where it was", after.as_secs())]
    Stalled { after: Duration },
    #[error("the site can not be reached, or broke off: {0}")]
    Unreachable(String),
    #[error("yt-dlp was stopped from outside: try again")]
    Interrupted,
    #[error("yt-dlp did not do what was expected of it: {0}")]
    Broken(String),
    #[error("the download failed: {0}")]
    Failed(String),
}

impl DownloadError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            DownloadError::Running => "download_running",
            DownloadError::TooMany { .. } => "too_many_downloads",
            DownloadError::Closing => "closing",
            DownloadError::Unavailable(_) | DownloadError::FfmpegMissing => "downloader_unavailable",
            DownloadError::Storage(_) => "storage_unavailable",
            DownloadError::StorageFull => "storage_full",
            DownloadError::AddressForbidden(_) => "address_forbidden",
            DownloadError::NotFound(_) => "download_not_found",
            DownloadError::Refused(_) => "download_refused",
            DownloadError::Unsupported(_) => "download_unsupported",
            DownloadError::NoSuchQuality => "quality_unavailable",
            DownloadError::Live => "download_is_live",
            DownloadError::List(_) => "download_is_list",
            DownloadError::TooLarge { .. } => "download_too_large",
            DownloadError::TooLong { .. } => "download_timeout",
            DownloadError::Stalled { .. } => "download_stalled",
            DownloadError::Unreachable(_) => "download_unreachable",
            DownloadError::Interrupted => "download_interrupted",
            DownloadError::Broken(_) => "downloader_broken",
            DownloadError::Failed(_) => "download_failed",
        }
    }

    /// Whether the same may succeed later: then what has come is kept, and the next try goes on from there.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            DownloadError::TooLong { .. }
                | DownloadError::Stalled { .. }
                | DownloadError::Unreachable(_)
                | DownloadError::Interrupted
                | DownloadError::Unavailable(_)
                | DownloadError::FfmpegMissing
                | DownloadError::StorageFull
                | DownloadError::Running
                | DownloadError::Closing
        )
    }
}

impl From<io::Error> for DownloadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DownloadError::StorageFull,
            _ => DownloadError::Storage(error.to_string()),
        }
    }
}

/// What an error of yt-dlp is about, by words that stand in it. They are not promised to stay, so whatever is not known is told
/// as it is.
type Meaning = fn(String) -> DownloadError;
const WORDS: &[(&[&str], Meaning)] = &[
    (&["No space left on device", "[Errno 28]", "Disk quota exceeded"], |_| DownloadError::StorageFull),
    (&["ffmpeg is not installed", "ffmpeg not found"], |_| DownloadError::FfmpegMissing),
    (&["Requested format is not available", "No video formats found"], |_| DownloadError::NoSuchQuality),
    (&["DRM", "Unsupported URL", "No suitable extractor", "is not a valid URL"], DownloadError::Unsupported),
    (
        &[
            "Private video",
            "members-only",
            "Sign in",
            "log in",
            "login",
            "HTTP Error 401",
            "HTTP Error 403",
            "HTTP Error 429",
        ],
        DownloadError::Refused,
    ),
    (&["not available in your country", "geo restrict", "HTTP Error 451"], DownloadError::Refused),
    (
        &["HTTP Error 404", "HTTP Error 410", "Video unavailable", "has been removed", "does not exist"],
        DownloadError::NotFound,
    ),
    (
        &[
            "HTTP Error 5",
            "timed out",
            "onnection",
            "resolve",
            "Giving up after",
            "IncompleteRead",
            "bytes read",
            "more expected",
            "Unable to connect",
        ],
        DownloadError::Unreachable,
    ),
];

/// `limit` is what a file may have in bytes.
pub fn understood(complaint: &str, limit: u64) -> DownloadError {
    if ["File too large", "[Errno 27]"].iter().any(|word| complaint.contains(word)) {
        return DownloadError::TooLarge { limit };
    }
    let known = WORDS.iter().find(|(words, _)| words.iter().any(|word| complaint.contains(word)));
    known.map_or(DownloadError::Failed as Meaning, |(_, meaning)| *meaning)(shortened(complaint))
}

/// Without what is said twice, and without the request to report it.
fn shortened(complaint: &str) -> String {
    let end = ["; please report", " (caused by ", "; Confirm you are"].iter().filter_map(|word| complaint.find(word)).min();
    quoted(complaint[..end.unwrap_or(complaint.len())].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(complaint: &str, code: &str) {
        let error = understood(complaint, 5);
        assert_eq!(error.code(), code, "{error}");
    }

    #[test]
    fn what_yt_dlp_complains_of_is_understood() {
        check(
            "[generic] x: Unable to download webpage: HTTP Error 404: Not Found (caused by <HTTPError 404>)",
            "download_not_found",
        );
        check("[youtube] x: Private video. Sign in if you've been granted access to this video", "download_refused");
        check("Unsupported URL: http://127.0.0.1/", "download_unsupported");
        check("No suitable extractor found for URL http://127.0.0.1/", "download_unsupported");
        check("[youtube] x: Requested format is not available. Use --list-formats", "quality_unavailable");
        check("unable to write data: [Errno 27] File too large", "download_too_large");
        check("unable to write data: [Errno 28] No space left on device", "storage_full");
        check("Unable to download video: HTTP Error 503: Service Unavailable", "download_unreachable");
        check("Unable to download webpage: <urlopen error timed out>", "download_unreachable");
        check(
            "You have requested merging of multiple formats but ffmpeg is not installed. Aborting",
            "downloader_unavailable",
        );
        check(
            "[download] Got error: Downloaded 3 bytes, expected 4 bytes. Giving up after 3 retries",
            "download_unreachable",
        );
        check("something new", "download_failed");
    }

    #[test]
    fn advice_for_others_is_left_out() {
        let complaint =
            "[x] y: broken; please report this issue on  https://github.com/yt-dlp/yt-dlp/issues?q= , filling out";
        assert_eq!(understood(complaint, 5), DownloadError::Failed("[x] y: broken".to_owned()));
        assert_eq!(shortened("a: b (caused by X('é'))"), "a: b");
    }
}
