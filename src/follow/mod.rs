//! A node that holds another marquee's show. The link brings changes down to the writer (`state::following`), hands commands up,
//! measures the leader's clock and says how it stands; files are fetched beside it.
//!
//! `dial` opens a line, `link` keeps one, `bus` reads Redis instead, `waiting` holds the commands that are on their way, `assets`
//! fetches files.

mod assets;
mod bus;
mod dial;
mod link;
mod timing;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::base::clock::Clock;
use crate::base::following::{FollowState, Following};
use crate::base::status::Condition;
use crate::base::vitals::Vitals;
use crate::library::Library;
use crate::state::StateHandle;
use crate::state::following::Link;
use crate::state::store::redis::Target;

pub use assets::Partials;
pub use dial::{Address, BadAddress};

/// Between two tries: the first is soon, the last soon enough for a leader that is back.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Whose show it is, and by which way it comes.
pub enum Source {
    Line(Address),
    /// Changes come from a Redis; commands and files by the line, if there is one.
    Bus(Box<Target>, Option<Address>),
}

impl Source {
    /// To the leader itself.
    pub fn line(&self) -> Option<&Address> {
        match self {
            Source::Line(address) | Source::Bus(_, Some(address)) => Some(address),
            Source::Bus(_, None) => None,
        }
    }
}

pub struct Env {
    pub source: Source,
    pub state: StateHandle,
    pub clock: Clock,
    pub vitals: Arc<Vitals>,
    pub library: Library,
    /// Files that are not whole yet.
    pub partials: Partials,
    pub closing: watch::Receiver<bool>,
}

/// What the tasks have in common.
#[derive(Clone)]
struct Node {
    /// For people.
    leader: String,
    state: StateHandle,
    clock: Clock,
    vitals: Arc<Vitals>,
    closing: watch::Receiver<bool>,
}

/// Starts the tasks; they end when `closing` turns true.
pub fn start(env: Env, link: Link) -> Vec<JoinHandle<()>> {
    let Env { source, state, clock, vitals, library, partials, closing } = env;
    let (leader, line) = match &source {
        Source::Line(address) => (address.shown(), Some(address.clone())),
        Source::Bus(_, line) => (line.as_ref().map_or_else(|| "by way of Redis".to_owned(), Address::shown), line.clone()),
    };
    let node = Node { leader: leader.clone(), state, clock, vitals, closing };
    node.vitals.following.set(Following::new(leader, node.clock.now()));
    node.vitals.status.report("follow", Condition::degraded("connecting to the leader"));
    let Link { commands, deliveries } = link;
    let mut tasks = Vec::new();
    if let Some(address) = &line {
        let fetching = assets::Fetching {
            node: node.clone(),
            address: address.clone(),
            deliveries: deliveries.clone(),
            library,
            partials,
        };
        tasks.push(tokio::spawn(fetching.run()));
    }
    match source {
        Source::Line(address) => tasks.push(tokio::spawn(link::keep(node, address, commands, deliveries, link::Part::All))),
        Source::Bus(target, Some(address)) => {
            tasks.push(tokio::spawn(bus::read(node.clone(), *target, deliveries.clone())));
            tasks.push(tokio::spawn(link::keep(node, address, commands, deliveries, link::Part::Commands)));
        }
        Source::Bus(target, None) => {
            tasks.push(tokio::spawn(waiting::turn_all_down(node.clone(), commands)));
            tasks.push(tokio::spawn(bus::read(node, *target, deliveries)));
        }
    }
    tasks
}

impl Node {
    async fn closed(&self) {
        // An error means that the one who would tell is gone, and so is the server.
        let _ = self.closing.clone().wait_for(|closing| *closing).await;
    }

    /// Everything has come that the leader is known to have, or not.
    fn stands_at(&self, leader_seq: u64) {
        let (own, now) = (self.state.snapshot().seq.0, self.clock.now());
        let state = if own < leader_seq { FollowState::Lagging } else { FollowState::Following };
        self.vitals.following.change(|following| {
            (following.last_seq, following.leader_seq) = (own, leader_seq.max(own));
            following.reason = None;
            following.becomes(state, now);
        });
        self.vitals.follow_connected.set(i64::from(state == FollowState::Following));
        self.vitals.status.report(
            "follow",
            match state {
                FollowState::Following => Condition::ok(),
                _ => Condition::degraded("the leader is ahead"),
            },
        );
    }

    fn is_cut_off(&self, why: &str) {
        // What it held when it was started is old, too.
        let is_new = self.vitals.following.get().is_some_and(|following| following.state == FollowState::Connecting);
        self.is_old(if is_new { FollowState::Connecting } else { FollowState::Stale }, why);
    }

    /// The leader is there, and has lost the one that it follows.
    fn is_cut_off_above(&self, why: &str) {
        self.is_old(FollowState::Stale, &format!("it is cut off from its own leader: {why}"));
    }

    fn is_old(&self, state: FollowState, why: &str) {
        let now = self.clock.now();
        let mut was_there = false;
        self.vitals.following.change(|following| {
            was_there = matches!(following.state, FollowState::Following | FollowState::Lagging);
            following.becomes(state, now);
            following.reason = Some(why.to_owned());
        });
        if was_there {
            self.vitals.follow_losses.inc();
            tracing::warn!(leader = self.leader, "the leader is lost: {why}; the show stands as it is until it is back");
        }
        self.vitals.follow_connected.set(0);
        let since = self.vitals.following.get().map_or(0, |following| following.since);
        let gone = now.since(crate::show::time::ShowTime(since.saturating_mul(1_000))).as_secs();
        self.vitals.status.report("follow", Condition::degraded(format!("cut off from the leader for {gone} s: {why}")));
    }
}

/// Longer each time, and not the same for all nodes that lost the same leader.
fn pause(tries: u32) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(1 << tries.min(10)).min(LONGEST_PAUSE);
    pause.mul_f64(0.5 + fastrand::f64() / 2.0)
}
