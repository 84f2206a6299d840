//! What requests of one kind can be refused for, besides what any request can.

pub const REPLAY_TROUBLE: &[&str] = &["replay_off", "busy", "recording_storage"];

pub const SCENE_TROUBLE: &[&str] = &[
    "invalid_value",
    "out_of_range",
    "id_mismatch",
    "duplicate_layer",
    "asset_missing",
    "wrong_asset_kind",
    "input_missing",
    "scene_missing",
    "scene_in_itself",
    "too_deep",
    "too_many",
    "already_exists",
];

pub const LAYER_TROUBLE: &[&str] = &[
    "invalid_value",
    "out_of_range",
    "id_mismatch",
    "duplicate_layer",
    "asset_missing",
    "wrong_asset_kind",
    "input_missing",
    "scene_missing",
    "scene_in_itself",
    "not_a_group",
    "layer_in_itself",
    "too_deep",
    "too_many",
    "already_exists",
    "scene_not_found",
    "layer_not_found",
];

pub const DESTINATION_TROUBLE: &[&str] = &[
    "invalid_value",
    "out_of_range",
    "id_mismatch",
    "invalid_destination",
    "too_many",
    "already_exists",
    "destination_not_found",
];

pub const IMPORT_TROUBLE: &[&str] = &[
    "invalid_query",
    "broken_archive",
    "archive_too_new",
    "unexpected_file",
    "asset_mismatch",
    "upload_too_large",
    "upload_interrupted",
    "unsupported_media",
    "unsupported_image",
    "image_too_large",
    "broken_image",
    "broken_media",
    "broken_font",
    "broken_lut",
    "unsafe_drawing",
    "too_many_frames",
    "already_exists",
    "invalid_value",
    "out_of_range",
    "invalid_destination",
    "rendition_missing",
    "asset_missing",
    "wrong_asset_kind",
    "input_missing",
    "scene_missing",
    "scene_in_itself",
    "duplicate_layer",
    "scene_on_air",
    "scene_not_found",
    "needs_restart",
    "zone_not_found",
    "feed_not_found",
    "palette_not_found",
    "invalid_parameter",
    "too_deep",
    "too_many",
];

pub const OBS_TROUBLE: &[&str] = &[
    "invalid_query",
    "not_a_scene_collection",
    "collection_too_large",
    "already_exists",
    "invalid_value",
    "out_of_range",
    "wrong_asset_kind",
    "scene_in_itself",
    "scene_on_air",
    "too_deep",
    "too_many",
];

pub const TEMPLATE_TROUBLE: &[&str] = &[
    "template_not_found",
    "invalid_parameter",
    "broken_template",
    "invalid_value",
    "out_of_range",
    "duplicate_layer",
    "asset_missing",
    "wrong_asset_kind",
    "input_missing",
    "scene_missing",
    "scene_in_itself",
    "not_a_group",
    "too_deep",
    "too_many",
    "already_exists",
    "scene_not_found",
    "layer_not_found",
];

pub const INPUT_TROUBLE: &[&str] =
    &["invalid_value", "id_mismatch", "asset_missing", "wrong_asset_kind", "too_many", "already_exists", "input_not_found"];

pub const PLAY_TROUBLE: &[&str] = &["input_not_found", "not_playable", "invalid_value"];

pub const STUDIO_TROUBLE: &[&str] = &["invalid_value", "scene_not_found", "asset_missing", "wrong_asset_kind"];

pub const TRANSITION_TROUBLE: &[&str] = &["invalid_value", "id_mismatch", "asset_missing", "wrong_asset_kind", "too_many"];

pub const TAKE_TROUBLE: &[&str] = &[
    "nothing_in_preview",
    "nothing_on_air",
    "scene_not_found",
    "transition_not_found",
    "asset_missing",
    "wrong_asset_kind",
    "invalid_value",
    "out_of_range",
];

/// What is wrong with a command within is told with the code that it has by itself.
pub const BATCH_TROUBLE: &[&str] = &["out_of_range", "invalid_value", "not_in_batch", "already_exists", "too_many"];

pub const MACRO_TROUBLE: &[&str] = &["out_of_range", "id_mismatch", "not_in_batch", "too_many"];

pub const UNDO_TROUBLE: &[&str] = &[
    "changed_since",
    "nothing_to_undo",
    "nothing_to_redo",
    "scene_not_found",
    "scene_on_air",
    "scene_in_preview",
    "scene_in_use",
    "asset_missing",
    "input_missing",
    "scene_missing",
    "scene_in_itself",
    "too_many",
];

pub const RESTORE_TROUBLE: &[&str] =
    &["version_not_found", "asset_missing", "input_missing", "scene_missing", "scene_in_itself", "too_many"];

pub const VALUE_TROUBLE: &[&str] = &["out_of_range", "too_many"];

pub const SCENE_PATCH_TROUBLE: &[&str] = &[
    "invalid_value",
    "out_of_range",
    "id_mismatch",
    "duplicate_layer",
    "asset_missing",
    "wrong_asset_kind",
    "input_missing",
    "scene_missing",
    "scene_in_itself",
    "too_deep",
    "too_many",
    "scene_not_found",
];

pub const REFRESH_TROUBLE: &[&str] =
    &["login_required", "invalid_token", "token_expired", "token_revoked", "too_many_logins", "identity_storage"];

pub const PASSWORD_TROUBLE: &[&str] = &[
    "not_a_user",
    "invalid_credentials",
    "locked_out",
    "too_many_logins",
    "weak_password",
    "user_not_found",
    "identity_storage",
];

pub const USER_TROUBLE: &[&str] = &[
    "first_user_is_admin",
    "invalid_user_name",
    "weak_password",
    "invalid_role",
    "user_exists",
    "user_not_found",
    "last_admin",
    "too_many_users",
    "too_many_logins",
    "identity_storage",
];

pub const TOKEN_TROUBLE: &[&str] =
    &["no_users", "invalid_token_name", "invalid_expiry", "too_many_tokens", "identity_storage"];
