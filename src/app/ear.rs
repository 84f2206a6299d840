//! What the mixer measures, for the meters of the multiview.

use crate::picture::multiview::{Ear, Heard};
use crate::sound::levels::{LevelsHandle, LevelsWatcher};

/// Listens to what leaves the mixer, while it is asked.
pub struct MasterEar {
    levels: LevelsHandle,
    watching: Option<LevelsWatcher>,
}

impl MasterEar {
    pub fn new(levels: LevelsHandle) -> Self {
        Self { levels, watching: None }
    }
}

impl Ear for MasterEar {
    fn heard(&mut self) -> Heard {
        self.watching.get_or_insert_with(|| self.levels.watch());
        let master = self.levels.newest().master;
        Heard { peak_db: master.peak_db, rms_db: master.rms_db }
    }

    fn rest(&mut self) {
        self.watching = None;
    }
}
