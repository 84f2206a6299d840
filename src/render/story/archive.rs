//! An exported show, as it stands: put on when it was exported, and then left to itself.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Span, Story};
use crate::exchange::archive::{self, ArchiveError};
use crate::render::error::RenderError;
use crate::show::Show;
use crate::show::collection::Mode;
use crate::show::program::Way;
use crate::show::time::ShowTime;
use crate::show::timeline::Timeline;
use crate::show::transition::Transition;
use crate::state::ahead::{self, Ahead};
use crate::state::apply::{apply, due};
use crate::state::command::Command;
use crate::state::event::evolve;

/// Steps between two frames. What is left comes with the next.
const MOST_DUE: usize = 1_024;

pub struct Exported {
    show: Arc<Show>,
    changed_at: ShowTime,
    began: ShowTime,
    timeline: Timeline,
    wake_at: Option<ShowTime>,
    assets: Unpacked,
}

/// The files of its assets; they go again.
struct Unpacked(PathBuf);

impl Drop for Unpacked {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "what was unpacked stays behind");
        }
    }
}

impl Exported {
    pub fn open(path: &Path) -> Result<Exported, RenderError> {
        let failed = RenderError::file(path);
        let read = || File::open(path).map(BufReader::new).map_err(&failed);
        // All of it is looked through before anything is done with it.
        archive::check(read()?)?;
        let manifest = archive::read_manifest(read()?)?;
        let began = manifest.exported_at();
        let assets = unpacked(read()?)?;
        let mut show = Show::default();
        let on_air = manifest.show.program.clone();
        let command = Command::Import { collection: Box::new(manifest.show), mode: Mode::Replace };
        apply(&mut show, command, began)?;
        // An import takes nothing on air where nothing was.
        if let Some(scene) = on_air.filter(|scene| show.scenes.contains_key(scene)) {
            let transition = Some(Way::Given(Transition::default()));
            apply(&mut show, Command::TakeScene { scene, transition }, began)?;
        }
        let show = Arc::new(show);
        let Ahead { timeline, wake_at } = ahead::look(&show, began, began);
        Ok(Exported { show, changed_at: began, began, timeline, wake_at, assets })
    }

    /// What the show does by itself.
    fn come_due(&mut self, until: ShowTime) {
        for _ in 0..MOST_DUE {
            let Some(at) = due::next(&self.show, self.changed_at).filter(|at| *at <= until) else { return };
            let Some(happening) = due::happen(&self.show, self.changed_at) else { return };
            let mut show = Show::clone(&self.show);
            happening.events.iter().for_each(|event| evolve(&mut show, event));
            (self.show, self.changed_at) = (Arc::new(show), at);
        }
    }
}

fn unpacked(archive: impl Read) -> Result<Unpacked, RenderError> {
    let folder = std::env::temp_dir().join(format!("marquee-render-{}-{:08x}", std::process::id(), fastrand::u32(..)));
    let failed = RenderError::file(&folder);
    fs::create_dir(&folder).map_err(&failed)?;
    let unpacked = Unpacked(folder);
    let mut trouble = None;
    archive::each_file(archive, |asset, file| -> Result<(), ArchiveError> {
        let copied = File::create(unpacked.0.join(asset.file_name())).and_then(|mut copy| io::copy(file, &mut copy));
        if let Err(error) = copied {
            trouble.get_or_insert(error);
        }
        Ok(())
    })?;
    match trouble {
        Some(error) => Err(failed(error)),
        None => Ok(unpacked),
    }
}

impl Story for Exported {
    fn span(&self) -> Span {
        let latest = ShowTime(i64::MAX / 2);
        Span { from: self.began, to: self.began, latest, counts_from_its_end: false }
    }

    fn begin(&mut self, from: ShowTime) -> Result<(), RenderError> {
        self.at(from).map(drop)
    }

    fn at(&mut self, at: ShowTime) -> Result<&Timeline, RenderError> {
        let before = self.changed_at;
        self.come_due(at);
        if self.changed_at != before || self.wake_at.is_some_and(|wake_at| wake_at <= at) {
            let Ahead { timeline, wake_at } = ahead::look(&self.show, self.changed_at, at);
            (self.timeline, self.wake_at) = (timeline, wake_at);
        }
        Ok(&self.timeline)
    }

    fn assets_dir(&self) -> &Path {
        &self.assets.0
    }
}
