//! Pixels that come in over the network, and who may send them.

use std::sync::Arc;

use super::{check_name, check_new, patch};
use crate::show::Show;
use crate::show::ids::FeedId;
use crate::show::layer::Content;
use crate::show::light::feed::LightFeed;
use crate::show::light::zone::{Look, ZoneContent, ZoneLayer};
use crate::show::time::ShowTime;
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// Each costs a look at every packet that comes to its port.
const MAX_FEEDS: usize = 64;

pub(super) fn find<'a>(show: &'a Show, id: &FeedId) -> Result<&'a Arc<LightFeed>, Rejection> {
    show.light_feeds.get(id).ok_or_else(|| Rejection::NoFeed(id.clone()))
}

pub(super) fn put(show: &Show, feed: LightFeed, only_new: bool) -> Result<Event, Rejection> {
    let exists = show.light_feeds.contains_key(&feed.id);
    check_new(only_new, exists, "feed", feed.id.as_str())?;
    check_count(show.light_feeds.len() + usize::from(!exists))?;
    save(feed)
}

pub(super) fn change(show: &Show, id: &FeedId, patch: &Patch) -> Result<Event, Rejection> {
    save(patch::merged("feed", &**find(show, id)?, patch)?)
}

fn save(feed: LightFeed) -> Result<Event, Rejection> {
    check(&feed)?;
    Ok(Event::LightFeedSaved { feed: Arc::new(feed) })
}

pub(super) fn remove(show: &Show, id: FeedId, now: ShowTime) -> Result<Event, Rejection> {
    find(show, &id)?;
    let is_it = |layer: &ZoneLayer| matches!(&layer.content, ZoneContent::Feed { feed } if *feed == id);
    let shows = |look: &Look| look.layers.iter().any(|layer| layer.is_seen(now) && is_it(layer));
    match show.zones.values().find(|zone| shows(&zone.look)) {
        Some(zone) => Err(Rejection::FeedInUse(id, zone.id.clone())),
        None => check_no_layer(show, &id).map(|()| Event::LightFeedRemoved { feed: id }),
    }
}

fn check_no_layer(show: &Show, id: &FeedId) -> Result<(), Rejection> {
    for scene in show.scenes.values() {
        if let Some(layer) = scene.all().find(|layer| matches!(&layer.content, Content::Feed { feed } if feed == id)) {
            return Err(Rejection::FeedInLayer(id.clone(), scene.id.clone(), layer.id.clone()));
        }
    }
    Ok(())
}

pub(super) fn check_count(feeds: usize) -> Result<(), Rejection> {
    if feeds > MAX_FEEDS { Err(Rejection::TooMany { what: "feeds", limit: MAX_FEEDS }) } else { Ok(()) }
}

pub(super) fn check(feed: &LightFeed) -> Result<(), Rejection> {
    check_name(&feed.name)?;
    feed.check().map_err(|error| Rejection::Invalid { what: "feed", why: error.to_string() })
}
