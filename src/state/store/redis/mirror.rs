//! Writes the copy, in order, for as long as the server runs. Where Redis is away, it tries again, and then goes on where it left
//! off, or begins with the present state where that is too long ago or nobody knows any more.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::streams::StreamRangeReply;
use redis::{Pipeline, RedisError};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::keys::{CHANGES_KEPT, STREAM_METRICS_TTL, SYSTEM_HEALTH_TTL, SYSTEM_METRICS_TTL};
use super::{Target, Trouble};
use crate::base::status::Condition;
use crate::base::vitals::Vitals;
use crate::state::event::Event;
use crate::state::format::VERSION;
use crate::state::history::{Change, Replay};
use crate::state::relay::{open_event, open_show};
use crate::state::{Epoch, Origin, Seq, Snapshot, StateHandle};

/// Figures, and whether everything is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Between two tries: the first is soon, the last soon enough for everything to be right again five seconds after Redis is back.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Changes in one go: some hundred kilobytes at most, usually.
const AT_ONCE: usize = 256;

/// What doors would answer right now, as JSON.
pub struct Views {
    pub stream_state: String,
    pub stream_config: String,
    pub stream_metrics: String,
    pub system_health: String,
    pub system_metrics: String,
}

pub struct Env {
    pub target: Target,
    pub state: StateHandle,
    pub views: Arc<dyn Fn() -> Views + Send + Sync>,
    pub vitals: Arc<Vitals>,
    pub closing: watch::Receiver<bool>,
}

/// Ends when `closing` turns true.
pub async fn mirror(mut env: Env) {
    let mut tries = 0;
    env.vitals.status.report("redis", Condition::degraded("connecting"));
    loop {
        let mut closing = env.closing.clone();
        let trouble = tokio::select! {
            () = told(&mut closing) => return env.last_words().await,
            trouble = env.write_on(&mut tries) => trouble,
        };
        if tries == 0 {
            tracing::warn!("Redis is not to be used: {trouble}; the show goes on");
        }
        env.vitals.redis_errors.inc();
        env.vitals.status.report("redis", Condition::degraded(trouble.to_string()));
        tokio::select! {
            () = told(&mut closing) => return,
            () = tokio::time::sleep(pause(tries)) => {}
        }
        tries += 1;
    }
}

async fn told(closing: &mut watch::Receiver<bool>) {
    // An error means that the one who would tell is gone, and so is the server.
    let _ = closing.wait_for(|closing| *closing).await;
}

/// Longer each time, and not the same for all servers that lost the same Redis.
fn pause(tries: u32) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(1 << tries.min(10)).min(LONGEST_PAUSE);
    pause.mul_f64(0.5 + fastrand::f64() / 2.0)
}

impl Env {
    /// Connects, writes what is missing, and then all that comes, until something goes wrong.
    async fn write_on(&mut self, tries: &mut u32) -> Trouble {
        match self.try_to_write_on(tries).await {
            Ok(never) => match never {},
            Err(trouble) => trouble,
        }
    }

    async fn try_to_write_on(&mut self, tries: &mut u32) -> Result<std::convert::Infallible, Trouble> {
        let mut connection = self.target.connect().await?;
        let mut snapshots = self.state.snapshots();
        let mut written = self.begin(&mut connection).await?;
        if std::mem::take(tries) > 0 {
            tracing::info!("Redis is back");
        }
        self.vitals.status.report("redis", Condition::ok());
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut snapshot_at = Seq::default();
        loop {
            tokio::select! {
                changed = snapshots.changed() => {
                    if changed.is_err() {
                        // The writer is gone: the server is going down.
                        std::future::pending::<()>().await;
                    }
                    snapshots.mark_unchanged();
                    written = self.write_changes(&mut connection, written).await?;
                }
                _ = look.tick() => {
                    let is_there = self.write_figures(&mut connection).await?;
                    if !is_there {
                        tracing::warn!("Redis has lost its copy: it is written anew");
                        written = self.begin(&mut connection).await?;
                    } else if snapshot_at != written {
                        self.write_snapshot(&mut connection).await?;
                    }
                    snapshot_at = written;
                }
            }
        }
    }

    /// Puts the copy right: goes on with the stream where it can, else begins it anew at a snapshot. Says which change was the
    /// last to be written.
    async fn begin(&self, connection: &mut MultiplexedConnection) -> Result<Seq, Trouble> {
        let keys = &self.target.keys;
        let newest = self.state.snapshot();
        let mut ask = redis::cmd("XREVRANGE");
        let last: StreamRangeReply =
            self.said(ask.arg(&keys.changes).arg("+").arg("-").arg("COUNT").arg(1).query_async(connection).await)?;
        let last = last.ids.first().and_then(|entry| {
            let seq = Seq(entry.id.split('-').next()?.parse().ok()?);
            Some((entry.get::<String>("epoch")?, seq))
        });
        let own = String::from(newest.epoch);
        match last {
            Some((epoch, seq)) if epoch == own && matches!(self.state.changes_since(seq), Replay::Changes(_)) => {
                let written = self.write_changes(connection, seq).await?;
                self.write_snapshot(connection).await?;
                Ok(written)
            }
            _ => self.begin_anew(connection, &newest).await,
        }
    }

    async fn begin_anew(&self, connection: &mut MultiplexedConnection, newest: &Snapshot) -> Result<Seq, Trouble> {
        let keys = &self.target.keys;
        let there: Option<String> = self.said(redis::cmd("GET").arg(&keys.snapshot).query_async(connection).await)?;
        if there.is_some_and(|text| is_of_another(&text, newest.epoch)) {
            tracing::warn!(
                "Redis held another show, which is kept as {}; to go on with it, rename it to {}, empty the data directory, and \
                 start with --restore-from redis",
                keys.previous_snapshot,
                keys.snapshot
            );
            self.said(redis::cmd("RENAME").arg(&keys.snapshot).arg(&keys.previous_snapshot).exec_async(connection).await)?;
        }
        let mut anew = redis::pipe();
        anew.atomic().cmd("DEL").arg(&keys.changes).ignore();
        anew.cmd("SET").arg(&keys.snapshot).arg(snapshot_text(newest)).ignore();
        self.decided(&mut anew);
        self.said(anew.exec_async(connection).await)?;
        // The stream goes back as far as anyone remembers, so that a reader can see what led here.
        let before_oldest = self.state.oldest_change().map_or(newest.seq, |oldest| Seq(oldest.0 - 1));
        self.write_changes(connection, before_oldest).await
    }

    /// All changes after `written`. Too long ago means that changes came faster than Redis took them.
    async fn write_changes(&self, connection: &mut MultiplexedConnection, written: Seq) -> Result<Seq, Trouble> {
        let newest = self.state.snapshot();
        let Replay::Changes(changes) = self.state.changes_since(written) else {
            return Box::pin(self.begin_anew(connection, &newest)).await;
        };
        for several in changes.chunks(AT_ONCE) {
            let mut add = redis::pipe();
            several.iter().for_each(|change| self.add(&mut add, change, newest.epoch));
            self.said(add.exec_async(connection).await)?;
            self.vitals.redis_changes.inc_by(several.len() as u64);
        }
        let mut decided = redis::pipe();
        self.decided(&mut decided);
        self.said(decided.exec_async(connection).await)?;
        Ok(changes.last().map_or(written, |change| change.seq))
    }

    fn add(&self, pipeline: &mut Pipeline, change: &Change, epoch: Epoch) {
        let Change { seq, at, origin, events, rooms, .. } = change;
        let events: Vec<Event> = events.iter().map(open_event).collect();
        pipeline.cmd("XADD").arg(&self.target.keys.changes).arg("MAXLEN").arg("~").arg(CHANGES_KEPT);
        // Its number is its id: what is there already can not be added twice.
        pipeline.arg(format!("{}-0", seq.0)).arg("v").arg(VERSION).arg("epoch").arg(String::from(epoch));
        pipeline.arg("at").arg(at.micros()).arg("origin").arg(by(origin).to_string());
        pipeline.arg("rooms").arg(json!(rooms).to_string()).arg("events").arg(json!(events).to_string()).ignore();
    }

    /// What has no end: it is as it was decided until it is decided otherwise.
    fn decided(&self, pipeline: &mut Pipeline) {
        let (keys, views) = (&self.target.keys, (self.views)());
        pipeline.cmd("SET").arg(&keys.stream_state).arg(views.stream_state).ignore();
        pipeline.cmd("SET").arg(&keys.stream_config).arg(views.stream_config).ignore();
    }

    /// Says whether the copy of the show is there as well.
    async fn write_figures(&self, connection: &mut MultiplexedConnection) -> Result<bool, Trouble> {
        let (keys, views) = (&self.target.keys, (self.views)());
        let mut figures = redis::pipe();
        figures.cmd("SET").arg(&keys.stream_metrics).arg(views.stream_metrics).arg("EX").arg(STREAM_METRICS_TTL).ignore();
        figures.cmd("SET").arg(&keys.system_health).arg(views.system_health).arg("EX").arg(SYSTEM_HEALTH_TTL).ignore();
        figures.cmd("SET").arg(&keys.system_metrics).arg(views.system_metrics).arg("EX").arg(SYSTEM_METRICS_TTL).ignore();
        // Frames and rates in it are measured.
        figures.cmd("SET").arg(&keys.stream_state).arg(views.stream_state).ignore();
        figures.cmd("EXISTS").arg(&keys.snapshot).arg(&keys.stream_config);
        let (there,): (u32,) = self.said(figures.query_async(connection).await)?;
        Ok(there == 2)
    }

    async fn write_snapshot(&self, connection: &mut MultiplexedConnection) -> Result<(), Trouble> {
        let text = snapshot_text(&self.state.snapshot());
        self.said(redis::cmd("SET").arg(&self.target.keys.snapshot).arg(text).exec_async(connection).await)
    }

    /// The last changes of a server that goes down, if Redis takes them at once.
    async fn last_words(&self) {
        let words = async {
            let mut connection = self.target.connect().await?;
            self.begin(&mut connection).await
        };
        if !matches!(tokio::time::timeout(Duration::from_millis(300), words).await, Ok(Ok(_))) {
            tracing::warn!("the copy in Redis may lack the last changes");
        }
    }

    fn said<T>(&self, answer: Result<T, RedisError>) -> Result<T, Trouble> {
        answer.map_err(|error| self.target.trouble(&error))
    }
}

fn is_of_another(text: &str, own: Epoch) -> bool {
    let snapshot: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    snapshot["epoch"] != json!(own) && snapshot["seq"].as_u64().is_some_and(|seq| seq > 0)
}

/// Keys are for this server alone: in Redis everyone could read them who reads the show.
pub(super) fn snapshot_text(snapshot: &Snapshot) -> String {
    let Snapshot { epoch, seq, rooms, at, show, past: _ } = snapshot;
    json!({ "v": VERSION, "epoch": epoch, "seq": seq, "rooms": rooms, "at": at, "show": open_show(show) }).to_string()
}

/// Who did it, through which door, and as what they know it. Not the digest of the command: who knows all of it but a stream key could
/// try keys on it.
fn by(origin: &Origin) -> serde_json::Value {
    let operation = origin.operation.as_ref().map(|operation| &operation.id);
    json!({ "door": origin.door, "actor": origin.actor, "client_op_id": operation })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::Show;
    use crate::show::destination::Destination;

    #[test]
    fn no_key_of_a_destination_goes_to_redis() {
        let destination: Destination = serde_json::from_value(json!({
            "id": "tv", "name": "TV", "enabled": true, "kind": "rtmp", "url": "rtmp://h/live", "key": "s3cret"
        }))
        .unwrap();
        let event = Event::DestinationSaved { destination: Arc::new(destination.clone()) };
        assert!(!json!(open_event(&event)).to_string().contains("s3cret"));
        let mut show = Show::default();
        Arc::make_mut(&mut show.destinations).insert(destination.id.clone(), Arc::new(destination));
        let snapshot = Snapshot { seq: Seq(1), show: Arc::new(show), ..Snapshot::default() };
        let text = snapshot_text(&snapshot);
        assert!(text.contains("rtmp://h/live") && !text.contains("s3cret"), "{text}");
    }

    #[test]
    fn pauses_grow_to_two_seconds_and_no_further() {
        for (tries, longest) in [(0, 100), (1, 200), (4, 1_600), (5, 2_000), (1_000, 2_000)] {
            let pause = pause(tries).as_millis();
            assert!((longest / 2..=longest).contains(&pause), "{tries}: {pause}");
        }
    }
}
