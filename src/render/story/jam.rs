//! What was played in a jam: its light over all of the picture, and its sound.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{Span, Story};
use crate::frame::jams::{JamBoard, LiveJam};
use crate::jam::evolve::evolve;
use crate::jam::recording::Recording;
use crate::render::error::RenderError;
use crate::show::Show;
use crate::show::geometry::Canvas;
use crate::show::ids::{InputId, LayerId, SceneId};
use crate::show::input::{Input, InputKind, WhenHidden};
use crate::show::jam::code::JamCode;
use crate::show::jam::layer::JamLayer;
use crate::show::jam::{Jam, millis};
use crate::show::layer::{Content, Layer};
use crate::show::mixer::Strip;
use crate::show::program::Program;
use crate::show::scene::Scene;
use crate::show::stream::StreamConfig;
use crate::show::time::{Fps, ShowTime};
use crate::show::timeline::Timeline;

pub struct Played {
    recording: Recording,
    /// So many entries have happened.
    happened: usize,
    now: Arc<ArcSwap<Jam>>,
    board: Arc<JamBoard>,
    timeline: Timeline,
    /// It shows none.
    assets: PathBuf,
}

impl Played {
    /// A jam has neither a size nor a rate of its own.
    pub fn open(path: &Path, size: Option<Canvas>, fps: Option<Fps>) -> Result<Played, RenderError> {
        let text = fs::read_to_string(path).map_err(RenderError::file(path))?;
        let mut config = StreamConfig::default();
        config.fps = fps.unwrap_or(config.fps);
        let Canvas { width, height } = size.unwrap_or(config.canvas());
        let config = StreamConfig { width, height, ..config };
        Ok(Played::of(Recording::from_lines(text.lines())?, config))
    }

    fn of(recording: Recording, config: StreamConfig) -> Played {
        let (code, beginning) = (recording.about.code, recording.beginning.clone());
        let now = Arc::new(ArcSwap::from_pointee(beginning));
        let board = Arc::new(JamBoard::default());
        board.put(code, &LiveJam::new(now.clone()));
        let timeline = Timeline::new(Arc::new(show_of(code, config)));
        Played { recording, happened: 0, now, board, timeline, assets: PathBuf::new() }
    }
}

impl Story for Played {
    fn span(&self) -> Span {
        let (from, to) = (millis(self.recording.about.created_at), millis(self.recording.end()));
        // It goes on by itself: what plays, plays until somebody stops it.
        Span { from, to, latest: ShowTime(i64::MAX), counts_from_its_end: false }
    }

    fn begin(&mut self, _: ShowTime) -> Result<(), RenderError> {
        self.happened = 0;
        self.now.store(Arc::new(self.recording.beginning.clone()));
        Ok(())
    }

    fn at(&mut self, at: ShowTime) -> Result<&Timeline, RenderError> {
        let coming = &self.recording.entries[self.happened..];
        let due = coming.partition_point(|entry| millis(entry.at) <= at);
        if due > 0 {
            let mut jam = Jam::clone(&self.now.load());
            coming[..due].iter().for_each(|entry| evolve(&mut jam, entry));
            self.now.store(Arc::new(jam));
            self.happened += due;
        }
        Ok(&self.timeline)
    }

    fn assets_dir(&self) -> &Path {
        &self.assets
    }

    fn jams(&self) -> Arc<JamBoard> {
        self.board.clone()
    }
}

fn show_of(code: JamCode, config: StreamConfig) -> Show {
    const NAME: &str = "jam";
    let scene = SceneId::new(NAME).expect("letters alone");
    let (layer, input) = (LayerId::new(NAME).expect("letters alone"), InputId::new(NAME).expect("letters alone"));
    let kind = InputKind::Jam { jam: code };
    let (when_hidden, sound) = (WhenHidden::Keep, Strip::default());
    let heard = Input { id: input.clone(), name: String::new(), hold_ms: 0, fallback: None, when_hidden, sound, kind };
    let seen = Layer::plain(layer, Content::Jam(JamLayer::all_of(code)));
    let stage = Scene { id: scene.clone(), name: String::new(), layers: vec![Arc::new(seen)] };
    Show {
        config: Arc::new(config),
        scenes: Arc::new(BTreeMap::from([(scene.clone(), Arc::new(stage))])),
        inputs: Arc::new(BTreeMap::from([(input, Arc::new(heard))])),
        program: Some(Program { scene, since: ShowTime(0), mix: None }),
        ..Show::default()
    }
}
