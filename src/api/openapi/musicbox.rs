//! What the rows about playlists, the player, tags and the loop take, give, and can refuse.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bodies::ClientOpId;
use super::lights::body;
use super::operation::{Answer, Body, Operation, Shape, acts, reads, removes, shape};
use crate::api::routes::Row;
use crate::api::wire::musicbox::views::{PlayerView, TagView, TrackView, VolumeView, WholePlaylist};
use crate::show::ids::{AssetId, PlaylistId};
use crate::show::player::{Repeat, Settings};
use crate::show::playlist::TrackRef;
use crate::show::tag::{NfcSettings, OnRemoval, SecondTap, TagId};
use crate::show::timetable::Timetable;
use crate::state::asked::media::NewTrack;

/// The envelope of music boxes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Unified{T}")]
struct Unified<T> {
    #[schemars(extend("const" = "success"))]
    status: String,
    message: String,
    data: T,
    server_seq: u64,
    /// Seconds of Unix time.
    timestamp: f64,
    request_id: String,
    client_op_id: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Pages {
    playlists: Vec<WholePlaylist<'static>>,
    page: usize,
    limit: usize,
    total: usize,
    total_pages: usize,
}

#[derive(Serialize, JsonSchema)]
struct One {
    playlist: WholePlaylist<'static>,
}

#[derive(Serialize, JsonSchema)]
struct Started {
    #[serde(flatten)]
    player: PlayerView<'static>,
    playlist_id: PlaylistId,
    started: bool,
}

#[derive(Serialize, JsonSchema)]
struct Tags {
    tags: Vec<TagView<'static>>,
}

#[derive(Serialize, JsonSchema)]
struct Association {
    association: TagView<'static>,
}

/// What a display loops through, or how.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Looped(Value);

body! {
    SeekBody {
        #[schemars(range(max = 86_400_000))]
        position_ms: u64,
    }
    VolumeBody {
        #[schemars(range(max = 100))]
        volume: u8,
        muted: Option<bool>,
    }
    PlayerPatch {
        #[schemars(range(max = 100))]
        volume: Option<u8>,
        #[schemars(range(max = 100))]
        max_volume: Option<u8>,
        muted: Option<bool>,
        repeat: Option<Repeat>,
        shuffle: Option<bool>,
        #[schemars(range(max = 12_000))]
        crossfade_ms: Option<u32>,
    }
    PlaylistBody {
        id: Option<PlaylistId>,
        title: String,
        description: Option<String>,
        still_ms: Option<u32>,
        times: Option<u32>,
        resumes: Option<bool>,
        when: Option<Timetable>,
        tracks: Option<Vec<NewTrack>>,
    }
    PlaylistPatch {
        title: Option<String>,
        description: Option<String>,
        still_ms: Option<u32>,
        times: Option<u32>,
        resumes: Option<bool>,
        when: Option<Timetable>,
    }
    StartBody {
        track: Option<TrackRef>,
        position_ms: Option<u64>,
    }
    TracksBody {
        tracks: Vec<NewTrack>,
        number: Option<u32>,
    }
    TrackPatch {
        title: Option<String>,
        artist: Option<String>,
        album: Option<String>,
        still_ms: Option<u32>,
        times: Option<u32>,
        when: Option<Timetable>,
    }
    RemoveTracksBody {
        track_numbers: Vec<TrackRef>,
    }
    ReorderBody {
        track_order: Vec<TrackRef>,
    }
    MoveTrackBody {
        source_playlist_id: Option<PlaylistId>,
        target_playlist_id: PlaylistId,
        track_number: TrackRef,
        target_position: Option<u32>,
    }
    AssociateBody {
        playlist_id: PlaylistId,
        tag_id: TagId,
        replace: Option<bool>,
    }
    TagPatch {
        name: Option<String>,
        second_tap: Option<SecondTap>,
        on_removal: Option<OnRemoval>,
    }
    ScanBody {
        playlist_id: Option<PlaylistId>,
        #[schemars(range(min = 1_000, max = 600_000))]
        timeout_ms: Option<u64>,
        replace: Option<bool>,
        tag_id: Option<TagId>,
    }
    NfcPatch {
        second_tap: Option<SecondTap>,
        on_removal: Option<OnRemoval>,
        #[schemars(range(max = 10_000))]
        debounce_ms: Option<u32>,
    }
    TapBody {
        tag_id: TagId,
        present: Option<bool>,
    }
    SlugBody {
        slug: AssetId,
    }
    OrderBody {
        order: Vec<AssetId>,
    }
    ModeBody {
        mode: Option<Repeat>,
    }
    DisplayBody {
        #[schemars(range(max = 100))]
        brightness: Option<f64>,
        gamma: Option<f64>,
        on: Option<bool>,
        test_card: Option<bool>,
    }
}

const PLAY: &[&str] = &["nothing_to_play", "out_of_range"];
const PLAYLIST: &[&str] = &[
    "playlist_not_found",
    "track_not_found",
    "already_exists",
    "asset_missing",
    "wrong_asset_kind",
    "invalid_value",
    "out_of_range",
    "order_mismatch",
    "too_many",
    "id_mismatch",
];
const TAG: &[&str] = &["playlist_not_found", "tag_not_found", "tag_taken", "random_tag", "out_of_range", "too_many"];

/// What `data` is stands in docs/API.md.
pub(super) fn gives() -> Answer {
    Answer::Json(shape::<Unified<Value>>())
}

fn gives_of<T: JsonSchema>() -> Answer {
    Answer::Json(shape::<Unified<T>>())
}

fn looped() -> Answer {
    Answer::Json(shape::<Looped>())
}

pub(super) fn with(body: Shape, operation: Operation) -> Operation {
    Operation { body: Body::Json(body), ..operation }
}

pub(super) fn perhaps(body: Shape, operation: Operation) -> Operation {
    Operation { body: Body::OptionalJson(body), ..operation }
}

fn makes(operation: Operation) -> Operation {
    let answers = operation.answers.iter().map(|(_, answer)| (201, *answer)).collect();
    Operation { answers, ..operation }
}

pub fn describe(row: &Row) -> Option<Operation> {
    player(row).or_else(|| playlists(row)).or_else(|| nfc(row)).or_else(|| loops(row))
}

fn player(row: &Row) -> Option<Operation> {
    let does = |summary| acts("player", summary, gives_of::<PlayerView<'static>>(), PLAY);
    Some(match (row.method, row.path) {
        ("POST", "/api/player/play") => does("Play, or go on"),
        ("POST", "/api/player/pause") => does("Pause"),
        ("POST", "/api/player/stop") => does("Stop"),
        ("POST", "/api/player/toggle") => does("Pause, or go on"),
        ("POST", "/api/player/next") => does("The next track"),
        ("POST", "/api/player/previous") => does("The track before, or this one anew"),
        ("POST", "/api/player/seek") => with(shape::<SeekBody>(), does("Elsewhere in the track")),
        ("POST", "/api/player/volume") => with(
            shape::<VolumeBody>(),
            acts("player", "How loud", gives_of::<VolumeView>(), &["out_of_range", "invalid_value"]),
        ),
        ("PATCH", "/api/player/settings") => with(
            shape::<PlayerPatch>(),
            acts("player", "Repeat, shuffle, crossfade", gives_of::<Settings>(), &["out_of_range", "invalid_value"]),
        ),
        ("GET", "/api/player/status" | "/api/playback/status") => {
            reads("player", "What is played", gives_of::<PlayerView<'static>>(), &[])
        }
        _ => return None,
    })
}

fn playlists(row: &Row) -> Option<Operation> {
    let does = |summary| acts("playlists", summary, gives(), PLAYLIST);
    let gives_one = gives_of::<One>();
    let makes_one = |summary| acts("playlists", summary, gives_one, PLAYLIST);
    Some(match (row.method, row.path) {
        ("GET", "/api/playlists" | "/api/playlists/") => {
            reads("playlists", "All playlists", gives_of::<Pages>(), &["invalid_query"])
        }
        ("POST", "/api/playlists" | "/api/playlists/") => makes(with(shape::<PlaylistBody>(), makes_one("Make a playlist"))),
        ("GET", "/api/playlists/{playlist}") => reads("playlists", "A playlist", gives_one, &["playlist_not_found"]),
        ("PUT", "/api/playlists/{playlist}") => {
            let changes = acts("playlists", "Change a playlist", gives_of::<WholePlaylist<'static>>(), PLAYLIST);
            with(shape::<PlaylistPatch>(), changes)
        }
        ("DELETE", "/api/playlists/{playlist}") => removes("playlists", "Remove a playlist", &["playlist_not_found"]),
        ("POST", "/api/playlists/{playlist}/start") => perhaps(
            shape::<StartBody>(),
            acts(
                "playlists",
                "Play it",
                gives_of::<Started>(),
                &["playlist_not_found", "track_not_found", "nothing_to_play"],
            ),
        ),
        ("POST", "/api/playlists/{playlist}/play/{track}") => {
            let player = gives_of::<PlayerView<'static>>();
            acts("playlists", "Play one of its tracks", player, &["playlist_not_found", "track_not_found"])
        }
        ("POST", "/api/playlists/{playlist}/reorder") => with(shape::<ReorderBody>(), does("Another order")),
        ("POST", "/api/playlists/{playlist}/tracks") => makes(with(shape::<TracksBody>(), makes_one("Add tracks"))),
        ("DELETE", "/api/playlists/{playlist}/tracks") => with(shape::<RemoveTracksBody>(), does("Remove tracks")),
        ("PATCH", "/api/playlists/{playlist}/tracks/{track}") => {
            let changes = acts("playlists", "Change a track", gives_of::<TrackView<'static>>(), PLAYLIST);
            with(shape::<TrackPatch>(), changes)
        }
        ("POST", "/api/playlists/move-track" | "/api/playlists/{playlist}/move-track") => {
            with(shape::<MoveTrackBody>(), does("Into another playlist"))
        }
        ("POST", "/api/playlists/sync") => acts(
            "playlists",
            "All who are in the room are told of all playlists once more (`state:playlists`)",
            gives(),
            &[],
        ),
        _ => return None,
    })
}

fn nfc(row: &Row) -> Option<Operation> {
    let does = |summary| acts("nfc", summary, gives(), TAG);
    let ties = |summary| acts("nfc", summary, gives_of::<Association>(), TAG);
    Some(match (row.method, row.path) {
        ("GET", "/api/nfc/status") => reads("nfc", "Readers, and what waits for a tag", gives(), &[]),
        ("GET", "/api/nfc/tags") => reads("nfc", "The tags that are known", gives_of::<Tags>(), &[]),
        ("PATCH", "/api/nfc/tags/{tag}") => with(shape::<TagPatch>(), ties("Change a tag")),
        ("POST", "/api/nfc/associate") => with(shape::<AssociateBody>(), ties("Let a tag start a playlist")),
        ("DELETE", "/api/nfc/associate/{tag}") => does("Let a tag start nothing"),
        ("POST", "/api/nfc/scan") => perhaps(shape::<ScanBody>(), does("Wait for a tag")),
        ("DELETE", "/api/nfc/session/{session}") => acts("nfc", "Wait no more", gives(), &["association_not_found"]),
        ("GET", "/api/nfc/settings") => reads("nfc", "What taps mean", gives_of::<NfcSettings>(), &[]),
        ("PATCH", "/api/nfc/settings") => {
            with(shape::<NfcPatch>(), acts("nfc", "Say what taps mean", gives_of::<NfcSettings>(), TAG))
        }
        ("POST", "/api/nfc/tap") => {
            with(shape::<TapBody>(), acts("nfc", "A tap without a reader", gives(), &["tag_not_there"]))
        }
        _ => return None,
    })
}

fn loops(row: &Row) -> Option<Operation> {
    const LOOP: &[&str] =
        &["not_in_loop", "asset_missing", "wrong_asset_kind", "already_exists", "order_mismatch", "too_many"];
    let does = |summary| acts("loop", summary, looped(), LOOP);
    Some(match (row.method, row.path) {
        ("GET", "/api/loop") => reads("loop", "What is looped through", looped(), &[]),
        ("POST", "/api/loop") => makes(with(shape::<SlugBody>(), does("Add to the loop"))),
        ("PUT", "/api/loop") => with(shape::<OrderBody>(), does("Another order")),
        ("DELETE", "/api/loop/{slug}") => does("Take out of the loop"),
        ("POST", "/api/media/{slug}/activate") => {
            acts("loop", "Show it now", looped(), &["asset_not_found", "wrong_asset_kind", "too_many"])
        }
        ("GET", "/api/playback") => reads("loop", "What is played", looped(), &[]),
        ("POST", "/api/playback/toggle") => acts("loop", "Pause, or go on", looped(), PLAY),
        ("POST", "/api/playback/next") => acts("loop", "The next one", looped(), PLAY),
        ("POST", "/api/playback/previous") => acts("loop", "The one before", looped(), PLAY),
        ("POST", "/api/playback/loop-mode") => perhaps(shape::<ModeBody>(), acts("loop", "All, or one", looped(), &[])),
        ("GET", "/api/display") => reads("loop", "How displays show it", looped(), &[]),
        ("POST", "/api/display") => with(
            shape::<DisplayBody>(),
            acts("loop", "Set all displays", looped(), &["no_display", "out_of_range", "invalid_value"]),
        ),
        _ => return None,
    })
}
