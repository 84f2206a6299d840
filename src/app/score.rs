//! Keeps the score, where it is to be kept. It ends after the writer: what was acknowledged last is in it, too.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::base::clock::Clock;
use crate::base::config::{Config, Score};
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::state::StateHandle;
use crate::state::store::directory::DataDirectory;
use crate::state::store::score::keep::{self, Bounds};

pub fn keep(
    config: &Config,
    directory: &DataDirectory,
    state: &StateHandle,
    clock: &Clock,
    vitals: &Arc<Vitals>,
    stop: &StopFlag,
) -> io::Result<Option<JoinHandle<()>>> {
    let started = config.score.map(|Score { age, bytes }| {
        keep::start(keep::Env {
            state: state.clone(),
            shelf: directory.score(),
            bounds: Bounds { age, bytes },
            clock: clock.clone(),
            vitals: vitals.clone(),
            stop: stop.clone(),
        })
    });
    started.transpose()
}
