//! What should be ready, and in which order: pure.

use std::collections::HashSet;
use std::time::Duration;

use super::ground::each_ground;
use super::need::{self, LayerKey, Need, PictureKey, View};
use super::place::Ground;
use super::prepared::Parity;
use crate::show::Show;
use crate::show::ids::{AssetId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::show::look::Filter;
use crate::show::program::{Mix, Program};
use crate::show::scene::Scene;
use crate::show::time::{FrameNumber, ShowTime};
use crate::show::timeline::Upcoming;
use crate::show::transition::Transition;

/// What is on air is prepared first and may take more; beyond this, layers are left out rather than the server killed.
const MOST_BYTES_ON_AIR: usize = 1 << 30;

/// Scenes that are not on air are prepared as long as all pictures together take no more than this.
const MOST_BYTES: usize = 256 << 20;

/// What grows or turns needs another picture for each frame: so many are made before they are due, and kept after it.
const FRAMES_AHEAD: usize = 8;
const FRAMES_BEHIND: u64 = 3;

/// Scheduled shows that are looked at: those that follow are when these have come.
pub const SHOWS_AHEAD: usize = 4;

/// What should be ready, most urgent first.
#[derive(Default)]
pub struct Agenda<'a> {
    pub needs: Vec<Need<'a>>,
    known: HashSet<PictureKey>,
    bytes: usize,
    /// What each layer shows right now.
    pub present: Vec<(LayerKey, PictureKey)>,
    /// Not made any more, but kept while a frame of the second before may still be painted.
    pub past: Vec<PictureKey>,
}

impl<'a> Agenda<'a> {
    pub fn of(show: &'a Show, upcoming: &'a [Upcoming], now: ShowTime) -> Agenda<'a> {
        let mut agenda = Agenda::default();
        let ahead = |seconds| now.plus(Duration::from_secs(seconds));
        let shown = show.stream.picture_time(now);
        for scene in show.program.iter().flat_map(Program::scenes).filter_map(|id| show.scenes.get(id)) {
            // While the show is held, the time goes on behind it: resuming must find its pictures too.
            for at in [shown, now] {
                agenda.add(show, scene, at, MOST_BYTES_ON_AIR);
            }
            if is_moving(scene) {
                let frame = show.config.fps.frame_at(shown);
                let time = |frame: u64| show.config.fps.time_of(FrameNumber(frame));
                for frame in (frame.0 + 1..).take(FRAMES_AHEAD) {
                    agenda.add(show, scene, time(frame), MOST_BYTES_ON_AIR);
                }
                for frame in frame.0.saturating_sub(FRAMES_BEHIND)..=frame.0 {
                    agenda.past.extend(needs_of(show, scene, time(frame)).iter().map(|need| need.key));
                }
            }
            for at in [ahead(1), ahead(2)] {
                agenda.add(show, scene, at, MOST_BYTES_ON_AIR);
            }
            let before = ShowTime(shown.micros() - 1_000_000);
            agenda.past.extend(needs_of(show, scene, before).iter().map(|need| need.key));
        }
        upcoming.iter().take(SHOWS_AHEAD).for_each(|upcoming| agenda.add_upcoming(upcoming));
        for need in transitions(show).filter_map(|transition| need::of_transition(show, transition, show.config.canvas())) {
            agenda.add_need(need, MOST_BYTES);
        }
        for scene in show.scenes.values() {
            for at in [shown, ahead(1)] {
                agenda.add(show, scene, at, MOST_BYTES);
            }
            agenda.present.extend(needs_of(show, scene, shown).iter().map(|need| (need.layer, need.key)));
        }
        agenda
    }

    /// The first frames of what is about to be on air.
    fn add_upcoming(&mut self, Upcoming { at, show }: &'a Upcoming) {
        let running = show.program.iter().flat_map(transitions_of);
        for need in running.filter_map(|transition| need::of_transition(show, transition, show.config.canvas())) {
            self.add_need(need, MOST_BYTES_ON_AIR);
        }
        for scene in show.program.iter().flat_map(Program::scenes).filter_map(|id| show.scenes.get(id)) {
            let fps = show.config.fps;
            let first = fps.frame_at(*at);
            let frames = if is_moving(scene) { FRAMES_AHEAD as u64 } else { 2 };
            for frame in first.0..first.0 + frames {
                self.add(show, scene, fps.time_of(FrameNumber(frame)).max(*at), MOST_BYTES_ON_AIR);
            }
        }
    }

    fn add(&mut self, show: &'a Show, scene: &'a Scene, at: ShowTime, most_bytes: usize) {
        needs_of(show, scene, at).into_iter().for_each(|need| self.add_need(need, most_bytes));
    }

    fn add_need(&mut self, need: Need<'a>, most_bytes: usize) {
        let bytes = self.bytes + need.estimated_bytes();
        if bytes <= most_bytes && self.known.insert(need.key) {
            self.bytes = bytes;
            self.needs.push(need);
        }
    }
}

/// The colour tables of all layers.
pub fn tables_of(show: &Show) -> HashSet<&AssetId> {
    let filters = show.scenes.values().flat_map(|scene| scene.all()).flat_map(|layer| &layer.filters);
    filters.filter_map(|filter| if let Filter::Lut { asset, .. } = filter { Some(asset) } else { None }).collect()
}

/// Whether anything in it may look different from one frame to the next without being a clock.
pub fn is_moving(scene: &Scene) -> bool {
    let moves = |layer: &Layer| {
        let glides = matches!(&layer.content, Content::Layout { moved: Some(_), .. });
        !layer.animations.is_empty() || glides || matches!(layer.content, Content::Scene { .. })
    };
    scene.all().any(moves)
}

/// All that may be used.
pub fn transitions(show: &Show) -> impl Iterator<Item = &Transition> {
    show.program
        .iter()
        .flat_map(transitions_of)
        .chain([&show.studio.transition])
        .chain(show.transitions.values().map(AsRef::as_ref))
}

pub fn transitions_of(program: &Program) -> Option<&Transition> {
    match program.mix.as_ref()? {
        Mix::Leaving { transition, .. } | Mix::Coming { transition, .. } => Some(transition),
    }
}

/// When the scene came on air: text may count from there.
pub fn taken(show: &Show, scene: &SceneId) -> ShowTime {
    match &show.program {
        Some(Program {
            mix: Some(Mix::Leaving { scene: id, taken, .. } | Mix::Coming { scene: id, taken, .. }), ..
        }) if id == scene => *taken,
        Some(program) => program.since,
        None => ShowTime::default(),
    }
}

/// Layers that are hidden count too: they may be shown with the next frame.
pub fn needs_of<'a>(show: &'a Show, scene: &'a Scene, at: ShowTime) -> Vec<Need<'a>> {
    needs_on(show, (scene, Ground::of_canvas(show.config.canvas())), (at, taken(show, &scene.id)))
}

/// The same on this ground.
pub fn needs_on<'a>(show: &'a Show, scene: (&'a Scene, Ground), times: (ShowTime, ShowTime)) -> Vec<Need<'a>> {
    let mut needs = Vec::new();
    each_ground(show, scene, times, &mut |layer, view: View, inner| {
        needs.extend(need::need(show, layer, view));
        if view.roams() || need::crawl_box(layer, view).is_some() {
            let others = Parity::ALL.into_iter();
            needs.extend(others.filter_map(|parity| Some(need::need(show, layer, view)?.at_parity(parity))));
            needs.extend(need::panel(show, layer, view));
        }
        if let (Some(frame), Content::Input { input }) = (inner, &layer.content) {
            needs.extend(need::fallback(show, layer, input, view, frame));
        }
        if let Some(frame) = inner {
            for part in need::parts(layer, &view.pose) {
                needs.push(need::part(show, layer, view, frame, part));
                if view.roams() {
                    let others = Parity::ALL.into_iter();
                    needs.extend(others.map(|parity| need::part(show, layer, view, frame, part).at_parity(parity)));
                }
            }
        }
    });
    needs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::tests::show_of;

    #[test]
    fn scenes_that_are_not_on_air_stay_within_the_bound() {
        let layers: Vec<String> = (0..60)
            .map(|index| format!(r##"{{"id":"l{index}","width":2000,"height":2000,"kind":"gradient","from":"#000000","to":"#0000{index:02x}"}}"##))
            .collect();
        let mut show = show_of(&layers.join(","));
        let agenda = Agenda::of(&show, &[], ShowTime(0));
        assert_eq!(agenda.needs.len(), 60, "what is on air is always prepared");
        show.program = None;
        let agenda = Agenda::of(&show, &[], ShowTime(0));
        assert!(agenda.bytes <= MOST_BYTES && (2..60).contains(&agenda.needs.len()));
    }
}
