//! A line that yt-dlp says. Sites choose parts of what stands in it, so whatever is not understood is nothing, and what is kept of
//! it is short. Standard output brings what we asked to be printed; errors come on the other one, and nothing there is believed to
//! be anything else.

use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::arguments::{DONE, FOUND, INFO, PROGRESS, STEP};
use super::search::Found;
use crate::base::quote::quoted;

/// Of a title, in characters: it is for people only.
const LONGEST_TITLE: usize = 300;
/// An id, an ending, the name of a site or of a step: longer ones are nothing that we could use.
const LONGEST_NAME: usize = 300;
const LONGEST_ADDRESS: usize = 2_048;

#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    Progress(Moved),
    Step(Step),
    Info(Info),
    Done(Done),
    Found(Found),
    Error(String),
    /// Nothing that we know.
    Other,
}

/// How far the download of a file is. What is not known is not there.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Moved {
    pub status: String,
    pub downloaded_bytes: Option<f64>,
    pub total_bytes: Option<f64>,
    pub total_bytes_estimate: Option<f64>,
    pub speed: Option<f64>,
    pub eta: Option<f64>,
    pub fragment_index: Option<f64>,
    pub fragment_count: Option<f64>,
}

/// What is done with files that are there.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Step {
    pub status: String,
    pub postprocessor: String,
}

/// What is about to be downloaded.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Info {
    pub id: String,
    pub title: Option<String>,
    pub ext: String,
    pub duration: Option<f64>,
    pub extractor: String,
    pub webpage_url: Option<String>,
    pub is_live: Option<bool>,
    pub playlist_count: Option<u64>,
}

/// What was downloaded, as yt-dlp says: whether the file is there is looked at elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Done {
    pub id: String,
    pub title: Option<String>,
    pub filepath: PathBuf,
    pub ext: String,
    pub duration: Option<f64>,
    pub webpage_url: Option<String>,
}

pub fn printed(line: &[u8]) -> Line {
    let Some((kind, rest)) = str::from_utf8(line).ok().and_then(|line| line.trim().split_once(' ')) else {
        return Line::Other;
    };
    let line = match kind {
        PROGRESS => read(rest).map(Line::Progress),
        STEP => read(rest).map(Line::Step),
        INFO => read::<Info>(rest).map(|info| Line::Info(info.bounded())),
        DONE => read::<Done>(rest).map(|done| Line::Done(done.bounded())),
        FOUND => Found::read(rest).map(Line::Found),
        _ => None,
    };
    line.unwrap_or(Line::Other)
}

pub fn complained(line: &[u8]) -> Line {
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    if let Some(error) = text.strip_prefix("ERROR:") {
        return Line::Error(quoted(error.trim()));
    }
    match text.split_once(' ') {
        Some((STEP, rest)) => read(rest).map_or(Line::Other, Line::Step),
        _ => Line::Other,
    }
}

/// A list would be taken for a struct, too.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

impl Info {
    fn bounded(self) -> Info {
        let Info { id, title, ext, duration, extractor, webpage_url, is_live, playlist_count } = self;
        Info {
            id: name(id),
            title: title.map(|title| presentable(&title)),
            ext: ending(ext),
            duration: duration.filter(is_length),
            extractor: name(extractor),
            webpage_url: webpage_url.filter(|url| url.len() <= LONGEST_ADDRESS),
            is_live,
            playlist_count,
        }
    }
}

impl Done {
    fn bounded(self) -> Done {
        let Done { id, title, filepath, ext, duration, webpage_url } = self;
        Done {
            id: name(id),
            title: title.map(|title| presentable(&title)),
            filepath,
            ext: ending(ext),
            duration: duration.filter(is_length),
            webpage_url: webpage_url.filter(|url| url.len() <= LONGEST_ADDRESS),
        }
    }
}

/// Titles are hostile text as much as any other: one line, and not a long one.
pub fn presentable(title: &str) -> String {
    title.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_TITLE).collect::<String>().trim().to_owned()
}

fn name(text: String) -> String {
    if text.len() <= LONGEST_NAME { text } else { String::new() }
}

fn ending(text: String) -> String {
    let is_usual = text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_usual { text } else { String::new() }
}

/// In seconds; a year of sound is none.
pub fn is_length(seconds: &f64) -> bool {
    (0.0..31_536_000.0).contains(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_to_be_printed_is_read() {
        let line = printed(br#"DL {"status": "downloading", "downloaded_bytes": 1024, "total_bytes": 2048, "speed": 10.5}"#);
        let Line::Progress(moved) = line else { panic!("{line:?}") };
        assert_eq!((moved.downloaded_bytes, moved.total_bytes, moved.eta), (Some(1024.0), Some(2048.0), None));
        let line = printed(
            "DONE {\"id\": \"a\", \"title\": \"Ü\\u0007\", \"filepath\": \"/x/a.mp4\", \"ext\": \"mp4\"}\r".as_bytes(),
        );
        let Line::Done(done) = line else { panic!("{line:?}") };
        assert_eq!((done.title.as_deref(), done.filepath.to_str(), done.ext.as_str()), (Some("Ü"), Some("/x/a.mp4"), "mp4"));
        let line = printed(br#"INFO {"id": "a", "is_live": true, "playlist_count": 3, "duration": null, "unknown": []}"#);
        let Line::Info(info) = line else { panic!("{line:?}") };
        assert_eq!((info.is_live, info.playlist_count, info.duration), (Some(true), Some(3), None));
    }

    #[test]
    fn errors_and_steps_come_on_the_other_pipe() {
        assert_eq!(complained(b"ERROR: [generic] x: not found\n"), Line::Error("[generic] x: not found".to_owned()));
        assert_eq!(complained(b"ERROR: \xff"), Line::Error("\u{fffd}".to_owned()));
        assert_eq!(complained(b"ERROR: \r[download] Got error: x"), Line::Error("[download] Got error: x".to_owned()));
        let line = complained(br#"PP {"status": "started", "postprocessor": "Merger"}"#);
        assert!(matches!(line, Line::Step(step) if step.postprocessor == "Merger"));
    }

    #[test]
    fn a_text_that_looks_like_something_else_is_nothing() {
        // An error may repeat whatever a site says, also several lines of it.
        assert_eq!(complained(br#"DONE {"id": "a", "filepath": "/etc/passwd"}"#), Line::Other);
        assert_eq!(printed(b"ERROR: nothing was wrong"), Line::Other);
        for garbage in
            ["", "DL", "DL ", "DL {", "DL []", "DL {\"speed\": \"fast\"}", "DL {\"eta\": NaN}", "DONE 5", "done {}"]
        {
            assert_eq!(printed(garbage.as_bytes()), Line::Other, "{garbage}");
        }
        assert_eq!(printed(b"DONE {\"id\": \"\xff\"}"), Line::Other);
    }

    #[test]
    fn what_is_kept_is_short() {
        let long = "x".repeat(5_000);
        let line = format!(
            r#"INFO {{"id": "{long}", "title": "{long}", "ext": "../../x", "webpage_url": "{long}", "duration": 1e300}}"#
        );
        let Line::Info(info) = printed(line.as_bytes()) else { panic!() };
        assert_eq!(info.title.map(|title| title.len()), Some(LONGEST_TITLE));
        assert_eq!((info.id.as_str(), info.ext.as_str(), info.webpage_url, info.duration), ("", "", None, None));
        let Line::Error(error) = complained(format!("ERROR: {long}").as_bytes()) else { panic!() };
        assert!(error.len() < 500);
    }
}
