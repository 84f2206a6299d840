//! A jam: the mixer makes its sound for itself. Here it only runs, so that it can be asked how it does.

use std::sync::Arc;
use std::time::Duration;

use super::queue::{FOREVER, Order};
use super::session::{End, Session, must_reopen};
use crate::base::status::InputState;
use crate::show::jam::code::JamCode;

pub(super) fn play(session: &mut Session, order: &Arc<Order>, jam: JamCode) -> End {
    loop {
        let present = session.slot.ordered();
        if !session.should_run(&present) || must_reopen(&order.wanted, &present.wanted) {
            return End::Left;
        }
        match session.outside.jams.get(jam) {
            Some(_) => session.report_playing(),
            None => session.report(InputState::Waiting),
        }
        session.settle(&present, FOREVER);
        session.rest(Duration::from_millis(50));
    }
}
