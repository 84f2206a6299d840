//! Keeps to the show's list of jams to join: links are begun and ended as it says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::base::clock::Clock;
use crate::frame::jams::JamBoard;
use crate::frame::leds::LitElsewhere;
use crate::jam::lease::Leases;
use crate::jam::node::link::{Env, hold};
use crate::jam::node::status::LinkBoard;
use crate::show::Show;
use crate::show::jam::address::JamAddress;
use crate::show::jam::code::JamCode;
use crate::show::jam::link::JamLink;
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
    /// For servers that want to know who comes.
    pub token: Option<String>,
}

struct Held {
    link: Arc<JamLink>,
    stop: watch::Sender<bool>,
}

/// This node, among those that share the jams kept here.
const OURSELVES: u64 = 0;
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
        held.retain(|code, held| show.jam_links.get(code).is_some_and(|link| *link == held.link));
        for (code, link) in show.jam_links.iter() {
            if let (false, Ok(address)) = (held.contains_key(code), JamAddress::parse(&link.url)) {
                let (stop, stopped) = watch::channel(false);
                tokio::spawn(hold(address, joining.env(link, devices.subscribe()), stopped));
                held.insert(*code, Held { link: link.clone(), stop });
            }
        }
        tokio::select! {
            changed = snapshots.changed() => if changed.is_err() { return },
            _ = look.tick() => {}
            _ = closed.wait_for(|closed| *closed) => {
                held.values().for_each(|held| {
                    held.stop.send_replace(true);
                });
                return;
            }
        }
    }
}

impl Joining {
    fn env(&self, link: &JamLink, devices: watch::Receiver<(Vec<String>, u16)>) -> Env {
        Env {
            clock: self.clock.clone(),
            board: self.board.clone(),
            links: self.links.clone(),
            name: link.name.clone(),
            token: self.token.clone(),
            devices,
        }
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
