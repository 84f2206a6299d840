//! The multiview: the scene on air and the one in the preview large, all others small, and how loud it is, in one picture.
//!
//! What it shows is a show of its own (`derive`: the show with one more scene that shows the others), so everything looks as it
//! would on air. What is on air is the very frame that was painted for it, so transitions are seen as they are. A thread of its
//! own takes the program's frames while somebody watches, and paints one picture for some of them (`wall`); whoever encodes the
//! pictures says whether any are wanted. The tick thread knows it as one more mailbox.

mod derive;
mod meters;
mod places;
#[cfg(test)]
pub mod tests;
mod wall;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::ladder::Rung;
use super::movement::Movement;
use super::watch::{Outlook, Sight};
use crate::base::clock::Stopwatch;
use crate::base::status::Condition;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::mailbox::Mailbox;
use crate::frame::picture::Frame;
use crate::show::Show;
use crate::show::stream::PreviewConfig;
use crate::show::timeline::Timeline;
pub use meters::{Ear, Heard};
use wall::Wall;

/// Longest sleep before the thread looks whether anybody watches.
const LOOK_UP: Duration = Duration::from_millis(50);
/// What is prepared is kept for so long after the last one has gone: whoever fetches a picture now and then is one who watches.
const LINGER: Duration = Duration::from_secs(10);

pub struct Env {
    pub shows: Arc<ArcSwap<Timeline>>,
    /// Where the engine puts the program's frames while they are wanted. Besides what lies there it holds two at most.
    pub program: Arc<Mailbox<Frame>>,
    /// Where its own go.
    pub outlet: Arc<Mailbox<Frame>>,
    pub films: Movement,
    pub assets_dir: PathBuf,
    pub ear: Box<dyn Ear>,
    /// Told when all scenes are looked at.
    pub outlook: Outlook,
    pub vitals: Arc<Vitals>,
    pub stop: StopFlag,
}

/// Starts the thread. It ends when `stop` is set.
pub fn start(mut env: Env) -> io::Result<JoinHandle<()>> {
    let failing = Failing::of("multiview", &env.vitals, Condition::degraded("its thread has failed"));
    spawn_watched("multiview", failing, move || {
        let mut sitting: Option<Sitting> = None;
        while !env.stop.is_set() {
            let is_wanted = env.outlet.is_wanted();
            let rung = env.vitals.engine_rung.get();
            if env.program.is_wanted() != is_wanted {
                env.program.set_wanted(is_wanted);
            }
            // Nothing is decoded for it when the program has too much to do.
            let is_seen = is_wanted && rung == Rung::Full.number();
            env.outlook.set(if is_seen { Sight::All } else { Sight::Program });
            if !is_wanted && sitting.as_mut().is_some_and(|sitting| sitting.is_over(&mut *env.ear)) {
                sitting = None;
            }
            let Some(program) = env.program.take_newest(LOOK_UP).filter(|_| is_wanted) else { continue };
            sitting.get_or_insert_with(Sitting::default).show(&mut env, &program, rung);
        }
        env.program.set_wanted(false);
        env.outlook.set(Sight::Program);
    })
}

/// As long as somebody watches, and a little longer.
#[derive(Default)]
struct Sitting {
    wall: Option<Wall>,
    /// The place on its own, coarser grid that was shown last.
    shown: Option<(u64, u32)>,
    /// Since the last one has gone.
    left: Option<Stopwatch>,
}

impl Sitting {
    /// Nobody watches: what belongs to others is given back at once, the rest some time later.
    fn is_over(&mut self, ear: &mut dyn Ear) -> bool {
        let left = self.left.get_or_insert_with(|| {
            ear.rest();
            self.shown = None;
            if let Some(wall) = &mut self.wall {
                wall.let_go();
            }
            Stopwatch::start()
        });
        left.elapsed() > LINGER
    }

    fn show(&mut self, env: &mut Env, program: &Frame, rung: i64) {
        let shows = env.shows.load_full();
        let show: &Show = shows.at(program.at);
        let config = within_means(show.config.multiview, rung);
        let place = (show.config.fps.place_of(program.number, config.fps), config.fps);
        if self.shown == Some(place) {
            return;
        }
        (self.shown, self.left) = (Some(place), None);
        let sheet = show.config.canvas().shrunk_to(config.width);
        let wall = self.wall.take().filter(|wall| wall.sheet() == sheet);
        let wall = self.wall.insert(wall.unwrap_or_else(|| Wall::new(sheet, &env.assets_dir)));
        wall.leave_out_filters(rung > Rung::Full.number());
        let watch = Stopwatch::start();
        if let Some(frame) = wall.paint(show, program, &env.ear.heard(), &env.films) {
            env.vitals.multiview_painted.inc();
            env.vitals.multiview_paint_time.observe(watch.elapsed().as_secs_f64());
            // Only the newest counts.
            env.outlet.post(frame);
        }
    }
}

/// It gives way as early as the preview, and further: before the program itself loses anything, it comes once a second.
fn within_means(config: PreviewConfig, rung: i64) -> PreviewConfig {
    let config = config.within_means(rung);
    let fps = if rung >= Rung::SmallerPreviews.number() { 1 } else { config.fps };
    PreviewConfig { fps, ..config }
}
