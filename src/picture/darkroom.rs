//! Frames that nobody waits for: each is painted as it would be on air, on a sheet of any size, but nothing is ever missing. What
//! runs live (sources, and the clock that they follow) is turned by hand here, and waited for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::agenda::{needs_on, tables_of, taken, transitions_of};
use super::buffers::Buffers;
use super::easel::Easel;
use super::effects::{self, EffectKey, Painter};
use super::list::DisplayList;
use super::need::{self, Need, PictureKey};
use super::pictures::Pictures;
use super::place::Ground;
use super::plan::plan_on;
use super::sources::Sources;
use super::studio::Studio;
use super::watch::{self, Sight as Scope};
use crate::base::clock::{Clock, Stopwatch};
use crate::frame::jams::JamBoard;
use crate::frame::picture::Frame;
use crate::frame::sight::{Sight, Sights};
use crate::frame::video::{Films, VideoFrame};
use crate::light::films::Films as Shown;
use crate::show::Show;
use crate::show::geometry::Canvas;
use crate::show::ids::{AssetId, FeedId, InputId};
use crate::show::input::InputKind;
use crate::show::lit::Lit;
use crate::show::program::Program;
use crate::show::stream::Stream;
use crate::show::time::{Fps, FrameNumber, ShowTime};

/// The last one, one that is painted, and what an encoder may hold.
const BUFFERS: usize = 12;
/// Sources are never further behind than they would be live, or they would give up pictures.
const LONGEST_STEP_US: i64 = 100_000;
/// Sound is mixed so far ahead of the picture that it belongs to.
const SOUND_AHEAD: Duration = Duration::from_millis(20);
/// A decoder that is stuck is no reason to wait for ever.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
const NAP: Duration = Duration::from_micros(200);

pub struct Env {
    /// Turned by hand; the sources follow it.
    pub clock: Clock,
    pub sources: Arc<Sources>,
    pub sights: Arc<Sights>,
    /// Pictures that animations show.
    pub shown: Shown,
    pub jams: Arc<JamBoard>,
    pub assets_dir: PathBuf,
}

/// It would never have come.
#[derive(Debug, thiserror::Error)]
#[error("a video or an animation gave nothing for {} seconds", LONGEST_WAIT.as_secs())]
pub struct Stuck;

pub struct Darkroom {
    env: Env,
    buffers: Buffers,
    easel: Easel,
    list: DisplayList,
    pictures: Pictures,
    /// What the frame before this one needed: often it is needed again.
    before: Vec<PictureKey>,
    studio: Studio,
    painters: BTreeMap<EffectKey, Painter>,
    effects: BTreeMap<EffectKey, Arc<VideoFrame>>,
}

impl Darkroom {
    /// `gst::start` must have been called.
    pub fn new(env: Env) -> Darkroom {
        let studio = Studio::new(env.assets_dir.clone());
        Darkroom {
            env,
            buffers: Buffers::new(Canvas { width: Canvas::MIN, height: Canvas::MIN }, BUFFERS),
            easel: Easel::of_machine(),
            list: DisplayList::default(),
            pictures: Pictures::default(),
            before: Vec::new(),
            studio,
            painters: BTreeMap::new(),
            effects: BTreeMap::new(),
        }
    }

    /// Turns the clock to `at`, and waits until all that is seen and heard of this show then is there.
    pub fn wait_for(&mut self, show: &Show, at: ShowTime) -> Result<(), Stuck> {
        let watch = Stopwatch::start();
        loop {
            let now = self.env.clock.now();
            let is_far = at.micros().saturating_sub(now.micros()) > LONGEST_STEP_US && now > ShowTime(0);
            let step = if is_far { ShowTime(now.micros() + LONGEST_STEP_US) } else { at };
            self.env.clock.set(step);
            self.order(show, step);
            self.settle(show, step, &watch)?;
            if step == at {
                return Ok(());
            }
        }
    }

    /// What comes from outside was not kept, so it does not run.
    fn order(&self, show: &Show, at: ShowTime) {
        let dir = self.studio.assets_dir();
        let shown_at = show.stream.picture_time(at);
        let held_at = matches!(show.stream, Stream::Paused { .. }).then_some(shown_at);
        let mut inputs = watch::inputs(show, Scope::Program, shown_at, dir);
        inputs.retain(|_, wanted| matches!(wanted.input.kind, InputKind::Video(_) | InputKind::Tone { .. }));
        self.env.sources.order(&inputs, held_at);
        self.env.sources.order_moving(&watch::moving(show, Scope::Program, dir), held_at);
    }

    fn settle(&self, show: &Show, at: ShowTime, watch: &Stopwatch) -> Result<(), Stuck> {
        let until = show.stream.picture_time(at).plus(SOUND_AHEAD);
        self.env.sources.wake();
        while !self.env.sources.are_settled(until) {
            if watch.elapsed() > LONGEST_WAIT {
                return Err(Stuck);
            }
            std::thread::sleep(NAP);
        }
        Ok(())
    }

    /// The frame of this number on a sheet that is as large as `sheet`. What it shows must have been waited for.
    pub fn paint(&mut self, show: &Show, sheet: Canvas, (number, at): (FrameNumber, ShowTime)) -> Result<Frame, Stuck> {
        if self.buffers.canvas() != sheet {
            self.buffers = Buffers::new(sheet, BUFFERS);
            self.easel.clear();
        }
        let shown_at = show.stream.picture_time(at);
        self.paint_effects(show, shown_at)?;
        self.prepare(show, sheet, shown_at);
        let films = Patient { sources: &self.env.sources, sights: &self.env.sights, effects: &self.effects };
        plan_on(show, sheet, shown_at, &self.pictures, &films, &mut self.list);
        if let Some(last) = self.buffers.same(&self.list) {
            return Ok(last.again(number, at));
        }
        let watch = Stopwatch::start();
        loop {
            if let Some(frame) = self.buffers.paint(&self.list, &self.pictures, &mut self.easel, (number, at)) {
                return Ok(frame);
            }
            // Whoever encodes has them all.
            if watch.elapsed() > LONGEST_WAIT {
                return Err(Stuck);
            }
            std::thread::sleep(NAP);
        }
    }

    fn prepare(&mut self, show: &Show, sheet: Canvas, at: ShowTime) {
        let mut keys = make(show, sheet, at, &mut self.studio, &mut self.pictures);
        let before = std::mem::replace(&mut self.before, keys.clone());
        keys.extend(before);
        self.pictures.keep_only(&keys);
    }

    /// As the grid of the show has them, whatever grid is painted.
    fn paint_effects(&mut self, show: &Show, at: ShowTime) -> Result<(), Stuck> {
        let fps = show.config.fps;
        let at = fps.time_of(fps.frame_at(at));
        let seen = effects::seen(show, Scope::Program);
        self.painters.retain(|key, _| seen.contains_key(key));
        for (key, lit) in &seen {
            self.painters.entry(*key).or_insert_with(|| Painter::new(show, *lit, &self.env.sights));
        }
        if seen.is_empty() {
            self.effects.clear();
            return Ok(());
        }
        let painters = &self.painters;
        let asked = || painters.values().filter_map(|painter| painter.asset());
        let watch = Stopwatch::start();
        let films = loop {
            let films = self.env.shown.wanted(asked, &show.assets);
            if asked().all(|asset| films.contains_key(asset) || !show.assets.contains_key(asset)) {
                break films;
            }
            if watch.elapsed() > LONGEST_WAIT {
                return Err(Stuck);
            }
            std::thread::sleep(NAP);
        };
        let jams = &self.env.jams;
        let painted = self.painters.iter_mut();
        self.effects = painted.filter_map(|(key, painter)| Some((*key, painter.paint(at, &films, jams)?))).collect();
        Ok(())
    }
}

impl Drop for Darkroom {
    fn drop(&mut self) {
        self.env.sources.stop();
    }
}

/// Makes what is missing of all that is on air; says what is needed.
fn make(show: &Show, sheet: Canvas, at: ShowTime, studio: &mut Studio, pictures: &mut Pictures) -> Vec<PictureKey> {
    let ground = Ground::on_sheet(show.config.canvas(), sheet);
    studio.follow(show);
    studio.lay_out(&tables_of(show), pictures);
    let on_air = show.program.iter().flat_map(Program::scenes).filter_map(|id| show.scenes.get(id));
    let layers = on_air.flat_map(|scene| needs_on(show, (scene, ground), (at, taken(show, &scene.id))));
    let running = show.program.iter().flat_map(transitions_of);
    let needs: Vec<Need<'_>> =
        layers.chain(running.filter_map(|transition| need::of_transition(show, transition, sheet))).collect();
    for need in &needs {
        if !pictures.has(need.key) {
            pictures.insert(need, studio.make(need));
        }
    }
    needs.iter().map(|need| need.key).collect()
}

/// The same without anything that moves: for tests.
#[cfg(test)]
pub fn prepared_on(show: &Show, sheet: Canvas, at: ShowTime, assets_dir: &std::path::Path) -> Pictures {
    let mut pictures = Pictures::default();
    make(show, sheet, at, &mut Studio::new(assets_dir.to_owned()), &mut pictures);
    pictures
}

/// What moves: it has been waited for.
struct Patient<'a> {
    sources: &'a Sources,
    sights: &'a Sights,
    effects: &'a BTreeMap<EffectKey, Arc<VideoFrame>>,
}

impl Films for Patient<'_> {
    fn film(&self, input: &InputId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.sources.film(input, at)
    }

    fn moving(&self, asset: &AssetId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.sources.moving(asset, at)
    }

    fn lit(&self, lit: Lit<'_>, _: Fps, _: ShowTime) -> Option<Arc<VideoFrame>> {
        self.effects.get(&effects::key(lit)).cloned()
    }

    /// What others sent was not kept.
    fn feed(&self, _: &FeedId, _: ShowTime) -> Option<Arc<VideoFrame>> {
        None
    }

    fn stinger(&self, asset: &AssetId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.sources.stinger(asset, at)
    }

    fn sight(&self, of: Option<&InputId>, at: ShowTime) -> Option<Arc<Sight>> {
        self.sights.look(of, at)
    }
}
