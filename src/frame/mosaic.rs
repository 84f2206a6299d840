//! Small pictures made of lights: rows of colours as video frames, and where those of feeds lie.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::video::{Plane, Planes, VideoFrame};
use crate::show::ids::FeedId;
use crate::show::light::Rgb;
use crate::show::time::ShowTime;

/// Y, U and V one after the other.
struct Picture {
    bytes: Vec<u8>,
    width: usize,
    height: usize,
}

impl Planes for Picture {
    fn plane(&self, index: usize) -> Option<Plane<'_>> {
        let (luma, half) = (self.width * self.height, (self.width.div_ceil(2), self.height.div_ceil(2)));
        let chroma = half.0 * half.1;
        let (start, length, stride) = match index {
            0 => (0, luma, self.width),
            1 => (luma, chroma, half.0),
            2 => (luma + chroma, chroma, half.0),
            _ => return None,
        };
        Some(Plane { bytes: self.bytes.get(start..start + length)?, stride })
    }
}

/// Row after row of this width; where colours are missing it is black.
pub fn film(pixels: &[Rgb], (width, height): (usize, usize), at: ShowTime) -> Arc<VideoFrame> {
    let picture = Picture { bytes: yuv(pixels, width, height), width, height };
    let size = [width, height].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    Arc::new(VideoFrame::new((size[0], size[1]), (1, 1), at.micros(), Arc::new(picture)))
}

/// BT.709, limited range; chroma of each two by two, fewer at odd edges.
fn yuv(pixels: &[Rgb], width: usize, height: usize) -> Vec<u8> {
    let (across, down) = (width.div_ceil(2), height.div_ceil(2));
    let mut bytes = Vec::with_capacity(width * height + 2 * across * down);
    let luma = |[red, green, blue]: Rgb| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let pixel = |place: usize| pixels.get(place).copied().unwrap_or_default();
    bytes.extend((0..width * height).map(|place| (16.5 + 219.0 * luma(pixel(place))) as u8));
    let block = |x: usize, y: usize| {
        let places = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, below)| (2 * x + right, 2 * y + below));
        let inside = places.into_iter().filter(|(x, y)| *x < width && *y < height);
        let (sum, count) = inside.fold(([0.0; 3], 0.0), |(sum, count), (x, y)| {
            let pixel = pixel(y * width + x);
            (std::array::from_fn(|channel| sum[channel] + pixel[channel]), count + 1.0)
        });
        sum.map(|channel: f32| channel / count)
    };
    for (channel, scale) in [(2, 1.8556), (0, 1.5748)] {
        for (x, y) in (0..down).flat_map(|y| (0..across).map(move |x| (x, y))) {
            let pixel = block(x, y);
            bytes.push((128.5 + 224.0 * (pixel[channel] - luma(pixel)) / scale) as u8);
        }
    }
    bytes
}

/// The newest picture of one feed.
pub struct Mosaic {
    newest: ArcSwapOption<Shown>,
    wanted: AtomicBool,
}

struct Shown {
    until: ShowTime,
    film: Arc<VideoFrame>,
}

impl Mosaic {
    /// Some scene has it, on air or not: what came before it is seen is there when it is.
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    pub fn set_wanted(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::Relaxed);
    }

    pub fn put(&self, film: Arc<VideoFrame>, until: ShowTime) {
        self.newest.store(Some(Arc::new(Shown { until, film })));
    }

    pub fn clear(&self) {
        self.newest.store(None);
    }
}

/// Those of all feeds. Who receives writes, who paints looks, and neither waits for the other; what no scene has is not made.
#[derive(Default)]
pub struct Mosaics(ArcSwap<BTreeMap<FeedId, Arc<Mosaic>>>);

impl Mosaics {
    /// The same for whoever asks.
    pub fn of(&self, feed: &FeedId) -> Arc<Mosaic> {
        let new = Arc::new(Mosaic { newest: ArcSwapOption::empty(), wanted: AtomicBool::new(false) });
        self.0.rcu(|all| {
            let mut all = BTreeMap::clone(all);
            all.entry(feed.clone()).or_insert_with(|| new.clone());
            all
        });
        self.0.load().get(feed).cloned().unwrap_or(new)
    }

    pub fn keep_only(&self, is_kept: impl Fn(&FeedId) -> bool) {
        self.0.rcu(|all| {
            all.iter().filter(|(id, _)| is_kept(id)).map(|(id, one)| (id.clone(), one.clone())).collect::<BTreeMap<_, _>>()
        });
    }

    /// What is to be seen of it at that time, if anything.
    pub fn look(&self, feed: &FeedId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        let all = self.0.load();
        let newest = all.get(feed)?.newest.load();
        newest.as_ref().filter(|shown| at < shown.until).map(|shown| shown.film.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_there_until_its_time_is_over() {
        let (mosaics, id, at) = (Mosaics::default(), FeedId::new("desk").unwrap(), ShowTime(10_000_000));
        assert!(mosaics.look(&id, at).is_none(), "nobody receives it");
        assert!(!mosaics.of(&id).is_wanted());
        assert!(mosaics.look(&id, at).is_none(), "nothing has come");
        mosaics.of(&id).put(film(&[[1.0; 3]], (1, 1), at), ShowTime(11_000_000));
        assert_eq!(mosaics.look(&id, at).unwrap().planes()[0].bytes, [235]);
        assert!(mosaics.look(&id, ShowTime(11_000_000)).is_none(), "it is over");
        mosaics.keep_only(|_| false);
        assert!(mosaics.look(&id, at).is_none());
    }

    #[test]
    fn what_is_missing_of_a_row_is_black() {
        let film = film(&[[1.0; 3]; 3], (2, 2), ShowTime(0));
        assert_eq!(film.planes()[0].bytes, [235, 235, 235, 16]);
        assert_eq!(film.planes().map(|plane| plane.bytes.len()), [4, 1, 1]);
    }
}
