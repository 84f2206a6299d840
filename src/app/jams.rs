//! Keeps to the show's list of jams to join: links are begun and ended as it says. A node that follows another looks on at those of the
//! leader's own jams that the show shows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::base::clock::Clock;
use crate::base::dial::Dialler;
use crate::follow::Address;
use crate::frame::jams::JamBoard;
use crate::frame::leds::LitElsewhere;
use crate::jam::hall::Hall;
use crate::jam::lease::Leases;
use crate::jam::node::link::{Env, LONGEST, PROTOCOL, Role, hold};
use crate::jam::node::status::LinkBoard;
use crate::show::Show;
use crate::show::jam::address::JamAddress;
use crate::show::jam::code::JamCode;
use crate::show::jam::link::JamLink;
use crate::show::jam::shown::shown;
use crate::show::light::fixture::{Fixture, Wire};
use crate::state::StateHandle;

pub struct Joining {
    pub state: StateHandle,
    pub clock: Clock,
    pub board: Arc<JamBoard>,
    pub links: LinkBoard,
    /// Of the jams that are kept here.
    pub leases: Leases,
    pub elsewhere: LitElsewhere,
    pub hall: Hall,
    /// For servers that want to know who comes.
    pub dialler: Dialler,
    /// Who is followed, where that one can be asked.
    pub leader: Option<Address>,
}

/// How a jam of another server comes here.
#[derive(Clone, PartialEq, Eq)]
enum Way {
    Joined(Arc<JamLink>),
    /// The leader has it, and shows it.
    Watched,
}

struct Held {
    way: Way,
    stop: watch::Sender<bool>,
}

/// This node, among those that share the jams kept here.
const OURSELVES: u64 = 0;
/// Of the leader's, at once.
const MOST_WATCHED: usize = 64;
/// What another one lights may become free.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Until the server goes down.
pub async fn keep_joined(joining: Joining, mut closed: watch::Receiver<bool>) {
    let mut snapshots = joining.state.snapshots();
    let devices = watch::Sender::new((Vec::new(), 0));
    let mut held: BTreeMap<JamCode, Held> = BTreeMap::new();
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let show = snapshots.borrow_and_update().show.clone();
        // A node that follows another has the same fixtures in its show, and lights none of them.
        let outputs = joining.state.outputs().load_full();
        let lit = lit(&outputs);
        joining.give_way(&outputs, &lit.0);
        devices.send_if_modified(|known| std::mem::replace(known, lit.clone()) != lit);
        let wanted = joining.wanted(&show);
        held.retain(|code, held| {
            let is_wanted = wanted.get(code) == Some(&held.way);
            if !is_wanted {
                held.stop.send_replace(true);
            }
            is_wanted
        });
        for (code, way) in wanted {
            if let (false, Some((address, env))) = (held.contains_key(&code), joining.link(code, &way, &devices)) {
                let (stop, stopped) = watch::channel(false);
                tokio::spawn(hold(address, env, stopped));
                held.insert(code, Held { way, stop });
            }
        }
        tokio::select! {
            changed = snapshots.changed() => if changed.is_err() { return },
            _ = look.tick() => {}
            _ = closed.wait_for(|closed| *closed) => return,
        }
    }
}

impl Joining {
    /// A jam that is kept here comes from nowhere else, whatever its code.
    fn wanted(&self, show: &Show) -> BTreeMap<JamCode, Way> {
        let joined = show.jam_links.iter().map(|(code, link)| (*code, Way::Joined(link.clone())));
        let mut wanted: BTreeMap<JamCode, Way> = joined.collect();
        if self.leader.is_some() {
            let others = shown(show).into_iter().filter(|code| !show.jam_links.contains_key(code));
            let others = others.filter(|code| self.hall.room(*code).is_err());
            wanted.extend(others.take(MOST_WATCHED).map(|code| (code, Way::Watched)));
        }
        wanted
    }

    fn link(&self, code: JamCode, way: &Way, devices: &watch::Sender<(Vec<String>, u16)>) -> Option<(JamAddress, Env)> {
        let (address, dialler, role) = match way {
            Way::Joined(link) => (JamAddress::parse(&link.url).ok()?, self.dialler.clone(), Role::Guest(link.name.clone())),
            Way::Watched => {
                let (url, dialler) = self.leader.as_ref()?.socket();
                let role = Role::Follower(self.hall.watched().clone());
                (JamAddress { url: url.clone(), code }, dialler.speaking(PROTOCOL, LONGEST), role)
            }
        };
        let (clock, board, links) = (self.clock.clone(), self.board.clone(), self.links.clone());
        Some((address, Env { clock, board, links, dialler, role, devices: devices.subscribe() }))
    }

    /// Whatever several nodes of a jam could light, one of them does.
    fn give_way(&self, show: &Show, devices: &[String]) {
        let ours: BTreeSet<String> = self.leases.claim(OURSELVES, devices).into_iter().collect();
        let is_elsewhere = |fixture: &&Arc<Fixture>| {
            let device = device(&fixture.wire);
            device.is_some_and(|device| {
                devices.contains(&device) && !ours.contains(&device) || self.links.is_elsewhere(&device)
            })
        };
        let elsewhere = show.fixtures.values().filter(is_elsewhere).map(|fixture| fixture.id.clone()).collect();
        self.elsewhere.set(elsewhere);
    }
}

/// What this node lights, by names that other nodes know too, and how many LEDs that are.
fn lit(show: &Show) -> (Vec<String>, u16) {
    let fixtures = show.fixtures.values().filter(|fixture| fixture.enabled && !fixture.segments.is_empty());
    let devices = fixtures.clone().filter_map(|fixture| device(&fixture.wire)).collect();
    let leds: u32 = fixtures.map(|fixture| fixture.pixel_count(show)).sum();
    (devices, u16::try_from(leds).unwrap_or(u16::MAX))
}

/// What hangs on this machine is this node's alone, and what is sent to everybody nobody's.
pub fn device(wire: &Wire) -> Option<String> {
    match wire {
        Wire::Wled { host, .. } => Some(format!("wled://{host}")),
        Wire::Ddp { host, port, destination_id, .. } => Some(format!("ddp://{host}:{port}/{destination_id}")),
        Wire::Sacn { host: Some(host), universe, .. } => Some(format!("sacn://{host}/{universe}")),
        Wire::Sacn { host: None, universe, .. } => Some(format!("sacn://all/{universe}")),
        Wire::Artnet { host, .. } => Some(format!("artnet://{host}")),
        _ => None,
    }
}
