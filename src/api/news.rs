//! The `stateUpdate` that all WebSocket clients are told: written once after each change, however many listen.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::Api;
use super::figures::Figures;
use super::wire::encoding::Shared;
use super::wire::message::state_update;
use super::wire::status::status_update;
use crate::base::vitals::Vitals;
use crate::state::{Seq, StateHandle};

/// How soon a destination's new state is told. The status board has no bell, and looking costs microseconds.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// At least this long between two updates: a storm of changes is told as its newest state, at most a hundred times a second.
const GAP: Duration = Duration::from_millis(10);

#[derive(Clone)]
pub struct News {
    pub seq: Seq,
    /// JSON.
    pub text: Bytes,
}

pub fn compose(state: &StateHandle, vitals: &Vitals, figures: &Figures) -> News {
    let snapshot = state.snapshot();
    News { seq: snapshot.seq, text: state_update(&snapshot, figures, vitals) }
}

pub(super) async fn spread(api: Api, news: watch::Sender<News>, status: watch::Sender<Arc<Shared>>) {
    let mut snapshots = api.state.snapshots();
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let board = || (api.vitals.status.destinations(), api.vitals.status.conditions());
    let mut seen = board();
    loop {
        tokio::select! {
            () = api.closed() => return,
            changed = snapshots.changed() => match changed {
                Ok(()) => snapshots.mark_unchanged(),
                Err(_) => return,
            },
            _ = look.tick() => {
                let now = board();
                if now == seen {
                    continue;
                }
                seen = now;
                status.send_replace(Arc::new(Shared::new(status_update(&api.state.snapshot().show, &api.vitals))));
            }
        }
        news.send_replace(compose(&api.state, &api.vitals, &api.figures()));
        tokio::time::sleep(GAP).await;
    }
}
