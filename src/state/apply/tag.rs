//! Tags: what they stand for, what a tap does, and how a tag and a playlist are tied together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{patch, player, playlist};
use crate::show::Show;
use crate::show::ids::{AssociationId, PlaylistId};
use crate::show::input::Playback;
use crate::show::tag::{
    ASSOCIATION_MS, Association, AssociationState, MAX_ASSOCIATION_MS, MAX_DEBOUNCE_MS, MAX_NAME, MAX_TAGS,
    MIN_ASSOCIATION_MS, Nfc, NfcSettings, OnRemoval, SecondTap, Tag, TagId, Tap,
};
use crate::show::time::ShowTime;
use crate::state::asked::media::Control;
use crate::state::command::{Command, Patch};
use crate::state::event::Event;
use crate::state::rejection::Rejection;

const MAX_READER: usize = 128;
const MAX_MESSAGE: usize = 300;

pub(super) fn decide(show: &Show, command: Command, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    match command {
        Command::ReportTag { tag, reader, present: true } => Ok(tapped(show, tag, reader, now)),
        Command::ReportTag { tag, reader, present: false } => removed(show, &tag, &reader, now),
        Command::AssociateTag { tag, playlist, replace } => associate(show, tag, &playlist, replace, now),
        Command::ChangeTag { tag, patch } => change(show, &tag, &patch),
        Command::RemoveTag { tag } => find(show, &tag).map(|_| vec![Event::TagRemoved { tag }]),
        Command::StartAssociation { id, playlist, timeout_ms, replace, tag } => {
            start(show, Wanted { id, playlist, timeout_ms, replace, tag }, now)
        }
        Command::CancelAssociation { id, playlist } => cancel(show, id.as_ref(), playlist.as_ref()),
        Command::ChangeNfc { patch } => configure(show, &patch),
        other => Err(Rejection::NotInBatch { command: other.name(), place: "tags" }),
    }
}

fn find<'a>(show: &'a Show, id: &TagId) -> Result<&'a Arc<Tag>, Rejection> {
    show.nfc.tags.get(id).ok_or(Rejection::NoTag(*id))
}

fn configure(show: &Show, patch: &Patch) -> Result<Vec<Event>, Rejection> {
    let settings: NfcSettings = patch::merged("nfc", &show.nfc.settings, patch)?;
    check_settings(&settings)?;
    Ok(vec![Event::NfcConfigured { settings }])
}

// === What a tag stands for ===

/// What of a tag can be changed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changeable {
    #[serde(default)]
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    second_tap: Option<SecondTap>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_removal: Option<OnRemoval>,
}

fn change(show: &Show, id: &TagId, patch: &Patch) -> Result<Vec<Event>, Rejection> {
    let tag = Tag::clone(find(show, id)?);
    let (second_tap, on_removal) = (tag.second_tap, tag.on_removal);
    let present = Changeable { name: tag.name.clone(), second_tap, on_removal };
    let Changeable { name, second_tap, on_removal } = patch::merged("tag", &present, patch)?;
    let tag = Tag { name, second_tap, on_removal, ..tag };
    check_tag(&tag)?;
    Ok(vec![Event::TagSaved { tag: Arc::new(tag) }])
}

fn associate(show: &Show, tag: TagId, playlist: &PlaylistId, replace: bool, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    playlist::find(show, playlist)?;
    check_lasting(&tag)?;
    match show.nfc.tags.get(&tag) {
        Some(known) if known.playlist != *playlist && !replace => Err(Rejection::TagTaken(tag, known.playlist.clone())),
        _ => tied(show, &tag, playlist, now).map(|event| vec![event]),
    }
}

fn check_lasting(tag: &TagId) -> Result<(), Rejection> {
    if tag.is_random() { Err(Rejection::RandomTag(*tag)) } else { Ok(()) }
}

fn tied(show: &Show, id: &TagId, playlist: &PlaylistId, now: ShowTime) -> Result<Event, Rejection> {
    let known = show.nfc.tags.get(id);
    if known.is_none() && show.nfc.tags.len() >= MAX_TAGS {
        return Err(Rejection::TooMany { what: "tags", limit: MAX_TAGS });
    }
    let fresh = || Tag {
        id: *id,
        playlist: playlist.clone(),
        name: String::new(),
        second_tap: None,
        on_removal: None,
        created_at: now,
    };
    let tag = known.map_or_else(fresh, |known| Tag { playlist: playlist.clone(), created_at: now, ..Tag::clone(known) });
    Ok(Event::TagSaved { tag: Arc::new(tag) })
}

// === Associations ===

struct Wanted {
    id: AssociationId,
    playlist: Option<PlaylistId>,
    timeout_ms: Option<u64>,
    replace: bool,
    tag: Option<TagId>,
}

/// Only one at a time: the one before is over, and is told so.
fn start(show: &Show, wanted: Wanted, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let Wanted { id, playlist, timeout_ms, replace, tag } = wanted;
    playlist.as_ref().map_or(Ok(()), |playlist| playlist::find(show, playlist).map(drop))?;
    let timeout_ms = timeout_ms.unwrap_or(ASSOCIATION_MS);
    if !(MIN_ASSOCIATION_MS..=MAX_ASSOCIATION_MS).contains(&timeout_ms) {
        let allowed = "1000 to 600000 (10 minutes)";
        return Err(Rejection::OutOfRange { field: "timeout_ms", value: timeout_ms.to_string(), allowed });
    }
    let before = show.nfc.active();
    // Whoever was asked whether the tag shall belong to this playlist need not show it again.
    let remembered = before.filter(|before| replace && before.playlist == playlist).and_then(|before| before.tag);
    let expires_at = ShowTime(now.micros().saturating_add(i64::try_from(timeout_ms * 1_000).unwrap_or(i64::MAX)));
    let fresh = Association {
        id,
        playlist,
        state: AssociationState::Waiting,
        started_at: now,
        expires_at,
        replaces: replace,
        tag: None,
        existing: None,
        message: None,
    };
    let superseded = before.filter(|before| before.id != fresh.id && before.playlist != fresh.playlist);
    let mut events: Vec<Event> = superseded.map(|before| over(before, Some("another one was begun"))).into_iter().collect();
    match tag.or(remembered) {
        Some(tag) => events.extend(offered(show, &fresh, &tag, now)),
        None => events.push(Event::AssociationChanged { association: Arc::new(fresh) }),
    }
    Ok(events)
}

fn over(association: &Association, message: Option<&str>) -> Event {
    let (state, message) = (AssociationState::Cancelled, message.map(str::to_owned));
    Event::AssociationChanged { association: Arc::new(Association { state, message, ..association.clone() }) }
}

fn cancel(show: &Show, id: Option<&AssociationId>, playlist: Option<&PlaylistId>) -> Result<Vec<Event>, Rejection> {
    let is_meant = |active: &&Arc<Association>| {
        id.is_none_or(|id| active.id == *id) && playlist.is_none_or(|playlist| active.playlist.as_ref() == Some(playlist))
    };
    let active = show.nfc.active().filter(is_meant).ok_or(Rejection::NoAssociation)?;
    Ok(vec![over(active, None)])
}

/// A tag for an association that waits for one.
fn offered(show: &Show, association: &Association, tag: &TagId, now: ShowTime) -> Vec<Event> {
    let decided = |state, existing, message: Option<String>| Event::AssociationChanged {
        association: Arc::new(Association { state, tag: Some(*tag), existing, message, ..association.clone() }),
    };
    let owner = show.nfc.tags.get(tag).map(|known| &known.playlist);
    let Some(playlist) = &association.playlist else {
        return vec![decided(AssociationState::Success, owner.cloned(), None)];
    };
    let owner = owner.filter(|owner| *owner != playlist);
    if let (Some(owner), false) = (owner, association.replaces) {
        return vec![decided(AssociationState::Duplicate, Some(owner.clone()), None)];
    }
    match check_lasting(tag).and_then(|()| tied(show, tag, playlist, now)) {
        Ok(tied) => vec![tied, decided(AssociationState::Success, None, None)],
        Err(error) => vec![decided(AssociationState::Error, None, Some(error.to_string()))],
    }
}

/// When the association that waits gives up.
pub(super) fn next_due(show: &Show) -> Option<ShowTime> {
    show.nfc.active().map(|active| active.expires_at)
}

pub(super) fn come_due(show: &Show) -> Vec<Event> {
    let timed_out = |active: &Arc<Association>| Event::AssociationChanged {
        association: Arc::new(Association { state: AssociationState::Timeout, ..Association::clone(active) }),
    };
    show.nfc.active().map(timed_out).into_iter().collect()
}

pub(super) fn without_playlist(show: &Show, id: &PlaylistId) -> Option<Event> {
    let active = show.nfc.active().filter(|active| active.playlist.as_ref() == Some(id))?;
    Some(over(active, Some("the playlist was removed")))
}

// === Taps ===

/// Something always comes of it: everybody who looks on sees that there was a tag.
fn tapped(show: &Show, tag: TagId, reader: String, now: ShowTime) -> Vec<Event> {
    let reader: String = reader.chars().take(MAX_READER).collect();
    let playlist = show.nfc.tags.get(&tag).map(|tag| tag.playlist.clone());
    let tap = Tap { tag, reader, at: now, removed_at: None, playlist, is_played: false };
    if let Some(active) = show.nfc.active() {
        let mut events = vec![Event::TagTapped { tap }];
        events.extend(offered(show, active, &tag, now));
        return events;
    }
    if is_wobbling(&show.nfc, &tap) {
        let before = show.nfc.tap.as_ref().is_some_and(|before| before.is_played);
        return vec![Event::TagTapped { tap: Tap { is_played: before, ..tap } }];
    }
    let started = show.nfc.tags.get(&tag).and_then(|tag| played(show, tag, now));
    let tap = Tap { is_played: started.is_some(), ..tap };
    std::iter::once(Event::TagTapped { tap }).chain(started.into_iter().flatten()).collect()
}

/// The same tag again, so soon that nobody meant it.
fn is_wobbling(nfc: &Nfc, tap: &Tap) -> bool {
    let Some(before) = nfc.tap.as_ref().filter(|before| before.tag == tap.tag) else { return false };
    let last_there = before.removed_at.unwrap_or(before.at);
    tap.at.since(last_there).as_millis() < u128::from(nfc.settings.debounce_ms)
}

/// None if nothing comes of it.
fn played(show: &Show, tag: &Tag, now: ShowTime) -> Option<Vec<Event>> {
    let playing = show.player.now.as_ref().filter(|playing| playing.playlist == tag.playlist);
    let start = || player::play_playlist(show, &tag.playlist, None, None, now).ok();
    let control = |control| player::decide(show, Command::ControlPlayer { control }, now).ok();
    let Some(playing) = playing else { return start() };
    match (tag.second_tap.unwrap_or(show.nfc.settings.second_tap), playing.playback) {
        // One that was played to its end begins again.
        (_, Playback::Stopped) | (SecondTap::Restart, _) => start(),
        (SecondTap::Ignore, Playback::Paused { .. }) => control(Control::Play {}),
        (SecondTap::Ignore, Playback::Playing { .. }) => Some(Vec::new()),
        (SecondTap::Toggle, _) => control(Control::Toggle {}),
        (SecondTap::Next, _) => control(Control::Next {}).or_else(start),
    }
}

fn removed(show: &Show, tag: &TagId, reader: &str, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let is_it = |tap: &&Tap| tap.tag == *tag && tap.reader == reader && tap.removed_at.is_none();
    let Some(tap) = show.nfc.tap.as_ref().filter(is_it) else { return Err(Rejection::TagNotThere(*tag)) };
    let gone = Event::TagTapped { tap: Tap { removed_at: Some(now), ..tap.clone() } };
    let ends = show.nfc.tags.get(tag).filter(|_| tap.is_played).and_then(|tag| left(show, tag, now));
    Ok(std::iter::once(gone).chain(ends.into_iter().flatten()).collect())
}

/// The tag that is played was taken away.
fn left(show: &Show, tag: &Tag, now: ShowTime) -> Option<Vec<Event>> {
    show.player.now.as_ref().filter(|playing| playing.playlist == tag.playlist && playing.is_playing())?;
    let control = |control| player::decide(show, Command::ControlPlayer { control }, now).ok();
    match tag.on_removal.unwrap_or(show.nfc.settings.on_removal) {
        OnRemoval::Nothing => None,
        OnRemoval::Pause => control(Control::Pause {}),
        OnRemoval::Stop => control(Control::Stop {}),
    }
}

// === What they must be ===

fn check_settings(settings: &NfcSettings) -> Result<(), Rejection> {
    if settings.debounce_ms > MAX_DEBOUNCE_MS {
        let (value, allowed) = (settings.debounce_ms.to_string(), "0 to 10000");
        return Err(Rejection::OutOfRange { field: "debounce_ms", value, allowed });
    }
    Ok(())
}

fn check_tag(tag: &Tag) -> Result<(), Rejection> {
    let length = tag.name.chars().count();
    if length > MAX_NAME {
        let (value, allowed) = (format!("{length} characters"), "at most 128 characters");
        return Err(Rejection::OutOfRange { field: "name", value, allowed });
    }
    Ok(())
}

pub(super) fn check(show: &Show) -> Result<(), Rejection> {
    let Nfc { settings, tags, association, tap } = &*show.nfc;
    check_settings(settings)?;
    if tags.len() > MAX_TAGS {
        return Err(Rejection::TooMany { what: "tags", limit: MAX_TAGS });
    }
    for (id, tag) in tags.iter() {
        super::whole::check_place(&id.to_string(), &tag.id.to_string())?;
        check_tag(tag)?;
        playlist::find(show, &tag.playlist)?;
    }
    let too_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > MAX_MESSAGE);
    let is_odd = association.as_ref().is_some_and(|association| too_long(&association.message))
        || tap.as_ref().is_some_and(|tap| tap.reader.chars().count() > MAX_READER);
    if is_odd {
        return Err(Rejection::Invalid { what: "nfc", why: "it holds what no reader says".to_owned() });
    }
    let wanted = show.nfc.active().and_then(|active| active.playlist.as_ref());
    wanted.map_or(Ok(()), |playlist| playlist::find(show, playlist).map(drop))
}
