//! A test tone: a function of the time, which the mixer makes for itself. Here it only runs, so that it can be asked how it does.

use std::sync::Arc;
use std::time::Duration;

use super::queue::{FOREVER, Order};
use super::session::{End, Session, must_reopen};

pub(super) fn play(session: &mut Session, order: &Arc<Order>) -> End {
    loop {
        let present = session.slot.ordered();
        if !session.should_run(&present) || must_reopen(&order.wanted, &present.wanted) {
            return End::Left;
        }
        session.report_playing();
        session.settle(&present, FOREVER);
        session.rest(Duration::from_millis(50));
    }
}
