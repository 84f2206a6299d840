//! Requests that were carried out already, by the name that their client gave them. A client that got no answer asks again
//! with the same name, and gets the first receipt instead of a second change.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Origin, Seq};
use crate::show::time::ShowTime;

/// How long an operation is remembered.
pub const REMEMBERED: Duration = Duration::from_secs(300);
/// Three hundred and fifty a second for five minutes. Beyond, the oldest are forgotten early.
const MOST: usize = 100_000;
const MAX_ID: usize = 128;

/// What a client calls its request, and what the request was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    pub id: OperationId,
    /// Of the command; the same name for another command is a mistake of the client.
    pub digest: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OperationId(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a client_op_id has 1 to 128 visible ASCII characters")]
pub struct InvalidOperationId;

impl OperationId {
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidOperationId> {
        let text = text.into();
        let fits = (1..=MAX_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text)) } else { Err(InvalidOperationId) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OperationId {
    type Error = InvalidOperationId;
    fn try_from(text: String) -> Result<Self, InvalidOperationId> {
        Self::new(text)
    }
}

impl From<OperationId> for String {
    fn from(id: OperationId) -> String {
        id.0
    }
}

/// Of a command, as it is written in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// Of a command that was decided elsewhere.
    pub fn untold() -> Self {
        Self(String::new())
    }

    pub fn of(command: &super::command::Command) -> Self {
        // Commands are plain data: writing them to memory does not fail. Should it, every such command has the same digest.
        let text = serde_json::to_vec(command).unwrap_or_default();
        // 128 bits: nobody finds two commands for one digest by chance.
        Self(blake3::hash(&text).to_hex()[..32].to_owned())
    }
}

/// An operation that was carried out.
#[derive(Clone, Debug)]
pub struct Done {
    pub seq: Seq,
    pub at: ShowTime,
    pub digest: Digest,
    pub created: bool,
}

type Name = (String, OperationId);

/// The same id from two people is two operations.
fn name(origin: &Origin, operation: &Operation) -> Name {
    (origin.actor.clone().unwrap_or_default(), operation.id.clone())
}

#[derive(Default)]
pub struct Operations {
    done: HashMap<Name, Done>,
    by_age: VecDeque<Name>,
}

impl Operations {
    pub fn find(&self, origin: &Origin, now: ShowTime) -> Option<&Done> {
        let operation = origin.operation.as_ref()?;
        self.done.get(&name(origin, operation)).filter(|done| now.since(done.at) < REMEMBERED)
    }

    pub fn remember(&mut self, origin: &Origin, seq: Seq, at: ShowTime, created: bool) {
        let Some(operation) = &origin.operation else { return };
        self.forget_old(at);
        let name = name(origin, operation);
        let done = Done { seq, at, digest: operation.digest.clone(), created };
        if self.done.insert(name.clone(), done).is_none() {
            self.by_age.push_back(name);
        }
    }

    fn forget_old(&mut self, now: ShowTime) {
        while let Some(oldest) = self.by_age.front() {
            let is_old = self.done.get(oldest).is_none_or(|done| now.since(done.at) >= REMEMBERED);
            if !is_old && self.by_age.len() < MOST {
                return;
            }
            if let Some(name) = self.by_age.pop_front() {
                self.done.remove(&name);
            }
        }
    }
}
