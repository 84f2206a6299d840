//! How good a copy is wanted, and how that is said to yt-dlp.

use std::fmt;
use std::str::FromStr;

use crate::base::quote::quoted;

/// Rows of pixels that sites offer.
const HEIGHTS: [u16; 8] = [144, 240, 360, 480, 720, 1_080, 1_440, 2_160];

/// Only what yt-dlp fetches through our proxy: for others it opens connections of its own, or starts programs that do.
const PROTOCOLS: &str = "[protocol~='^(https?|m3u8(_native)?|http_dash_segments(_generator)?)$']";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quality {
    #[default]
    Best,
    Worst,
    /// Sound without a picture, where the site has that.
    Audio,
    /// At most so many rows of pixels; of what is only there larger, the smallest.
    Height(u16),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no quality {0:?}: give best, worst, bestaudio, or one of {heights}", heights = heights())]
pub struct UnknownQuality(String);

fn heights() -> String {
    HEIGHTS.map(|height| format!("{height}p")).join(", ")
}

impl FromStr for Quality {
    type Err = UnknownQuality;

    fn from_str(text: &str) -> Result<Quality, UnknownQuality> {
        match text {
            "best" => Ok(Quality::Best),
            "worst" => Ok(Quality::Worst),
            "bestaudio" | "audio" => Ok(Quality::Audio),
            _ => {
                let known = HEIGHTS.into_iter().find(|height| format!("{height}p") == text);
                known.map(Quality::Height).ok_or_else(|| UnknownQuality(quoted(text)))
            }
        }
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quality::Best => f.write_str("best"),
            Quality::Worst => f.write_str("worst"),
            Quality::Audio => f.write_str("bestaudio"),
            Quality::Height(height) => write!(f, "{height}p"),
        }
    }
}

impl Quality {
    /// What yt-dlp calls a format selector.
    pub fn formats(self) -> String {
        match self {
            Quality::Best | Quality::Height(_) => format!("bv*{PROTOCOLS}+ba{PROTOCOLS}/b{PROTOCOLS}"),
            Quality::Worst => format!("wv*{PROTOCOLS}+wa{PROTOCOLS}/w{PROTOCOLS}"),
            Quality::Audio => format!("ba{PROTOCOLS}/b{PROTOCOLS}"),
        }
    }

    /// What comes first among several.
    pub fn order(self) -> Option<String> {
        match self {
            Quality::Height(height) => Some(format!("res:{height}")),
            Quality::Best | Quality::Worst | Quality::Audio => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_asked_for_is_written_as_it_is_read() {
        for text in ["best", "worst", "bestaudio", "144p", "720p", "1080p", "2160p"] {
            assert_eq!(text.parse::<Quality>().expect("known").to_string(), text);
        }
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for text in ["", "Best", "721p", "720", "p", "best/worst", "bestvideo+bestaudio", "-1p", "--exec=x"] {
            let error = text.parse::<Quality>().expect_err("refused");
            assert!(error.to_string().contains("1080p"), "{error}");
        }
    }

    #[test]
    fn only_the_web_is_fetched_from() {
        for quality in [Quality::Best, Quality::Worst, Quality::Audio, Quality::Height(720)] {
            let formats = quality.formats();
            let choices = formats.split(['/', '+']).filter(|choice| !choice.is_empty());
            assert!(
                choices.clone().count() > 1 && choices.into_iter().all(|choice| choice.ends_with(PROTOCOLS)),
                "{formats}"
            );
        }
    }
}
