//! Destinations, and how an RTMP address is taken apart: what may be shown, and the key, which may not.

mod srt;

use std::sync::Arc;

use super::{check_name, check_new, check_range, patch};
use crate::show::Show;
use crate::show::destination::{Destination, Secret, Target};
use crate::show::ids::DestinationId;
use crate::show::stream::StreamConfig;
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// Each one has a thread and a connection.
const MAX_DESTINATIONS: usize = 32;
const MAX_ADDRESS: usize = 1024;

pub(super) fn put(show: &Show, destination: Destination, only_new: bool) -> Result<Event, Rejection> {
    let exists = show.destinations.contains_key(&destination.id);
    check_new(only_new, exists, "destination", destination.id.as_str())?;
    check_count(show.destinations.len() + usize::from(!exists))?;
    save(show, destination)
}

pub(super) fn check_count(destinations: usize) -> Result<(), Rejection> {
    if destinations > MAX_DESTINATIONS {
        return Err(Rejection::TooMany { what: "destinations", limit: MAX_DESTINATIONS });
    }
    Ok(())
}

/// As it was saved once. Only its secrets may be missing: they are left out where others could read them.
pub(super) fn check(destination: &Destination) -> Result<(), Rejection> {
    let Destination { name, target, .. } = destination;
    check_name(name)?;
    let Target::Rtmp { url, key } = target else { return checked(target.clone()).map(drop) };
    let key = if key.is_empty() { Secret::new("left-out") } else { key.clone() };
    match rtmp(url, key)? {
        Target::Rtmp { url: saved, .. } if saved == *url => Ok(()),
        _ => Err(Rejection::BadDestination("it is not written as it would be saved")),
    }
}

/// Whether every destination would still find its rendition.
pub(super) fn check_renditions(show: &Show, config: &StreamConfig) -> Result<(), Rejection> {
    let wanted = show.destinations.values().flat_map(|destination| {
        let id = &destination.id;
        destination.renditions().into_iter().map(move |rendition| (id, rendition))
    });
    let mut missing =
        wanted.filter(|(_, rendition)| show.config.has_rendition(rendition) && !config.has_rendition(rendition));
    match missing.next() {
        Some((id, rendition)) => Err(Rejection::RenditionInUse(rendition, id.clone())),
        None => Ok(()),
    }
}

pub(super) fn change(show: &Show, id: &DestinationId, mut patch: Patch) -> Result<Event, Rejection> {
    let present = find(show, id)?;
    // A new address that brings its own key replaces the old key; one without leaves it.
    if let Some(url) = patch.get("url").and_then(|url| url.as_str())
        && !patch.contains_key("key")
        && brings_key(url)
    {
        patch.insert("key".to_owned(), "".into());
    }
    save(show, patch::merged("destination", &**present, &patch)?)
}

pub(super) fn remove(show: &Show, id: DestinationId) -> Result<Event, Rejection> {
    find(show, &id)?;
    Ok(Event::DestinationRemoved { destination: id })
}

fn find<'a>(show: &'a Show, id: &DestinationId) -> Result<&'a Arc<Destination>, Rejection> {
    show.destinations.get(id).ok_or_else(|| Rejection::NoDestination(id.clone()))
}

pub(super) fn save(show: &Show, destination: Destination) -> Result<Event, Rejection> {
    check_name(&destination.name)?;
    check_wanted(show, &destination)?;
    let target = checked(destination.target)?;
    Ok(Event::DestinationSaved { destination: Arc::new(Destination { target, ..destination }) })
}

/// One that comes without its secret, and is switched off until it has it.
pub(super) fn save_without_secret(show: &Show, destination: Destination) -> Result<Event, Rejection> {
    check_wanted(show, &destination)?;
    check(&destination)?;
    Ok(Event::DestinationSaved { destination: Arc::new(Destination { enabled: false, ..destination }) })
}

fn check_wanted(show: &Show, destination: &Destination) -> Result<(), Rejection> {
    match destination.renditions().into_iter().find(|rendition| !show.config.has_rendition(rendition)) {
        Some(missing) => Err(Rejection::NoRendition(destination.id.clone(), missing)),
        None => Ok(()),
    }
}

fn checked(target: Target) -> Result<Target, Rejection> {
    match target {
        Target::Rtmp { url, key } => rtmp(&url, key),
        Target::Srt { .. } => srt::checked(target),
        Target::Hls { segment_ms, window, ref renditions, .. } => {
            check_range("segment_ms", f64::from(segment_ms), 1_000.0..=10_000.0, "1000 to 10000 milliseconds")?;
            check_range("window", f64::from(window), 3.0..=30.0, "3 to 30 segments")?;
            check_range("renditions", renditions.len() as f64, 1.0..=5.0, "1 to 5 renditions")?;
            Ok(target)
        }
        record @ Target::Record { .. } => Ok(record),
    }
}

/// `rtmp://host[:port]/app[/more]`, with the key given beside it or as the last part of the path with the query.
fn rtmp(url: &str, key: Secret) -> Result<Target, Rejection> {
    let bad = Rejection::BadDestination;
    if url.len() > MAX_ADDRESS || key.reveal().len() > MAX_ADDRESS {
        return Err(bad("it is longer than 1024 characters"));
    }
    let unprintable = |text: &str| text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '"' || c == '\\');
    if unprintable(url) || unprintable(key.reveal()) {
        return Err(bad("it must not contain spaces, quotes or control characters"));
    }
    let (scheme, rest) = url.split_once("://").ok_or(bad("it must begin with rtmp:// or rtmps://"))?;
    if scheme != "rtmp" && scheme != "rtmps" {
        return Err(bad("it must begin with rtmp:// or rtmps://"));
    }
    let (authority, path) = rest.split_once('/').ok_or(bad("the application is missing: rtmp://host/app"))?;
    check_authority(authority)?;
    let (application, key) = if key.is_empty() { split_key(path)? } else { (path, key) };
    let application = application.trim_end_matches('/');
    if application.is_empty() || application.contains(['?', '#']) {
        return Err(bad("the application is missing or carries a query: give rtmp://host/app and the key"));
    }
    Ok(Target::Rtmp { url: format!("{scheme}://{authority}/{application}"), key })
}

fn check_authority(authority: &str) -> Result<(), Rejection> {
    let bad = Rejection::BadDestination;
    if authority.contains('@') {
        return Err(bad("user names in the address are not supported"));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if host.is_empty() {
        return Err(bad("the host is missing"));
    }
    match port.map(str::parse::<u16>) {
        Some(Err(_) | Ok(0)) => Err(bad("the port must be 1 to 65535")),
        _ => Ok(()),
    }
}

fn split_key(path: &str) -> Result<(&str, Secret), Rejection> {
    let plain = path.find('?').unwrap_or(path.len());
    let slash = path[..plain].rfind('/').ok_or(Rejection::BadDestination("the stream key is missing"))?;
    let key = &path[slash + 1..];
    if key.is_empty() {
        return Err(Rejection::BadDestination("the stream key is missing"));
    }
    Ok((&path[..slash], Secret::new(key)))
}

fn brings_key(url: &str) -> bool {
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    split_key(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, key: &str, expected: Result<(&str, &str), ()>) {
        let found = rtmp(url, Secret::new(key)).map_err(|_| ());
        let expected = expected.map(|(url, key)| Target::Rtmp { url: url.to_owned(), key: Secret::new(key) });
        assert_eq!(found, expected, "{url}");
    }

    #[test]
    fn addresses_are_taken_apart() {
        check("rtmp://h/live/s1?key=a/b", "", Ok(("rtmp://h/live", "s1?key=a/b")));
        check("rtmp://h:1935/live/x/s1", "", Ok(("rtmp://h:1935/live/x", "s1")));
        check("rtmp://h/live", "s1", Ok(("rtmp://h/live", "s1")));
        check("rtmps://[::1]:443/app/", "s1", Ok(("rtmps://[::1]:443/app", "s1")));
        check("rtmp://[::1]/app/s", "", Ok(("rtmp://[::1]/app", "s")));
        for bad in [
            "",
            "rtmp://",
            "rtmp://h",
            "rtmp://h/",
            "rtmp://h/live",
            "rtmp:///live/s",
            "http://h/live/s",
            "rtmp://h:0/a/s",
            "rtmp://h:99999/a/s",
            "rtmp://u:p@h/a/s",
            "rtmp://h/my app/s",
            "rtmp://h/a/s\n",
            "rtmp://h/live/",
            "rtmp://h/?a/b",
        ] {
            check(bad, "", Err(()));
        }
    }

    /// Else it could be saved, but never changed.
    #[test]
    fn an_application_of_slashes_alone_is_none() {
        for bad in ["rtmp://h//", "rtmp://h///"] {
            check(bad, "key", Err(()));
        }
        check("rtmp://h//key", "", Err(()));
        check("rtmp://h//live//", "key", Ok(("rtmp://h//live", "key")));
    }
}
