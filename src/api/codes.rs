//! Every code that a client can be told, with its status and when: docs/API.md and the OpenAPI document are made from it, and a test
//! holds it against the errors themselves.

/// Where a code is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// With this status.
    Http(u16),
    WebSocket,
    SocketIo,
}

pub struct Code {
    pub code: &'static str,
    pub told: Told,
    pub when: &'static str,
}

const fn http(code: &'static str, status: u16, when: &'static str) -> Code {
    Code { code, told: Told::Http(status), when }
}

pub const CODES: &[Code] = &[
    http("bad_offer", 400, "a WHEP offer that is no SDP, or one that can not be answered"),
    http("bad_request", 400, "the request is broken in a way that has no code of its own"),
    http("malformed_json", 400, "the body, or a WebSocket message, is not JSON"),
    Code { code: "malformed_msgpack", told: Told::WebSocket, when: "the message is not MessagePack" },
    http("invalid_body", 400, "JSON, but not of the right shape; `details.field` names the field"),
    http("invalid_parameter", 400, "a template or an animation does not take this; `details.field` names the parameter"),
    http("invalid_query", 400, "the part after `?` is not understood"),
    http("invalid_id", 400, "the path holds an id that can not be one"),
    http("id_mismatch", 400, "the body's id is not the path's"),
    http("invalid_value", 400, "a value, or a patch, makes no valid whole"),
    http("out_of_range", 400, "a number is too small or too large"),
    http("INVALID_COLOR_MODE", 400, "no such way of writing a colour; `details.supported` names those there are"),
    http("invalid_color", 400, "a colour that can not be read; `details.field` names it"),
    http("invalid_mode", 400, "the lights have no such mode; `details.supported` names those there are"),
    http("invalid_destination", 400, "the address of a destination can not be used"),
    http("body_broken", 400, "the connection broke while the body came"),
    http("missing_file", 400, "an upload without a field `file`"),
    http("upload_interrupted", 400, "an upload broke off or is no proper form"),
    Code { code: "unknown_event", told: Told::SocketIo, when: "there is no such event" },
    http("needs_upload", 400, "an asset is added by uploading its file"),
    http("first_user_is_admin", 400, "the first user must be an admin"),
    http("invalid_user_name", 400, "a user name has 1 to 64 of `a-z A-Z 0-9 _ - . @`"),
    http("weak_password", 400, "a password has 8 to 256 characters"),
    http("invalid_role", 400, "a role is `viewer`, `operator` or `admin`"),
    http("invalid_token_name", 400, "a token's name has 1 to 64 characters, in one line"),
    http("invalid_expiry", 400, "a token can only expire later than now"),
    http("login_required", 401, "who is asking?"),
    http("invalid_credentials", 401, "the user name or the password is wrong"),
    http("token_expired", 401, "refresh it, or log in again"),
    http("token_revoked", 401, "the session has been ended"),
    http("invalid_token", 401, "no token of this server, or one that was revoked"),
    http("role_needed", 403, "this role may not; see below"),
    http("forbidden_host", 403, "the server does not answer to this `Host`"),
    http("forbidden_origin", 403, "a page of another site asks"),
    http("unknown_path", 404, "there is nothing at this address"),
    http("scene_not_found", 404, "no such scene"),
    http("input_not_found", 404, "no such input"),
    http("transition_not_found", 404, "no such transition"),
    http("layer_not_found", 404, "no such layer in this scene or zone"),
    http("destination_not_found", 404, "no such destination"),
    http("zone_not_found", 404, "no such zone of lights"),
    http("fixture_not_found", 404, "no such fixture"),
    http("feed_not_found", 404, "no such feed of lights"),
    http("animation_not_found", 404, "no such animation"),
    http("palette_not_found", 404, "no such palette"),
    http("preset_not_found", 404, "no such preset of lights"),
    http("revision_not_found", 404, "the preset was never saved that often, or it is forgotten"),
    http("asset_not_found", 404, "no such asset"),
    http("batch_not_found", 404, "no such scheduled batch"),
    http("macro_not_found", 404, "no such macro"),
    http("version_not_found", 404, "the scene has no such version"),
    http("value_not_found", 404, "no such value"),
    http("template_not_found", 404, "no such template"),
    http("recording_not_found", 404, "no such recording"),
    http("rendition_not_found", 404, "there is no rendition of this name"),
    http("viewer_not_found", 404, "no such viewer of WHEP, or none any more"),
    http("hls_not_found", 404, "no such playlist or segment, or none any more"),
    http("user_not_found", 404, "no such user"),
    http("token_not_found", 404, "no such API token"),
    http("method_not_allowed", 405, "see `Allow`"),
    http("request_timeout", 408, "the body did not come within 30 s"),
    http("already_exists", 409, "`POST` with an id that is taken"),
    http("animation_running", 409, "start, where it runs already"),
    http("animation_not_running", 409, "stop or change, where it does not run"),
    http("zone_in_use", 409, "a fixture shows this zone"),
    http("feed_in_use", 409, "a zone shows this feed"),
    http("palette_in_use", 409, "an animation runs with this palette, or a layer of a scene has it"),
    http("already_live", 409, "start, while on air"),
    http("not_live", 409, "stop, pause or resume, while off air"),
    http("already_paused", 409, "pause, while paused"),
    http("not_paused", 409, "resume, while not paused"),
    http("needs_restart", 409, "this field interrupts a live stream: stop it, or send `\"restart\": true`"),
    http("scene_on_air", 409, "the scene is on air and can not be removed"),
    http("scene_in_use", 409, "a layer of another scene shows the scene"),
    http("scene_in_preview", 409, "the scene is in the preview and can not be removed"),
    http("nothing_in_preview", 409, "take or move the bar, while no scene is in the preview"),
    http("nothing_on_air", 409, "move the bar, before any scene was taken"),
    http("bar_at_rest", 409, "release the bar, while nobody moves it"),
    http("input_in_use", 409, "a layer shows the input"),
    http("not_playable", 409, "only an uploaded video can be played, paused and sought"),
    http("asset_in_use", 409, "a layer, an input, a transition, a zone or a preset of lights needs the asset"),
    http("rendition_in_use", 409, "a destination gets the rendition that was to go"),
    http("not_encoded", 409, "WHEP: the rendition is not encoded, because the stream is off air"),
    http("whep_unreachable", 409, "WHEP: the client came to an address that the setting `whep` does not serve"),
    http("replay_off", 409, "nothing is kept for a replay: set `replaySeconds`, and be on air"),
    http("macro_running", 409, "the macro is running: stop it, or run it with `\"restart\": true`"),
    http("macro_not_running", 409, "stop, while the macro is not running"),
    http("changed_since", 409, "the newest step is another's: send `\"force\": true` to take it back all the same"),
    http("nothing_to_undo", 409, "there is no step to take back"),
    http("nothing_to_redo", 409, "there is no step to take again"),
    http("recording_in_use", 409, "the recording is being written"),
    http("client_op_id_reused", 409, "this `client_op_id` was used for another request within five minutes"),
    http("not_a_user", 409, "only a user has a password"),
    http("no_users", 409, "a token needs an admin first: with it everyone has to log in"),
    http("no_session", 409, "only a login can be ended by logging out"),
    http("user_exists", 409, "the name is taken; upper and lower case are the same"),
    http("last_admin", 409, "somebody must remain who may do everything"),
    http("too_many_users", 409, "no more than 1,000"),
    http("too_many_tokens", 409, "no more than 256"),
    http("body_too_large", 413, "more than 1 MiB of JSON"),
    http(
        "upload_too_large",
        413,
        "a file of more than 32 MiB; a video or sound of more than `max_upload_mb`; a drawing of more than 4 MiB",
    ),
    http("unsupported_media_type", 415, "not JSON; for uploads, not `multipart/form-data`"),
    http(
        "unsupported_media",
        415,
        "the file is of no known format, whatever its name, or a video or sound that has no decoder here",
    ),
    http("unsupported_image", 415, "a picture of a kind that is not decoded"),
    http("range_not_there", 416, "the file is shorter than the range that is asked for"),
    http("asset_missing", 422, "a layer shows an asset that is not there"),
    http("rendition_missing", 422, "a destination wants a rendition that is not there"),
    http("input_missing", 422, "a layer shows an input that is not there"),
    http("scene_missing", 422, "a layer shows a scene that is not there"),
    http("scene_in_itself", 422, "a scene would show itself, be it within others"),
    http("not_a_group", 422, "`parent` names a layer that has no layers inside it"),
    http("layer_in_itself", 422, "a group can not be put into itself"),
    http(
        "too_deep",
        422,
        "groups or scenes are within each other more than 8 deep, or macros have started each other more than 4 deep",
    ),
    http("duplicate_layer", 422, "a layer id stands twice in a scene"),
    http("order_mismatch", 422, "the order does not name each layer once"),
    http("not_in_batch", 422, "this command can not be part of a batch, or of what waits for its time"),
    http("too_many", 422, "a limit on the number of things"),
    http("wrong_asset_kind", 422, "the asset is of another kind than this needs: an image, a video or sound, a font, a lut"),
    http("broken_archive", 422, "a show's archive is damaged, cut off, or has no show in it"),
    http("archive_too_new", 422, "a show's archive is of a format that this server does not know"),
    http("unexpected_file", 422, "a show's archive has something in it that does not belong there"),
    http("asset_mismatch", 422, "a file in a show's archive is not the one that its id says"),
    http("not_a_scene_collection", 422, "the file is no scene collection of OBS"),
    http("collection_too_large", 422, "a scene collection has too many sources or items"),
    http("broken_template", 422, "a template of the data directory can not be filled in with this"),
    http("too_many_frames", 422, "an animated picture of more than 10,000 pictures"),
    http("unsafe_drawing", 422, "an SVG with entities, too many or too deep elements, or one that takes too long to draw"),
    http("broken_media", 422, "the video or sound is damaged, cut off, or has neither picture nor sound"),
    http("broken_font", 422, "the font is damaged, or can not be drawn"),
    http("broken_lut", 422, "the colour table can not be read"),
    http("image_too_large", 422, "more than 8192 × 8192 or 64 million pixels"),
    http("broken_image", 422, "the picture is damaged or cut off"),
    http("no_h264_in_offer", 422, "a WHEP offer without a picture in H.264 with `packetization-mode=1`"),
    http("upgrade_required", 426, "this address speaks WebSocket only"),
    http("rate_limited", 429, "this client asks too often; see `Retry-After` and `details.retry_after_ms`"),
    http("locked_out", 429, "too many failed logins; see `Retry-After`"),
    http("too_many_logins", 429, "too many logins are waiting"),
    http("internal", 500, "a mistake of the server; its log says more under the request's id"),
    http("whep_off", 501, "WHEP is off, or not part of this build"),
    http("not_installed", 501, "this machine's GStreamer lacks an element; `details.package` names what to install"),
    http("storage_unavailable", 503, "the disk takes nothing; nothing was changed"),
    http("overloaded", 503, "too many commands wait"),
    http("closing", 503, "the server is going down"),
    http("too_many_viewers", 503, "WHEP: so many watch already (the setting `whep_viewers`)"),
    http("busy", 503, "too many requests are being worked on"),
    http("identity_storage", 503, "users and tokens can not be read or written"),
    http("search_failed", 503, "the network can not be searched for fixtures"),
    http("no_picture", 503, "the engine made no picture within 2 s"),
    http("recording_storage", 503, "the recordings directory can not be read or written"),
    Code { code: "unknown_message", told: Told::WebSocket, when: "a message of no known type" },
    Code { code: "unknown_room", told: Told::WebSocket, when: "there is no such room" },
    Code { code: "unsupported_message", told: Told::WebSocket, when: "binary messages are not understood" },
];

pub fn status_of(code: &str) -> Option<u16> {
    CODES.iter().find(|known| known.code == code).and_then(|known| match known.told {
        Told::Http(status) => Some(status),
        Told::WebSocket | Told::SocketIo => None,
    })
}

pub fn when(code: &str) -> &'static str {
    CODES.iter().find(|known| known.code == code).map_or("", |known| known.when)
}

/// For docs/API.md.
#[cfg(test)]
pub fn table_for_people() -> String {
    let mut text = String::from("| code | status | when |\n| --- | --- | --- |\n");
    for Code { code, told, when } in CODES {
        let told = match told {
            Told::Http(status) => status.to_string(),
            Told::WebSocket => "WebSocket".to_owned(),
            Told::SocketIo => "Socket.IO".to_owned(),
        };
        text += &format!("| `{code}` | {told} | {when} |\n");
    }
    text
}
