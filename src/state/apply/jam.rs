//! Jams of other servers that this node joins, and the zones that show them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::zone;
use crate::show::Show;
use crate::show::ids::{ZoneId, ZoneLayerId};
use crate::show::jam::address::JamAddress;
use crate::show::jam::code::JamCode;
use crate::show::jam::link::{JamLink, MOST_LINKS};
use crate::show::jam::participant::plain_name;
use crate::show::light::blend::LightBlend;
use crate::show::light::zone::{ZoneContent, ZoneLayer};
use crate::show::time::ShowTime;
use crate::state::asked::{NewContent, NewZoneLayer, Passage};
use crate::state::event::Event;
use crate::state::rejection::Rejection;

const LONGEST_URL: usize = 512;
/// Above animations, below what is put there by hand with more.
const PRIORITY: u8 = 120;

pub(super) fn join(
    show: &Show,
    url: &str,
    name: Option<String>,
    zones: Option<Vec<ZoneId>>,
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let address = JamAddress::parse(url).map_err(Rejection::BadJamAddress)?;
    if url.len() > LONGEST_URL {
        return Err(Rejection::TooMany { what: "characters of an address", limit: LONGEST_URL });
    }
    let name = name.as_deref().and_then(plain_name).unwrap_or_else(|| "Marquee".to_owned());
    let link = JamLink { jam: address.code, url: url.to_owned(), name };
    let is_new = !show.jam_links.contains_key(&link.jam);
    check_count(show.jam_links.len() + usize::from(is_new))?;
    let mut events = Vec::new();
    for id in zones.unwrap_or_else(|| show.zones.keys().cloned().collect()) {
        let zone = zone::find(show, &id)?;
        let shows = |layer: &Arc<ZoneLayer>| matches!(layer.content, ZoneContent::Jam { jam, .. } if jam == link.jam);
        if !zone.look.layers.iter().any(shows) {
            events.push(zone::put_layer(show, &id, layer(link.jam)?, Passage::default(), now)?);
        }
    }
    events.push(Event::JamLinked { link: Arc::new(link) });
    Ok(events)
}

/// What the layer is called that joining puts there.
fn layer_id(jam: JamCode) -> Result<ZoneLayerId, Rejection> {
    ZoneLayerId::new(&format!("jam-{jam}")).map_err(|error| Rejection::Invalid { what: "layer", why: error.to_string() })
}

fn layer(jam: JamCode) -> Result<NewZoneLayer, Rejection> {
    let content = NewContent::Jam { jam, module: None, input: None };
    let (blend, priority) = (LightBlend::default(), Some(PRIORITY));
    Ok(NewZoneLayer { id: layer_id(jam)?, blend, opacity: None, priority, timeout: None, content })
}

pub(super) fn leave(show: &Show, jam: JamCode, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    if !show.jam_links.contains_key(&jam) {
        return Err(Rejection::NoJamLink(jam));
    }
    let id = layer_id(jam)?;
    let zones = show.zones.values().filter_map(|zone| zone::without(zone, |layer| layer.id == id, now));
    let mut events: Vec<Event> = zones.map(|zone| Event::ZoneSaved { zone: Arc::new(zone) }).collect();
    events.push(Event::JamUnlinked { jam });
    Ok(events)
}

fn check_count(links: usize) -> Result<(), Rejection> {
    if links > MOST_LINKS { Err(Rejection::TooMany { what: "jams", limit: MOST_LINKS }) } else { Ok(()) }
}

pub(super) fn check(links: &BTreeMap<JamCode, Arc<JamLink>>) -> Result<(), Rejection> {
    check_count(links.len())?;
    links.values().try_for_each(|link| {
        let address = JamAddress::parse(&link.url).map_err(Rejection::BadJamAddress)?;
        let is_right = address.code == link.jam && link.url.len() <= LONGEST_URL;
        is_right.then_some(()).ok_or_else(|| Rejection::Invalid { what: "jam", why: "its address is another's".to_owned() })
    })
}
