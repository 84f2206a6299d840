//! Animations of lights and jams as layers: painted by a thread of its own, a few frames before they are due, small, as a video is.

mod animation;
mod jam;
mod paint;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};

use super::watch::{Outlook, Sight, scenes_in};
use crate::base::clock::Clock;
use crate::base::status::Condition;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::jams::JamBoard;
use crate::frame::sight::Sights;
use crate::frame::video::VideoFrame;
use crate::light::films::Films;
use crate::show::Show;
use crate::show::light::effect::EffectLayer;
use crate::show::lit::Lit;
use crate::show::time::{Fps, FrameNumber, ShowTime};
use crate::show::timeline::{ShowAt, Timeline};
pub use paint::Painter;

/// Painted before they are due.
const AHEAD: u64 = 3;
/// What shows sound can not be painted before the sound is there.
const AHEAD_OF_SOUND: u64 = 1;
/// As many as are kept: those ahead, and those that a late frame may still want.
const PLACES: u64 = 8;
/// More at once are not painted: each costs about what a small video does.
const MOST: usize = 16;
const PATIENCE: Duration = Duration::from_millis(50);

/// Equal keys mean equal pictures at equal times.
pub type EffectKey = u64;

pub fn key(lit: Lit<'_>) -> EffectKey {
    let mut hasher = DefaultHasher::new();
    match lit {
        Lit::Effect(EffectLayer { animation, parameters, palette, seed, columns, rows }) => {
            (animation, palette, seed, columns, rows).hash(&mut hasher);
            for (name, value) in parameters {
                name.hash(&mut hasher);
                value.hash_into(&mut hasher);
            }
        }
        Lit::Jam(layer) => layer.hash(&mut hasher),
    }
    hasher.finish()
}

/// The frames of one, each in the place of its number.
#[derive(Default)]
struct Reel([ArcSwapOption<(FrameNumber, Arc<VideoFrame>)>; PLACES as usize]);

#[derive(Default)]
pub struct Effects {
    reels: ArcSwap<BTreeMap<EffectKey, Arc<Reel>>>,
}

impl Effects {
    /// The frame that is due at `at`, or the newest one before it. It does not wait.
    pub fn film(&self, lit: Lit<'_>, fps: Fps, at: ShowTime) -> Option<Arc<VideoFrame>> {
        let reels = self.reels.load();
        let reel = reels.get(&key(lit))?;
        let due = fps.frame_at(at).0;
        (0..PLACES - AHEAD).find_map(|before| {
            let number = due.checked_sub(before)?;
            let place = reel.0[(number % PLACES) as usize].load();
            place.as_ref().filter(|place| place.0.0 == number).map(|place| place.1.clone())
        })
    }
}

/// Those that are painted.
pub fn seen(show: &Show, sight: Sight) -> BTreeMap<EffectKey, Lit<'_>> {
    let mut seen = BTreeMap::new();
    for scene in scenes_in(show, sight) {
        show.each_layer_in(scene, &mut |layer| {
            if let Some(lit) = Lit::of(&layer.content)
                && seen.len() < MOST
            {
                seen.insert(key(lit), lit);
            }
        });
    }
    seen
}

pub struct Env {
    pub shows: Arc<ArcSwap<Timeline>>,
    pub clock: Clock,
    pub sights: Arc<Sights>,
    /// Pictures that animations show.
    pub films: Films,
    pub jams: Arc<JamBoard>,
    pub outlook: Outlook,
    pub vitals: Arc<Vitals>,
    pub stop: StopFlag,
}

/// Starts the thread `effects`.
pub fn start(env: Env) -> io::Result<(Arc<Effects>, JoinHandle<()>)> {
    let effects = Arc::new(Effects::default());
    let failing = Failing::of("engine", &env.vitals, Condition::degraded("the thread that paints effects has failed"));
    let mut studio =
        Studio { effects: effects.clone(), painters: BTreeMap::new(), sights: env.sights, films: env.films, jams: env.jams };
    let thread = spawn_watched("effects", failing, move || {
        while !env.stop.is_set() {
            let again_at = {
                let shows = env.shows.load();
                studio.paint(&**shows, &env.outlook, env.clock.now())
            };
            env.clock.sleep_until(again_at, PATIENCE);
        }
    })?;
    Ok((effects, thread))
}

struct Studio {
    effects: Arc<Effects>,
    painters: BTreeMap<EffectKey, (Painter, Arc<Reel>, Option<u64>)>,
    sights: Arc<Sights>,
    films: Films,
    jams: Arc<JamBoard>,
}

impl Studio {
    /// Paints what will be due soon; says when to come again.
    fn paint(&mut self, shows: &impl ShowAt, outlook: &Outlook, now: ShowTime) -> ShowTime {
        let show = shows.show_at(now);
        let fps = show.config.fps;
        let newest = fps.frame_at(now).0;
        self.follow(show, outlook);
        let films = self.films.wanted(|| self.painters.values().filter_map(|(painter, ..)| painter.asset()), &show.assets);
        for (painter, reel, painted) in self.painters.values_mut() {
            if painter.is_surprised(&self.jams) {
                *painted = None;
            }
            let from = painted.map_or(newest, |painted| painted + 1).max(newest);
            let ahead = if painter.listens() { AHEAD_OF_SOUND } else { AHEAD };
            for number in from..=newest + ahead {
                let at = fps.time_of(FrameNumber(number));
                let frame = painter.paint(at, &films, &self.jams);
                let place = frame.map(|frame| Arc::new((FrameNumber(number), frame)));
                reel.0[(number % PLACES) as usize].store(place);
                *painted = Some(number);
            }
        }
        fps.time_of(FrameNumber(newest + 1))
    }

    fn follow(&mut self, show: &Show, outlook: &Outlook) {
        let seen = seen(show, outlook.sight());
        if self.painters.keys().eq(seen.keys()) {
            return;
        }
        self.painters.retain(|key, _| seen.contains_key(key));
        for (key, lit) in seen {
            let sights = &self.sights;
            self.painters.entry(key).or_insert_with(|| (Painter::new(show, lit, sights), Arc::default(), None));
        }
        let reels = self.painters.iter().map(|(key, (_, reel, _))| (*key, reel.clone())).collect();
        self.effects.reels.store(Arc::new(reels));
    }
}
