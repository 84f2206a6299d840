//! Commands on their way to the leader. One whose answer was lost in a cut is sent again under the same name, so that it happens
//! once; while there is no line nothing is taken.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::Node;
use crate::base::clock::Stopwatch;
use crate::state::SubmitError;
use crate::state::following::{Answer, Deliveries, Delivery, Forward};
use crate::state::operation::OperationId;
use crate::state::relay::{self, Up};

/// Less than the leader takes at once: it goes on reading, and so do we.
pub const MOST: usize = 32;
/// Whoever asked hears by then what became of it, or that nobody knows.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Waiting {
    sent: BTreeMap<u64, Sent>,
    next: u64,
    /// Names for those that came without one; new for each start of this node.
    life: u64,
}

struct Sent {
    up: Text,
    answer: Answer,
    since: Stopwatch,
}

/// As it goes up.
struct Text {
    actor: Option<String>,
    client_op_id: OperationId,
    command: Map<String, Value>,
}

impl Waiting {
    pub fn new() -> Self {
        Self { life: fastrand::u64(..), ..Self::default() }
    }

    pub fn len(&self) -> usize {
        self.sent.len()
    }

    /// What is to be said for it. None where it can not be said; then the caller has its answer.
    pub fn take(&mut self, forward: Forward) -> Option<Up> {
        let Forward { command, origin, answer } = forward;
        self.next += 1;
        let id = self.next;
        let named = match origin.operation {
            Some(operation) => Ok(operation.id),
            None => OperationId::new(format!("follow-{:016x}-{id}", self.life)),
        };
        // Commands are plain data, and the name is of visible ASCII.
        let (Ok(client_op_id), Ok(Value::Object(command))) = (named, serde_json::to_value(&command)) else {
            let _ = answer.send(Err(SubmitError::LeadersOwn));
            return None;
        };
        let up = Text { actor: origin.actor, client_op_id, command };
        let said = up.said(id);
        self.sent.insert(id, Sent { up, answer, since: Stopwatch::start() });
        Some(said)
    }

    /// After a cut.
    pub fn again(&self) -> Vec<Up> {
        self.sent.iter().map(|(id, sent)| sent.up.said(*id)).collect()
    }

    pub async fn answered(&mut self, id: u64, answer: relay::Answer, deliveries: &Deliveries) {
        let Some(Sent { answer: caller, .. }) = self.sent.remove(&id) else { return };
        match answer {
            relay::Answer::Done { seq, created, repeated } => {
                // Told once its change has happened here, too. A writer that has ended has nobody to tell.
                let _ = deliveries.deliver(Delivery::Done { answer: caller, seq, created, repeated }).await;
            }
            relay::Answer::Refused(refused) => {
                let _ = caller.send(Err(SubmitError::Refused(Box::new(refused))));
            }
        }
    }

    /// Whoever has waited long enough, and was told that nobody knows.
    pub fn give_up_old(&mut self, leader: &str) {
        let old: Vec<u64> =
            self.sent.iter().filter(|(_, sent)| sent.since.elapsed() >= PATIENCE).map(|(id, _)| *id).collect();
        for sent in old.into_iter().filter_map(|id| self.sent.remove(&id)) {
            let _ = sent.answer.send(Err(SubmitError::LeaderSilent(leader.to_owned())));
        }
    }
}

impl Text {
    fn said(&self, id: u64) -> Up {
        let Self { actor, client_op_id, command } = self;
        Up::Command { id, actor: actor.clone(), client_op_id: client_op_id.clone(), command: command.clone() }
    }
}

/// While there is no line.
pub fn turn_down(forward: Forward, leader: &str) {
    let _ = forward.answer.send(Err(SubmitError::LeaderAway(leader.to_owned())));
}

/// Where there is never one.
pub async fn turn_all_down(node: Node, mut commands: mpsc::Receiver<Forward>) {
    loop {
        tokio::select! {
            () = node.closed() => return,
            forward = commands.recv() => match forward {
                Some(forward) => drop(forward.answer.send(Err(SubmitError::LeadersOwn))),
                None => return,
            },
        }
    }
}
