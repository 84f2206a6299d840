//! A node that follows another: where the changes come from, and what it leaves to the leader.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::Context;
use tokio::sync::watch;

use super::{BadSetting, copy};
use crate::base::config::{Config, Follow, Hidden, Redis};
use crate::follow::{self, Address, Partials, Source};
use crate::state::following::{self, Link};
use crate::state::store::Loaded;
use crate::state::store::directory::DataDirectory;
use crate::state::store::journal::Journal;
use crate::state::{StateHandle, writer};

/// The writer's thread, and the link's end of it on a node that follows another.
pub struct Started {
    pub state: StateHandle,
    pub writer: JoinHandle<()>,
    pub link: Option<Link>,
}

/// Decides here, or follows.
pub fn start(config: &Config, journal: Journal, loaded: Loaded, env: writer::Env) -> io::Result<Started> {
    if config.follow.is_none() {
        let (state, writer) = writer::start(Box::new(journal), loaded, env)?;
        return Ok(Started { state, writer, link: None });
    }
    let (state, link, writer) = following::start(journal, loaded, env)?;
    Ok(Started { state, writer, link: Some(link) })
}

/// Before anything runs: which way the changes come, and whether the journal is one to follow with.
pub fn source(config: &Config, journal: &mut Journal, loaded: &mut Loaded) -> anyhow::Result<Option<Source>> {
    let followed = journal.is_followed(loaded, config.follow.is_some());
    followed.context("the data directory can not be used for this")?;
    let Some(follow) = &config.follow else { return Ok(None) };
    if config.restore_from_redis || config.demo || config.live {
        let why = "demo, live and restore_from are the leader's to decide".to_owned();
        return Err(BadSetting { key: "follow", why }.into());
    }
    let Follow { url, token: _, authority, prefix, commands } = follow;
    if !url.reveal().starts_with("redis") {
        return Ok(Some(Source::Line(address("follow", url, follow)?)));
    }
    if config.redis.as_ref().is_some_and(|redis| redis.url == *url) {
        let why = "the leader's copy would be written over: leave redis away".to_owned();
        return Err(BadSetting { key: "redis", why }.into());
    }
    let bus = Redis { url: url.clone(), authority: authority.clone(), prefix: prefix.clone() };
    let line = commands.as_ref().map(|commands| address("follow_commands", commands, follow)).transpose()?;
    Ok(Some(Source::Bus(Box::new(copy::target_of(&bus, "follow", "follow_ca")?), line)))
}

fn address(key: &'static str, url: &Hidden, follow: &Follow) -> anyhow::Result<Address> {
    let token = follow.token.as_ref().map(Hidden::reveal);
    let address = Address::new(url.reveal(), token, follow.authority.as_deref());
    address.map_err(|error| BadSetting { key, why: error.to_string() }.into())
}

impl super::House {
    /// Nothing where everything is decided here.
    pub(super) fn follow(&mut self, closing: watch::Receiver<bool>) -> anyhow::Result<Vec<tokio::task::JoinHandle<()>>> {
        let (Some(source), Some(link)) = (self.source.take(), self.link.take()) else { return Ok(Vec::new()) };
        let env = follow::Env {
            source,
            state: self.state.clone(),
            clock: self.clock.clone(),
            vitals: Arc::clone(&self.vitals),
            library: self.library.clone(),
            partials: partials(&self.directory)?,
            closing,
        };
        Ok(follow::start(env, link))
    }
}

fn partials(directory: &DataDirectory) -> anyhow::Result<Partials> {
    Partials::open(directory.partials()).context("there is no place for files of the leader's")
}
