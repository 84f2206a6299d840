//! Looking for something by words, with yt-dlp's search of YouTube: what may be asked, and what an answer says.

use serde::Deserialize;

use super::line::{is_length, presentable, read};

pub const MOST_RESULTS: usize = 20;
const LONGEST_QUERY: usize = 200;
const LONGEST_ID: usize = 64;
const LONGEST_ADDRESS: usize = 2_048;

/// One line of words, and how many answers are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    words: String,
    most: usize,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SearchError {
    #[error("give words to look for: 1 to {LONGEST_QUERY} characters, in one line")]
    Query,
    #[error("between 1 and {MOST_RESULTS} results can be asked for")]
    Count,
    #[error("searching is not enabled on this server")]
    Disabled,
    #[error("too many searches are under way: try again in a moment")]
    TooMany,
    #[error("{0}")]
    Unavailable(String),
    #[error("the search took too long: try again later")]
    Timeout,
    #[error("the search failed: {0}")]
    Failed(String),
}

impl SearchError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            SearchError::Query | SearchError::Count => "invalid_query",
            SearchError::Disabled => "search_disabled",
            SearchError::TooMany => "too_many_searches",
            SearchError::Unavailable(_) => "downloader_unavailable",
            SearchError::Timeout => "search_timeout",
            SearchError::Failed(_) => "video_search_failed",
        }
    }
}

impl Query {
    pub fn new(words: &str, most: usize) -> Result<Query, SearchError> {
        let words = words.trim();
        if words.is_empty() || words.chars().count() > LONGEST_QUERY || words.contains(char::is_control) {
            return Err(SearchError::Query);
        }
        if !(1..=MOST_RESULTS).contains(&most) {
            return Err(SearchError::Count);
        }
        Ok(Query { words: words.to_owned(), most })
    }

    pub fn words(&self) -> &str {
        &self.words
    }

    pub fn most(&self) -> usize {
        self.most
    }
}

/// What is not known is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub id: String,
    pub title: String,
    pub duration_ms: Option<u64>,
    pub thumbnail_url: Option<String>,
    pub channel: Option<String>,
    pub view_count: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    id: String,
    title: Option<String>,
    duration: Option<f64>,
    thumbnails: Option<Vec<Thumbnail>>,
    channel: Option<String>,
    view_count: Option<f64>,
}

#[derive(Deserialize)]
struct Thumbnail {
    url: String,
}

impl Found {
    /// What has no usable id can not be downloaded, so it is no result.
    pub fn read(json: &str) -> Option<Found> {
        let Said { id, title, duration, thumbnails, channel, view_count } = read(json)?;
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(is_usual) {
            return None;
        }
        let is_web = |url: &String| url.starts_with("https://") && url.len() <= LONGEST_ADDRESS && url.is_ascii();
        Some(Found {
            title: title.map_or_else(|| id.clone(), |title| presentable(&title)),
            duration_ms: duration.filter(is_length).map(|seconds| (seconds * 1_000.0) as u64),
            // They go from small to large.
            thumbnail_url: thumbnails.unwrap_or_default().into_iter().map(|thumbnail| thumbnail.url).rfind(is_web),
            channel: channel.map(|channel| presentable(&channel)),
            view_count: view_count.filter(|count| *count >= 0.0).map(|count| count as u64),
            id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_what_youtube_says_of_it() {
        let found = Found::read(
            r#"{"id": "abc-_1", "title": "A\nB", "duration": 61.5, "channel": "C", "view_count": 12,
                "thumbnails": [{"url": "https://i.example/s.jpg", "height": 1}, {"url": "https://i.example/l.jpg"}, {"url": "http://x/"}]}"#,
        )
        .expect("a result");
        assert_eq!((found.id.as_str(), found.title.as_str(), found.duration_ms), ("abc-_1", "A B", Some(61_500)));
        assert_eq!(found.thumbnail_url.as_deref(), Some("https://i.example/l.jpg"));
        assert_eq!((found.channel.as_deref(), found.view_count), (Some("C"), Some(12)));
    }

    #[test]
    fn what_is_not_said_is_not_there() {
        let found = Found::read(r#"{"id": "abc", "duration": null, "thumbnails": [], "view_count": -1}"#).expect("a result");
        assert_eq!(found, Found { id: "abc".to_owned(), title: "abc".to_owned(), ..Found::default() });
        for nothing in ["", "{}", r#"{"id": ""}"#, r#"{"id": "../x"}"#, r#"{"id": 5}"#, "[]"] {
            assert_eq!(Found::read(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn queries_are_one_line_and_bounded() {
        assert_eq!(Query::new(" cats ", 5).map(|query| query.words), Ok("cats".to_owned()));
        for words in ["", "  ", "a\nb", "a\0", &"x".repeat(201)] {
            assert_eq!(Query::new(words, 5), Err(SearchError::Query));
        }
        assert_eq!(Query::new("cats", 0), Err(SearchError::Count));
        assert_eq!(Query::new("cats", MOST_RESULTS + 1), Err(SearchError::Count));
    }
}
