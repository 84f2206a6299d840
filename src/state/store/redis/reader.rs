//! Reads the copy, as a follower does: the snapshot, and from there on the row of changes.

use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamRangeReply, StreamReadReply};

use super::restore::record;
use super::{Target, Trouble};
use crate::state::format::{ChangeRecord, Unusable};
use crate::state::{Epoch, Seq, Snapshot};

/// Shorter than the connection's own patience.
const WAIT_MS: usize = 500;
const AT_ONCE: usize = 256;
/// The leader writes how it is every second, with an end after this many milliseconds.
const HEALTH_TTL_MS: i64 = super::keys::SYSTEM_HEALTH_TTL as i64 * 1_000;

pub struct Reader<'a> {
    target: &'a Target,
    connection: MultiplexedConnection,
    epoch: Epoch,
    seen: Seq,
}

/// Where to begin.
pub enum Begun<'a> {
    /// After what the reader holds already.
    On(Reader<'a>),
    /// With this.
    Anew(Reader<'a>, Box<Snapshot>),
}

impl Target {
    /// `epoch` and `seen`: what is known already.
    pub async fn read_from(&self, epoch: Epoch, seen: Seq) -> Result<Begun<'_>, Trouble> {
        let mut connection = self.connect().await?;
        let text: Option<String> =
            self.said(redis::cmd("GET").arg(&self.keys.snapshot).query_async(&mut connection).await)?;
        let Some(text) = text else { return Err(Trouble("no marquee has written its show there".to_owned())) };
        let held = record(&text)?;
        let mut reader = Reader { target: self, connection, epoch: held.epoch, seen };
        if held.epoch == epoch && (reader.holds_next().await? || held.seq <= seen) {
            return Ok(Begun::On(reader));
        }
        reader.seen = held.seq;
        Ok(Begun::Anew(reader, Box::new(held)))
    }

    fn said<T>(&self, answer: Result<T, redis::RedisError>) -> Result<T, Trouble> {
        answer.map_err(|error| self.trouble(&error))
    }
}

impl Reader<'_> {
    async fn holds_next(&mut self) -> Result<bool, Trouble> {
        let id = format!("{}-0", self.seen.0 + 1);
        let mut ask = redis::cmd("XRANGE");
        let ask = ask.arg(&self.target.keys.changes).arg(&id).arg(&id);
        let found: StreamRangeReply = self.target.said(ask.query_async(&mut self.connection).await)?;
        Ok(!found.ids.is_empty())
    }

    /// What came next, or nothing for half a second.
    pub async fn next(&mut self) -> Result<Vec<(Seq, ChangeRecord)>, Trouble> {
        let mut ask = redis::cmd("XREAD");
        ask.arg("COUNT").arg(AT_ONCE).arg("BLOCK").arg(WAIT_MS);
        ask.arg("STREAMS").arg(&self.target.keys.changes).arg(format!("{}-0", self.seen.0));
        let reply: Option<StreamReadReply> = self.target.said(ask.query_async(&mut self.connection).await)?;
        let entries = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids);
        let changes = entries.map(|entry| self.change(&entry)).collect::<Result<Vec<_>, _>>()?;
        if let Some((last, _)) = changes.last() {
            self.seen = *last;
        }
        Ok(changes)
    }

    fn change(&self, entry: &StreamId) -> Result<(Seq, ChangeRecord), Trouble> {
        let damaged = || Trouble("a change in it can not be read".to_owned());
        let text = |name: &str| entry.get::<String>(name).ok_or_else(damaged);
        let seq: u64 = entry.id.split('-').next().and_then(|seq| seq.parse().ok()).ok_or_else(damaged)?;
        if text("epoch")? != String::from(self.epoch) {
            return Err(Trouble("another show has taken its place".to_owned()));
        }
        let record = ChangeRecord {
            v: text("v")?.parse().map_err(|_| damaged())?,
            at: serde_json::from_str(&text("at")?).map_err(|_| damaged())?,
            origin: serde_json::from_str(&text("origin")?).map_err(|_| damaged())?,
            events: serde_json::from_str(&text("events")?).map_err(|_| damaged())?,
        };
        record.check().map_err(|error: Unusable| Trouble(format!("a change in it can not be used: {error}")))?;
        Ok((Seq(seq), record))
    }

    /// Milliseconds since the leader last wrote how it is; None after a minute.
    pub async fn silent_for(&mut self) -> Result<Option<i64>, Trouble> {
        let mut ask = redis::cmd("PTTL");
        let ask = ask.arg(&self.target.keys.system_health);
        let left: i64 = self.target.said(ask.query_async(&mut self.connection).await)?;
        Ok((left >= 0).then_some(HEALTH_TTL_MS - left))
    }
}
