//! Pictures of the library that animations show: read by a thread of its own, made small, and kept while somebody shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::base::tasks::{StopFlag, spawn_thread};
use crate::effect::senses::Film;
use crate::media::small::small;
use crate::show::asset::{Asset, Format};
use crate::show::ids::AssetId;

/// The longer side of what is kept: more than any matrix of LEDs that is seen as a picture.
const SIDE: u32 = 128;
/// Of a moving picture.
const MOST_FRAMES: usize = 600;
/// Pixels of all frames of all that are kept: 192 MB.
const MOST_PIXELS: usize = 16 << 20;
const PATIENCE: Duration = Duration::from_millis(200);

type Wanted = BTreeMap<String, (String, Format)>;
/// By the names of their assets.
pub type Read = BTreeMap<String, Arc<Film>>;

#[derive(Default)]
struct Shelf {
    /// Of each who asks: files by the names of their assets.
    wanted: ArcSwap<Vec<Arc<ArcSwap<Wanted>>>>,
    read: ArcSwap<Read>,
}

/// For a thread that computes animations, of lights or of the picture; it never waits for a file.
pub struct Films {
    shelf: Arc<Shelf>,
    own: Arc<ArcSwap<Wanted>>,
    asked: BTreeSet<String>,
    /// What there was to be found then.
    assets: Arc<BTreeMap<AssetId, Arc<Asset>>>,
    reader: Thread,
}

impl Films {
    /// Starts the thread `films`.
    pub fn start(directory: PathBuf, stop: StopFlag) -> io::Result<(Films, JoinHandle<()>)> {
        let shelf = Arc::new(Shelf::default());
        let own = shelf.clone();
        let thread = spawn_thread("films", move || {
            while !stop.is_set() {
                read_what_is_wanted(&own, &directory);
                std::thread::park_timeout(PATIENCE);
            }
        })?;
        Ok((Self::of(shelf, thread.thread().clone()), thread))
    }

    /// For another thread. What both want is read once.
    pub fn another(&self) -> Films {
        Self::of(self.shelf.clone(), self.reader.clone())
    }

    fn of(shelf: Arc<Shelf>, reader: Thread) -> Films {
        let own = Arc::new(ArcSwap::from_pointee(Wanted::new()));
        shelf.wanted.rcu(|all| all.iter().chain([&own]).cloned().collect::<Vec<_>>());
        Films { shelf, own, asked: BTreeSet::new(), assets: Arc::default(), reader }
    }

    /// Asks for what is not there yet, and gives what is.
    pub fn wanted<'a, I: Iterator<Item = &'a str>>(
        &mut self,
        wanted: impl Fn() -> I,
        assets: &Arc<BTreeMap<AssetId, Arc<Asset>>>,
    ) -> arc_swap::Guard<Arc<Read>> {
        let is_same = Arc::ptr_eq(&self.assets, assets)
            && wanted().all(|id| self.asked.contains(id))
            && self.asked.iter().all(|id| wanted().any(|wanted| wanted == id));
        if !is_same {
            self.assets = assets.clone();
            self.asked = wanted().map(str::to_owned).collect();
            let file = |id: &String| {
                let asset = assets.get(id.as_str())?;
                Some((id.clone(), (asset.file_name(), asset.format)))
            };
            self.own.store(Arc::new(self.asked.iter().filter_map(file).collect()));
            self.reader.unpark();
        }
        self.shelf.read.load()
    }
}

fn read_what_is_wanted(shelf: &Shelf, directory: &Path) {
    let askers = shelf.wanted.load_full();
    let wanted: Wanted = askers.iter().flat_map(|asker| Wanted::clone(&asker.load())).collect();
    let mut read = Read::clone(&shelf.read.load());
    if wanted.keys().eq(read.keys()) {
        return;
    }
    read.retain(|id, _| wanted.contains_key(id));
    for (id, (file, format)) in &wanted {
        if !read.contains_key(id) {
            let kept: usize = read.values().map(|film| pixels(film)).sum();
            let path = directory.join(file);
            let film = catch_unwind(|| film(&path, *format)).unwrap_or_else(|_| Err("its reader has failed".to_owned()));
            let film = film.and_then(|film| {
                let too_much = kept + pixels(&film) > MOST_PIXELS;
                if too_much { Err("animations show too many pictures at once".to_owned()) } else { Ok(film) }
            });
            let told = |error: &String| tracing::warn!(asset = %id, error, "animations can not show an asset");
            read.insert(id.clone(), Arc::new(film.inspect_err(told).unwrap_or_default()));
            // The next may take long.
            shelf.read.store(Arc::new(read.clone()));
        }
    }
    shelf.read.store(Arc::new(read));
}

fn pixels(film: &Film) -> usize {
    film.frames.iter().map(|(pixels, _)| pixels.len()).sum()
}

/// Where something can be seen through it, it is dark.
fn film(path: &Path, format: Format) -> Result<Film, String> {
    let small = small(path, format, SIDE, MOST_FRAMES)?;
    let light = |[red, green, blue, alpha]: &[u8; 4]| {
        [red, green, blue].map(|channel| f32::from(*channel) * f32::from(*alpha) / (255.0 * 255.0))
    };
    let frame = |(rgba, millis): (Vec<u8>, u32)| (rgba.as_chunks::<4>().0.iter().map(light).collect(), millis);
    Ok(Film { width: small.width, height: small.height, frames: small.frames.into_iter().map(frame).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read_also_when_it_comes_after_it_was_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let stop = StopFlag::default();
        stop.stop();
        let (mut films, reading) = Films::start(folder.path().to_owned(), stop).unwrap();
        reading.join().unwrap();
        let asset = |bytes: u64| Asset {
            id: AssetId::new("0a").unwrap(),
            name: "red.png".to_owned(),
            kind: crate::show::asset::AssetKind::Image,
            format: Format::Png,
            width: 2,
            height: 1,
            bytes,
            duration_ms: None,
            has_alpha: false,
            animated: false,
            families: Vec::new(),
            details: None,
        };
        image::RgbImage::from_pixel(2, 1, image::Rgb([255, 0, 0])).save(folder.path().join(asset(0).file_name())).unwrap();
        let wanted = || ["0a"].into_iter();
        assert!(films.wanted(wanted, &Arc::default()).is_empty());
        let assets = Arc::new(BTreeMap::from([(asset(1).id.clone(), Arc::new(asset(1)))]));
        films.wanted(wanted, &assets);
        read_what_is_wanted(&films.shelf, folder.path());
        assert_eq!(films.wanted(wanted, &assets)["0a"].frame(0.0), [[1.0, 0.0, 0.0]; 2]);
        let mut other = films.another();
        films.wanted(|| [].into_iter(), &assets);
        other.wanted(wanted, &assets);
        read_what_is_wanted(&films.shelf, folder.path());
        assert_eq!(films.wanted(|| [].into_iter(), &assets).len(), 1, "one of them wants it still");
        other.wanted(|| [].into_iter(), &assets);
        read_what_is_wanted(&films.shelf, folder.path());
        assert!(films.wanted(|| [].into_iter(), &assets).is_empty());
    }
}
