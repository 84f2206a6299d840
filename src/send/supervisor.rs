//! Compares what runs with what the show wants, and starts, stops or changes the difference.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::Env;
use super::destination::{self, Destination, Order};
use super::encoder::{self, Encoder, Spec};
use super::program::{Program, Programs};
use super::reconcile::reconcile;
use crate::base::clock::Stopwatch;
use crate::base::tasks::{StopFlag, join_within};
use crate::show::Show;
use crate::show::ids::{DestinationId, RenditionId};
use crate::show::time::ShowTime;

/// Changes wake the supervisor; this is for the threads that end by themselves.
const LOOK: Duration = Duration::from_millis(200);

/// Among destinations, which it can not be mistaken for: their ids have no spaces.
fn encoder_of(rendition: &RenditionId) -> String {
    format!("the encoder of {rendition}")
}

pub(super) struct Supervisor {
    show: Arc<ArcSwap<Show>>,
    stop: StopFlag,
    encoder_env: encoder::Env,
    destination_env: destination::Env,
    encoders: BTreeMap<RenditionId, Encoder>,
    /// When the stream was started that is being sent.
    on_air_since: Option<ShowTime>,
    destinations: BTreeMap<DestinationId, Destination>,
    /// What each of them was started with.
    orders: BTreeMap<DestinationId, Order>,
    /// Told to stop, and not yet done. One that takes another's place waits for it.
    leaving: Vec<(String, JoinHandle<()>)>,
    /// Everything that ever had a state, so that one that was removed can be forgotten.
    known: BTreeMap<DestinationId, ()>,
}

impl Supervisor {
    pub fn new(env: Env, stop: StopFlag) -> Self {
        let Env {
            show,
            clock,
            frames,
            sound,
            program,
            recordings,
            replay: _,
            shelf,
            pipelines,
            speakers: _,
            encoder: choice,
            vitals,
        } = env;
        let programs = Programs::new(program);
        let destination_env = destination::Env {
            clock: clock.clone(),
            programs: programs.clone(),
            pipelines: pipelines.clone(),
            recordings,
            shelf,
            vitals: vitals.clone(),
        };
        let troubles = Default::default();
        let encoder_env = encoder::Env { clock, frames, sound, programs, pipelines, choice, vitals, troubles };
        Self {
            show,
            stop,
            encoder_env,
            destination_env,
            encoders: BTreeMap::new(),
            on_air_since: None,
            destinations: BTreeMap::new(),
            orders: BTreeMap::new(),
            leaving: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    /// The program that is always there.
    pub fn main_program(&self) -> Arc<Program> {
        self.encoder_env.programs.of(&RenditionId::main())
    }

    pub fn programs(&self) -> Programs {
        self.encoder_env.programs.clone()
    }

    pub fn run(mut self) -> Vec<String> {
        while !self.stop.is_set() {
            let show = self.show.load_full();
            self.follow(&show);
            std::thread::park_timeout(LOOK);
        }
        self.shut_down()
    }

    fn follow(&mut self, show: &Show) {
        self.leaving.retain(|(_, thread)| !thread.is_finished());
        self.bury();
        let since = show.stream.on_air_since();
        // Stopped and started again since the last look: everything ends first, and begins at the next look.
        let is_another_stream = since.is_some() && self.on_air_since.is_some() && since != self.on_air_since;
        self.on_air_since = since;
        let on_air = since.is_some() && !is_another_stream;
        let wanted = show.destinations.values().filter(|destination| on_air && destination.enabled);
        let desired: BTreeMap<_, _> =
            wanted.map(|destination| (destination.id.clone(), Order::of(destination, &show.config))).collect();
        self.follow_encoders(&if on_air { self.wanted_encoders(show, &desired) } else { BTreeMap::new() });
        self.follow_destinations(&desired);
        self.count_takers(show, &desired);
        self.forget_removed(show);
    }

    /// A thread that ended by itself has failed; what it did is started anew.
    fn bury(&mut self) {
        self.encoders.retain(|rendition, encoder| {
            let failed = encoder.is_finished();
            if failed {
                tracing::error!(%rendition, "the encoder's thread has failed");
            }
            !failed
        });
        let failed = self.destinations.iter().filter(|(_, destination)| destination.is_finished());
        let failed: Vec<_> = failed.map(|(id, _)| id.clone()).collect();
        for id in failed {
            tracing::error!(destination = %id, "its thread has failed");
            self.destinations.remove(&id);
            self.orders.remove(&id);
        }
    }

    /// The main rendition always, each other while a destination wants it or somebody watches it.
    fn wanted_encoders(&self, show: &Show, orders: &BTreeMap<DestinationId, Order>) -> BTreeMap<RenditionId, Spec> {
        let (config, programs) = (&show.config, &self.encoder_env.programs);
        let is_wanted = |rendition: &RenditionId| {
            orders.values().any(|order| order.renditions.contains(rendition)) || programs.of(rendition).watchers() > 0
        };
        let others = config.renditions.iter().filter(|rendition| is_wanted(&rendition.id));
        let others = others.map(|rendition| (rendition.id.clone(), Spec::of(config, rendition)));
        others.chain([(RenditionId::main(), Spec::main(config))]).collect()
    }

    fn follow_encoders(&mut self, desired: &BTreeMap<RenditionId, Spec>) {
        for (rendition, spec) in desired {
            match self.encoders.get_mut(rendition) {
                Some(encoder) if encoder.can_become(spec) => encoder.become_spec(spec.clone()),
                Some(_) => self.end_encoder(rendition),
                None => {}
            }
        }
        let unwanted: Vec<_> = self.encoders.keys().filter(|rendition| !desired.contains_key(*rendition)).cloned().collect();
        unwanted.iter().for_each(|rendition| self.end_encoder(rendition));
        for (rendition, spec) in desired {
            // Two encoders would take each other's frames, so the new one waits until the old one is done.
            if self.encoders.contains_key(rendition) || self.is_leaving(&encoder_of(rendition)) {
                continue;
            }
            match Encoder::start(spec.clone(), self.encoder_env.clone()) {
                Ok(encoder) => drop(self.encoders.insert(rendition.clone(), encoder)),
                Err(error) => tracing::error!(%error, %rendition, "the encoder's thread can not be started"),
            }
        }
    }

    fn end_encoder(&mut self, rendition: &RenditionId) {
        if let Some(encoder) = self.encoders.remove(rendition) {
            self.leaving.push((encoder_of(rendition), encoder.stop()));
        }
    }

    fn follow_destinations(&mut self, desired: &BTreeMap<DestinationId, Order>) {
        let plan = reconcile(&self.orders, desired);
        for id in plan.stop.iter().chain(&plan.restart) {
            self.orders.remove(id);
            if let Some(destination) = self.destinations.remove(id) {
                self.leaving.push((id.to_string(), destination.stop()));
            }
        }
        for id in plan.start.iter().chain(&plan.restart) {
            // The one before may still be finishing its file; next time, then.
            if self.is_leaving(id.as_str()) {
                continue;
            }
            let Some(order) = desired.get(id) else { continue };
            match Destination::start(id.clone(), order.clone(), self.destination_env.clone()) {
                Ok(destination) => {
                    self.destinations.insert(id.clone(), destination);
                    self.orders.insert(id.clone(), order.clone());
                    self.known.insert(id.clone(), ());
                }
                Err(error) => tracing::error!(%error, destination = %id, "its thread can not be started"),
            }
        }
    }

    fn count_takers(&self, show: &Show, orders: &BTreeMap<DestinationId, Order>) {
        let programs = &self.encoder_env.programs;
        programs.keep(|rendition| show.config.has_rendition(rendition));
        for rendition in self.encoders.keys() {
            let takers = orders.values().filter(|order| order.renditions.contains(rendition)).count();
            let program = programs.of(rendition);
            program.set_destinations(takers + program.watchers());
        }
    }

    fn is_leaving(&self, name: &str) -> bool {
        self.leaving.iter().any(|(leaving, thread)| leaving == name && !thread.is_finished())
    }

    /// A destination that no longer exists has no state and no figures.
    fn forget_removed(&mut self, show: &Show) {
        let destination::Env { vitals, shelf, .. } = &self.destination_env;
        let leaving: Vec<_> = self.leaving.iter().map(|(name, _)| name.clone()).collect();
        self.known.retain(|id, ()| {
            let gone = !show.destinations.contains_key(id) && !leaving.iter().any(|name| name == id.as_str());
            if gone {
                vitals.status.forget_destination(id.as_str());
                shelf.remove(id);
                for family in [
                    &vitals.destination_bytes,
                    &vitals.destination_packets,
                    &vitals.destination_dropped,
                    &vitals.destination_reconnects,
                ] {
                    // Fails only when there was none.
                    let _ = family.remove_label_values(&[id.as_str()]);
                }
            }
            !gone
        });
    }

    /// The encoders first, so that destinations get its last packets and then the end.
    fn shut_down(mut self) -> Vec<String> {
        let watch = Stopwatch::start();
        let limit = Duration::from_millis(3_300);
        let mut late = Vec::new();
        // All are told before any is waited for.
        let encoders = std::mem::take(&mut self.encoders).into_iter();
        let encoders: Vec<_> = encoders.map(|(rendition, encoder)| (encoder_of(&rendition), encoder.stop())).collect();
        for (name, thread) in encoders {
            if !join_within(thread, Duration::from_millis(1_000).saturating_sub(watch.elapsed())) {
                late.push(name);
            }
        }
        let destinations = std::mem::take(&mut self.destinations);
        self.leaving.extend(destinations.into_iter().map(|(id, destination)| (id.to_string(), destination.stop())));
        for (name, thread) in self.leaving {
            if !join_within(thread, limit.saturating_sub(watch.elapsed())) {
                late.push(name);
            }
        }
        late
    }
}
