//! What a file says of itself: who plays what, and the picture that goes with it. Whoever made the file wrote it, so each word is bounded
//! and can neither steer a terminal nor turn the line around.

use gstreamer::prelude::*;
use gstreamer::tags::{Album, AlbumArtist, Artist, Date, DateTime, Genre, Image, PreviewImage, Title, TrackNumber};
use gstreamer::{SampleRef, TagListRef};

use crate::show::media::MAX_TAG;

/// Larger covers are no covers.
const LARGEST_COVER: usize = 16 << 20;
const YEARS: std::ops::RangeInclusive<i32> = 1_000..=9_999;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    pub title: Option<String>,
    pub artist: Option<String>,
    pub album: Option<String>,
    pub track: Option<u32>,
    pub genre: Option<String>,
    pub year: Option<u16>,
    /// The file of a picture, of whatever kind it is.
    pub cover: Option<Vec<u8>>,
}

impl Tags {
    /// What is known already stays: a file's own words come before those of its streams.
    pub(super) fn add(&mut self, list: &TagListRef) {
        let told = |text: Option<&str>| text.and_then(plain);
        keep(&mut self.title, || told(list.get::<Title>().as_ref().map(|tag| tag.get())));
        keep(&mut self.artist, || told(list.get::<Artist>().as_ref().map(|tag| tag.get())));
        keep(&mut self.artist, || told(list.get::<AlbumArtist>().as_ref().map(|tag| tag.get())));
        keep(&mut self.album, || told(list.get::<Album>().as_ref().map(|tag| tag.get())));
        keep(&mut self.genre, || told(list.get::<Genre>().as_ref().map(|tag| tag.get())));
        keep(&mut self.track, || list.get::<TrackNumber>().map(|tag| tag.get()).filter(|number| *number > 0));
        keep(&mut self.year, || year(list));
        keep(&mut self.cover, || cover(list));
    }
}

fn keep<T>(known: &mut Option<T>, found: impl FnOnce() -> Option<T>) {
    if known.is_none() {
        *known = found();
    }
}

/// Without what can not be seen, or would change how the rest is read. None if nothing is left.
fn plain(text: &str) -> Option<String> {
    let is_seen = |character: &char| !character.is_control() && !steers(*character);
    let text: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(is_seen).take(MAX_TAG).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Marks that turn the direction of writing around, and others that have no shape.
fn steers(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

fn year(list: &TagListRef) -> Option<u16> {
    let whole = list.get::<DateTime>().and_then(|tag| tag.get().has_year().then(|| tag.get().year()));
    let day = || list.get::<Date>().map(|tag| i32::from(tag.get().year()));
    whole.or_else(day).filter(|year| YEARS.contains(year)).and_then(|year| u16::try_from(year).ok())
}

/// The front cover, if one is called that; else the first picture there is.
fn cover(list: &TagListRef) -> Option<Vec<u8>> {
    let pictures = || list.iter_tag::<Image>().map(|tag| tag.get());
    let is_front = |sample: &gstreamer::Sample| {
        let kind = sample.info().and_then(|info| info.value("image-type").ok()?.serialize().ok());
        kind.is_some_and(|kind| kind == "front-cover")
    };
    let front = pictures().find(is_front).and_then(|sample| bytes_of(&sample));
    front
        .or_else(|| pictures().find_map(|sample| bytes_of(&sample)))
        .or_else(|| bytes_of(&list.get::<PreviewImage>()?.get()))
}

fn bytes_of(sample: &SampleRef) -> Option<Vec<u8>> {
    let buffer = sample.buffer()?;
    if !(1..=LARGEST_COVER).contains(&buffer.size()) {
        return None;
    }
    Some(buffer.map_readable().ok()?.as_slice().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_bounded_and_steer_nothing() {
        assert_eq!(plain("  Für\u{202e} Elise\u{0}\n☃ ").as_deref(), Some("Für Elise ☃"));
        assert_eq!(plain("\u{200b}\u{1b}\t"), None);
        assert_eq!(plain(&"ä".repeat(500)).map(|text| text.chars().count()), Some(MAX_TAG));
    }

    #[test]
    fn what_came_first_stays() {
        crate::gst::start().unwrap();
        let mut tags = Tags::default();
        let mut list = gstreamer::TagList::new();
        {
            let list = list.get_mut().unwrap();
            list.add::<Title>(&"one", gstreamer::TagMergeMode::Append);
            list.add::<TrackNumber>(&0, gstreamer::TagMergeMode::Append);
        }
        tags.add(&list);
        let mut other = gstreamer::TagList::new();
        other.get_mut().unwrap().add::<Title>(&"two", gstreamer::TagMergeMode::Append);
        other.get_mut().unwrap().add::<TrackNumber>(&7, gstreamer::TagMergeMode::Append);
        tags.add(&other);
        assert_eq!((tags.title.as_deref(), tags.track, tags.cover), (Some("one"), Some(7), None));
    }
}
