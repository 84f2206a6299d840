//! Paints the multiview, one picture at a time. Here everything happens on one thread and in one go: what is missing is prepared,
//! then the scene is planned and painted like any other.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::derive::{Multiview, multiview_of};
use super::meters::Heard;
use crate::base::clock::Stopwatch;
use crate::frame::picture::Frame;
use crate::frame::sight::Sight;
use crate::frame::video::{Films, Plane, Planes, VideoFrame};
use crate::picture::agenda::{needs_on, tables_of, taken};
use crate::picture::buffers::Buffers;
use crate::picture::easel::Easel;
use crate::picture::list::DisplayList;
use crate::picture::need::PictureKey;
use crate::picture::pictures::Pictures;
use crate::picture::place::Ground;
use crate::picture::plan::plan_scene;
use crate::picture::studio::Studio;
use crate::show::Show;
use crate::show::geometry::Canvas;
use crate::show::ids::{AssetId, FeedId, InputId};
use crate::show::lit::Lit;
use crate::show::time::{Fps, ShowTime};

/// The last one, one being painted, one that waits, and two with whoever encodes them.
pub const BUFFERS: usize = 5;
/// Preparing goes on with the next picture after so long: the first one comes soon, and fills up.
const AT_ONCE: Duration = Duration::from_millis(100);
/// All of it is on one sheet, so this is much; beyond it layers are left out.
const MOST_BYTES: usize = 64 << 20;

/// Kept from picture to picture, so that only what differs is prepared and painted.
pub struct Wall {
    buffers: Buffers,
    easel: Easel,
    list: DisplayList,
    pictures: Pictures,
    /// What the picture before this one needed: it may stand in for what is not ready.
    before: Vec<PictureKey>,
    studio: Studio,
    program: Option<(Frame, Arc<VideoFrame>)>,
}

impl Wall {
    pub fn new(sheet: Canvas, assets_dir: &Path) -> Wall {
        Wall {
            buffers: Buffers::new(sheet, BUFFERS),
            // One thread: the others are the program's.
            easel: Easel::new(1),
            list: DisplayList::default(),
            pictures: Pictures::default(),
            before: Vec::new(),
            studio: Studio::new(assets_dir.to_owned()),
            program: None,
        }
    }

    pub fn sheet(&self) -> Canvas {
        self.buffers.canvas()
    }

    /// Of the program's frames none is held any more.
    pub fn let_go(&mut self) {
        self.program = None;
        self.list.begin(self.buffers.canvas());
    }

    /// Costly filters on what moves.
    pub fn leave_out_filters(&mut self, is_hurried: bool) {
        self.list.leave_out_filters(is_hurried);
    }

    #[cfg(test)]
    pub fn is_missing_pictures(&self) -> bool {
        self.list.is_missing_pictures()
    }

    /// The show around a frame of its program. None while all buffers are with others.
    pub fn paint(&mut self, show: &Show, program: &Frame, heard: &Heard, films: &dyn Films) -> Option<Frame> {
        let multiview = multiview_of(show, self.sheet(), heard)?;
        let at = show.stream.picture_time(program.at);
        let times = (at, taken(&multiview.show, &multiview.scene.id));
        self.prepare(&multiview, times);
        let films = Hung { name: &multiview.program, program: self.film_of(program), films };
        let scene = (&multiview.scene.id, self.sheet());
        plan_scene(&multiview.show, scene, times, &self.pictures, &films, &mut self.list);
        let due = (program.number, program.at);
        match self.buffers.same(&self.list) {
            Some(last) => Some(last.again(due.0, due.1)),
            None => self.buffers.paint(&self.list, &self.pictures, &mut self.easel, due),
        }
    }

    fn prepare(&mut self, multiview: &Multiview, times: (ShowTime, ShowTime)) {
        let show = &multiview.show;
        self.studio.follow(show);
        self.studio.lay_out(&tables_of(show), &mut self.pictures);
        let (watch, mut bytes, mut is_busy) = (Stopwatch::start(), 0, false);
        let mut keys = Vec::new();
        for need in needs_on(show, (&multiview.scene, Ground::of_canvas(self.sheet())), times) {
            bytes += need.estimated_bytes();
            if bytes > MOST_BYTES {
                break;
            }
            if !self.pictures.has(need.key) {
                is_busy = true;
                if watch.elapsed() > AT_ONCE {
                    continue;
                }
                self.pictures.insert(&need, self.studio.make(&need));
            }
            self.pictures.show_meanwhile(need.layer, need.key);
            keys.push(need.key);
        }
        let before = std::mem::replace(&mut self.before, keys.clone());
        keys.extend(before);
        self.pictures.keep_only(&keys);
        if !is_busy {
            self.studio.rest();
        }
    }

    /// The same for the same picture, so that what has not changed is not painted again.
    fn film_of(&mut self, program: &Frame) -> Arc<VideoFrame> {
        if let Some((known, film)) = &self.program
            && known.same_picture(program)
        {
            return film.clone();
        }
        let canvas = program.layout().canvas;
        let planes = Arc::new(Program(program.clone()));
        let film = Arc::new(VideoFrame::new((canvas.width, canvas.height), (1, 1), program.at.micros(), planes));
        self.program = Some((program.clone(), film.clone()));
        film
    }
}

/// A frame of the program, looked at as if it had been decoded.
struct Program(Frame);

impl Planes for Program {
    fn plane(&self, index: usize) -> Option<Plane<'_>> {
        let layout = self.0.layout();
        let stride = if index == 0 { layout.luma_stride } else { layout.chroma_stride };
        let bytes = *self.0.planes().get(index)?;
        Some(Plane { bytes, stride })
    }
}

/// What moves on the wall: the program, and whatever the show has.
struct Hung<'a> {
    name: &'a InputId,
    program: Arc<VideoFrame>,
    films: &'a dyn Films,
}

impl Films for Hung<'_> {
    fn film(&self, input: &InputId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        if input == self.name { Some(self.program.clone()) } else { self.films.film(input, at) }
    }

    fn moving(&self, asset: &AssetId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.films.moving(asset, at)
    }

    fn lit(&self, lit: Lit<'_>, fps: Fps, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.films.lit(lit, fps, at)
    }

    fn feed(&self, feed: &FeedId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.films.feed(feed, at)
    }

    fn stinger(&self, asset: &AssetId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.films.stinger(asset, at)
    }

    fn sight(&self, of: Option<&InputId>, at: ShowTime) -> Option<Arc<Sight>> {
        self.films.sight(of, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::mosaic;

    /// Has everything.
    struct All;

    fn frame() -> Option<Arc<VideoFrame>> {
        Some(mosaic::film(&[[1.0; 3]], (1, 1), ShowTime(0)))
    }

    impl Films for All {
        fn film(&self, _: &InputId, _: ShowTime) -> Option<Arc<VideoFrame>> {
            frame()
        }

        fn moving(&self, _: &AssetId, _: ShowTime) -> Option<Arc<VideoFrame>> {
            frame()
        }

        fn lit(&self, _: Lit<'_>, _: Fps, _: ShowTime) -> Option<Arc<VideoFrame>> {
            frame()
        }

        fn feed(&self, _: &FeedId, _: ShowTime) -> Option<Arc<VideoFrame>> {
            frame()
        }

        fn stinger(&self, _: &AssetId, _: ShowTime) -> Option<Arc<VideoFrame>> {
            frame()
        }

        fn sight(&self, _: Option<&InputId>, _: ShowTime) -> Option<Arc<Sight>> {
            Some(Arc::default())
        }
    }

    #[test]
    fn whatever_moves_in_the_show_moves_on_the_wall() {
        let (name, program) = (InputId::new("program").unwrap(), frame().unwrap());
        let hung = Hung { name: &name, program, films: &All };
        let (other, asset) = (InputId::new("other").unwrap(), AssetId::new("asset").unwrap());
        let effect = serde_json::from_str(r#"{"animation": "FIRE"}"#).unwrap();
        let at = ShowTime(0);
        assert!(hung.film(&name, at).is_some() && hung.film(&other, at).is_some());
        assert!(hung.moving(&asset, at).is_some() && hung.stinger(&asset, at).is_some());
        assert!(hung.lit(Lit::Effect(&effect), Show::default().config.fps, at).is_some());
        assert!(hung.feed(&FeedId::new("desk").unwrap(), at).is_some());
        assert!(hung.sight(None, at).is_some());
    }
}
