//! How loud everything is, for all WebSocket clients that want to know: encoded once, and not at all while nobody does.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::Api;
use super::wire::encoding::Shared;
use super::wire::meters::meters;

/// The mixer has no bell: it must not wait for anyone. New levels, thirty a second, are found this much later at most.
const LOOK_EVERY: Duration = Duration::from_millis(10);

pub(super) async fn spread(api: Api, sender: watch::Sender<Arc<Shared>>) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // While nobody watches there is nothing new: the first that is told is measured after somebody began to.
    let mut told = api.levels.newest().at;
    loop {
        tokio::select! {
            () = api.closed() => return,
            () = api.levels.watched() => {}
        }
        look.tick().await;
        let levels = api.levels.newest();
        if levels.at != told {
            told = levels.at;
            sender.send_replace(Arc::new(Shared::new(meters(&levels))));
        }
    }
}
