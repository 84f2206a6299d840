//! What each row of the table takes, gives, and can refuse.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::bodies::{
    AssetReplaced, AssetUsers, AssetsUpload, BatchAnswer, HealthAnswer, Instantiate, Instantiated, Login, LoginAnswer,
    MacroBody, Me, MoveBar, NewBatch, NewPassword, NewToken, NewUser, NewValue, NewVersion, ObsImported, Order, Refresh,
    ReplaceAsset, RolePatch, RunMacro, SceneStepAnswer, ShowAnswer, ShowImported, StateAnswer, StepAnswer, StepBack, Take,
    TakeAnswer, TemplateView, TokenAnswer, ValueAnswer,
};
use super::operation::{Answer, Body, Operation, Shape, acts, changes, puts, reads, removes, shape};
use super::sent::{
    DestinationPatch, InputPatch, LayerBody, LayerPatch, MixerPatch, NewDestination, NewInput, NewScene, NewTransition,
    Play, ScenePatch, StreamConfigPatch, StudioPatch,
};
use super::troubles::{
    BATCH_TROUBLE, DESTINATION_TROUBLE, IMPORT_TROUBLE, INPUT_TROUBLE, LAYER_TROUBLE, MACRO_TROUBLE, OBS_TROUBLE,
    PASSWORD_TROUBLE, PLAY_TROUBLE, REFRESH_TROUBLE, REPLAY_TROUBLE, RESTORE_TROUBLE, SCENE_PATCH_TROUBLE, SCENE_TROUBLE,
    STUDIO_TROUBLE, TAKE_TROUBLE, TEMPLATE_TROUBLE, TOKEN_TROUBLE, TRANSITION_TROUBLE, UNDO_TROUBLE, USER_TROUBLE,
    VALUE_TROUBLE,
};
use super::{jams, lights, machine, media, musicbox, uploads};
use crate::api::rest::follow::FollowView;
use crate::api::routes::Row;
use crate::api::wire::destination::DestinationView;
use crate::api::wire::input::InputView;
use crate::api::wire::past::{PastView, VersionView};
use crate::api::wire::recording::{RecordingView, ReplayView};
use crate::api::wire::schedule::{MacroView, ScheduledView};
use crate::api::wire::score::StretchView;
use crate::api::wire::show::{StudioView, TransitionView};
use crate::api::wire::stream::{StreamMetrics, StreamState};
use crate::api::wire::system::{AddressView, SystemMetrics};
use crate::identity::{TokenView, UserView};
use crate::show::asset::Asset;
use crate::show::layer::Layer;
use crate::show::mixer::Mixer;
use crate::show::scene::Scene;
use crate::show::stream::StreamConfig;
use crate::show::value::Scalar;

fn takes(summary: &'static str, errors: &'static [&'static str]) -> Operation {
    Operation {
        body: Body::OptionalJson(shape::<Take>()),
        ..reads("scenes", summary, Answer::Json(shape::<TakeAnswer>()), errors)
    }
}

fn steps(summary: &'static str, answer: Answer, errors: &'static [&'static str]) -> Operation {
    Operation { body: Body::OptionalJson(shape::<StepBack>()), ..reads("scenes", summary, answer, errors) }
}

const WHEP_ERRORS: &[&str] = &[
    "bad_offer",
    "bad_request",
    "no_h264_in_offer",
    "not_encoded",
    "rendition_not_found",
    "too_many_viewers",
    "whep_off",
    "whep_unreachable",
    "unsupported_media_type",
    "body_too_large",
];

/// None for files of the page.
pub fn describe(row: &Row) -> Option<Operation> {
    let json = |shape: Shape| Answer::Json(shape);
    let macro_view = shape::<MacroView<'static>>();
    Some(match (row.method, row.path) {
        ("POST", "/api/stream/start") => acts("stream", "Go on air", json(shape::<StateAnswer>()), &["already_live"]),
        ("POST", "/api/stream/stop") => acts("stream", "Go off air", json(shape::<StateAnswer>()), &["not_live"]),
        ("POST", "/api/stream/pause") => {
            acts("stream", "Hold picture and sound", json(shape::<StateAnswer>()), &["not_live", "already_paused"])
        }
        ("POST", "/api/stream/resume") => {
            acts("stream", "Go on after a pause", json(shape::<StateAnswer>()), &["not_live", "not_paused"])
        }
        ("GET", "/api/stream/state") => reads("stream", "What the stream is doing", json(shape::<StreamState>()), &[]),
        ("GET", "/api/stream/metrics") => reads("stream", "How well it is doing", json(shape::<StreamMetrics>()), &[]),
        ("GET", "/api/stream/config") => reads("stream", "How it is encoded", json(shape::<StreamConfig>()), &[]),
        ("PATCH", "/api/stream/config") => {
            let trouble = &["invalid_value", "out_of_range", "needs_restart"];
            changes(
                "stream",
                "Change how it is encoded",
                shape::<StreamConfigPatch>(),
                json(shape::<StreamConfig>()),
                trouble,
            )
        }
        ("GET", "/api/follow") => {
            reads("system", "Whose show this node holds, and how it stands with them", json(shape::<FollowView>()), &[])
        }
        ("GET", "/api/show") => reads("scenes", "Everything that was decided", json(shape::<ShowAnswer>()), &[]),
        ("GET", "/api/scenes") => reads("scenes", "All scenes", json(shape::<Vec<Scene>>()), &[]),
        ("POST", "/api/scenes") => puts("scenes", "Make a scene", shape::<NewScene>(), shape::<Scene>(), SCENE_TROUBLE),
        ("GET", "/api/scenes/{scene}") => reads("scenes", "A scene", json(shape::<Scene>()), &["scene_not_found"]),
        ("PUT", "/api/scenes/{scene}") => {
            puts("scenes", "Make or replace a scene", shape::<NewScene>(), shape::<Scene>(), SCENE_TROUBLE)
        }
        ("PATCH", "/api/scenes/{scene}") => {
            let mut operation =
                puts("scenes", "Change a scene", shape::<ScenePatch>(), shape::<Scene>(), SCENE_PATCH_TROUBLE);
            operation.answers.retain(|(status, _)| *status != 201);
            operation
        }
        ("DELETE", "/api/scenes/{scene}") => {
            removes("scenes", "Remove a scene", &["scene_not_found", "scene_on_air", "scene_in_use"])
        }
        ("POST", "/api/scenes/{scene}/take") => takes(
            "Put a scene on air",
            &["scene_not_found", "transition_not_found", "asset_missing", "wrong_asset_kind", "invalid_value"],
        ),
        ("GET", "/api/scenes/{scene}/history") => reads(
            "scenes",
            "Steps that can be taken back or again",
            json(shape::<PastView<'static>>()),
            &["scene_not_found"],
        ),
        ("POST", "/api/scenes/{scene}/undo") => {
            steps("Take back the newest step of a scene", json(shape::<SceneStepAnswer>()), UNDO_TROUBLE)
        }
        ("POST", "/api/scenes/{scene}/redo") => {
            steps("Take a step of a scene again", json(shape::<SceneStepAnswer>()), UNDO_TROUBLE)
        }
        ("POST", "/api/undo") => steps("Take back the newest step of all scenes", json(shape::<StepAnswer>()), UNDO_TROUBLE),
        ("POST", "/api/redo") => {
            steps("Take the newest step of all scenes again", json(shape::<StepAnswer>()), UNDO_TROUBLE)
        }
        ("GET", "/api/scenes/{scene}/versions") => {
            reads("scenes", "Named versions", json(shape::<Vec<VersionView<'static>>>()), &["scene_not_found"])
        }
        ("POST", "/api/scenes/{scene}/versions") => {
            let trouble = &["scene_not_found", "already_exists", "too_many"];
            let answer = shape::<VersionView<'static>>();
            let mut operation = puts("scenes", "Give a name to what the scene is", shape::<NewVersion>(), answer, trouble);
            operation.answers.retain(|(status, _)| *status != 200);
            operation
        }
        ("POST", "/api/scenes/{scene}/versions/{version}/restore") => {
            acts("scenes", "Make the scene what it was", json(shape::<SceneStepAnswer>()), RESTORE_TROUBLE)
        }
        ("DELETE", "/api/scenes/{scene}/versions/{version}") => {
            removes("scenes", "Forget a version", &["version_not_found"])
        }
        ("GET", "/api/inputs") => reads("inputs", "All inputs", json(shape::<Vec<InputView>>()), &[]),
        ("POST", "/api/inputs") => puts("inputs", "Make an input", shape::<NewInput>(), shape::<InputView>(), INPUT_TROUBLE),
        ("GET", "/api/inputs/{input}") => reads("inputs", "An input", json(shape::<InputView>()), &["input_not_found"]),
        ("PUT", "/api/inputs/{input}") => {
            puts("inputs", "Make or replace an input", shape::<NewInput>(), shape::<InputView>(), INPUT_TROUBLE)
        }
        ("PATCH", "/api/inputs/{input}") => {
            let mut operation =
                puts("inputs", "Change an input", shape::<InputPatch>(), shape::<InputView>(), INPUT_TROUBLE);
            operation.answers.retain(|(status, _)| *status != 201);
            operation
        }
        ("POST", "/api/inputs/{input}/play") => {
            let mut operation =
                puts("inputs", "Play, pause, stop or seek", shape::<Play>(), shape::<InputView>(), PLAY_TROUBLE);
            operation.answers.retain(|(status, _)| *status != 201);
            operation
        }
        ("DELETE", "/api/inputs/{input}") => removes("inputs", "Remove an input", &["input_not_found", "input_in_use"]),
        ("GET", "/api/mixer") => reads("inputs", "How all is mixed", json(shape::<Mixer>()), &[]),
        ("PATCH", "/api/mixer") => {
            changes("inputs", "Change how all is mixed", shape::<MixerPatch>(), json(shape::<Mixer>()), &["invalid_value"])
        }
        ("GET", "/api/studio") => reads("scenes", "What is taken next, and how", json(shape::<StudioView>()), &[]),
        ("PATCH", "/api/studio") => {
            changes("scenes", "Set the desk", shape::<StudioPatch>(), json(shape::<StudioView>()), STUDIO_TROUBLE)
        }
        ("POST", "/api/studio/take") => takes("Put the preview on air", TAKE_TROUBLE),
        ("POST", "/api/studio/bar") => {
            changes("scenes", "Move the bar", shape::<MoveBar>(), json(shape::<TakeAnswer>()), TAKE_TROUBLE)
        }
        ("POST", "/api/studio/bar/release") => {
            acts("scenes", "Let go of the bar", json(shape::<TakeAnswer>()), &["bar_at_rest"])
        }
        ("GET", "/api/transitions") => reads("scenes", "All transitions", json(shape::<Vec<TransitionView>>()), &[]),
        ("GET", "/api/transitions/{transition}") => {
            reads("scenes", "A transition", json(shape::<TransitionView>()), &["transition_not_found"])
        }
        ("PUT", "/api/transitions/{transition}") => {
            let (body, answer) = (shape::<NewTransition>(), shape::<TransitionView>());
            puts("scenes", "Make or replace a transition", body, answer, TRANSITION_TROUBLE)
        }
        ("DELETE", "/api/transitions/{transition}") => removes("scenes", "Remove a transition", &["transition_not_found"]),
        ("PUT", "/api/scenes/{scene}/order") => {
            let trouble = &["scene_not_found", "order_mismatch"];
            let mut operation = puts("scenes", "Put layers in order", shape::<Order>(), shape::<Scene>(), trouble);
            operation.answers.retain(|(status, _)| *status != 201);
            operation
        }
        ("GET", "/api/scenes/{scene}/layers") => {
            reads("scenes", "Layers of a scene", json(shape::<Vec<Layer>>()), &["scene_not_found"])
        }
        ("POST", "/api/scenes/{scene}/layers") => {
            puts("scenes", "Make a layer", shape::<LayerBody>(), shape::<Layer>(), LAYER_TROUBLE)
        }
        ("GET", "/api/scenes/{scene}/layers/{layer}") => {
            reads("scenes", "A layer", json(shape::<Layer>()), &["scene_not_found", "layer_not_found"])
        }
        ("PUT", "/api/scenes/{scene}/layers/{layer}") => {
            puts("scenes", "Make or replace a layer", shape::<LayerBody>(), shape::<Layer>(), LAYER_TROUBLE)
        }
        ("PATCH", "/api/scenes/{scene}/layers/{layer}") => {
            let mut operation = puts("scenes", "Change a layer", shape::<LayerPatch>(), shape::<Layer>(), LAYER_TROUBLE);
            operation.answers.retain(|(status, _)| *status != 201);
            operation
        }
        ("DELETE", "/api/scenes/{scene}/layers/{layer}") => {
            removes("scenes", "Remove a layer", &["scene_not_found", "layer_not_found"])
        }
        ("POST", "/api/stream/replay") => Operation {
            answers: vec![(201, json(shape::<ReplayView>()))],
            ..acts("stream", "Save the last seconds as a recording", Answer::Empty, REPLAY_TROUBLE)
        },
        ("GET", "/api/recordings") => {
            reads("recordings", "All recordings, newest first", json(shape::<Vec<RecordingView>>()), &["recording_storage"])
        }
        ("GET", "/api/recordings/{recording}") => reads(
            "recordings",
            "A recording itself",
            Answer::Bytes("video/*"),
            &["recording_not_found", "recording_storage"],
        ),
        ("DELETE", "/api/recordings/{recording}") => {
            removes("recordings", "Remove a recording", &["recording_not_found", "recording_in_use", "recording_storage"])
        }
        ("GET", "/api/score") => reads(
            "score",
            "What happened in the show from ?from to ?to, as one file",
            Answer::Bytes("application/jsonl"),
            &["stretch_not_found", "score_storage", "invalid_query", "busy"],
        ),
        ("GET", "/api/score/stretches") => {
            reads("score", "Times of which everything is kept", json(shape::<Vec<StretchView>>()), &["score_storage"])
        }
        ("GET", "/api/assets") => reads("assets", "All assets", json(shape::<Vec<Asset>>()), &[]),
        ("POST", "/api/assets") => {
            let trouble = &[
                "missing_file",
                "upload_interrupted",
                "upload_too_large",
                "unsupported_media",
                "unsupported_image",
                "image_too_large",
                "too_many_frames",
                "broken_image",
                "unsafe_drawing",
                "broken_media",
                "broken_font",
                "broken_lut",
                "wrong_asset_kind",
                "invalid_value",
                "out_of_range",
                "too_many",
            ];
            let body = Body::Form(shape::<AssetsUpload>());
            Operation { body, ..puts("assets", "Upload a file", shape::<AssetsUpload>(), shape::<Asset>(), trouble) }
        }
        ("GET", "/api/assets/{asset}") => reads("assets", "An asset", json(shape::<Asset>()), &["asset_not_found"]),
        ("GET", "/api/assets/{asset}/file") => {
            let mut operation = reads(
                "assets",
                "The file itself, or a part of it",
                Answer::Bytes("*/*"),
                &["asset_not_found", "range_not_there"],
            );
            operation.answers.push((206, Answer::Bytes("*/*")));
            operation
        }
        ("GET", "/api/assets/{asset}/usage") => {
            reads("assets", "Who uses an asset", json(shape::<AssetUsers>()), &["asset_not_found"])
        }
        ("POST", "/api/assets/{asset}/replace") => {
            let trouble = &["asset_not_found", "wrong_asset_kind"];
            let (body, answer) = (shape::<ReplaceAsset>(), json(shape::<AssetReplaced>()));
            changes("assets", "Let everyone who uses an asset use another", body, answer, trouble)
        }
        ("DELETE", "/api/assets/{asset}") => removes("assets", "Remove an asset", &["asset_not_found", "asset_in_use"]),
        ("GET", "/api/templates") => {
            reads("templates", "All templates, without their layers", json(shape::<Vec<TemplateView>>()), &[])
        }
        ("GET", "/api/templates/{template}") => {
            reads("templates", "A template", json(shape::<TemplateView>()), &["template_not_found"])
        }
        ("POST", "/api/templates/{template}/instantiate") => Operation {
            answers: vec![(201, json(shape::<Instantiated>())), (204, Answer::Empty)],
            ..changes(
                "templates",
                "Make a scene or a group of a template",
                shape::<Instantiate>(),
                Answer::Empty,
                TEMPLATE_TROUBLE,
            )
        },
        ("GET", "/api/export") => reads(
            "exchange",
            "The show and its assets as one file",
            Answer::Bytes("application/x-tar"),
            &["storage_unavailable"],
        ),
        ("POST", "/api/import") => Operation {
            body: Body::Raw("application/x-tar"),
            ..changes(
                "exchange",
                "Bring a show that was exported (?dry_run=true, ?mode=add, merge or replace)",
                shape::<Value>(),
                json(shape::<ShowImported>()),
                IMPORT_TROUBLE,
            )
        },
        ("POST", "/api/import/obs") => {
            let (body, answer) = (shape::<Map<String, Value>>(), json(shape::<ObsImported>()));
            let summary = "Make scenes, inputs and transitions of a scene collection of OBS (?dry_run=true, ?mode=add, merge or replace)";
            changes("exchange", summary, body, answer, OBS_TROUBLE)
        }
        ("GET", "/api/destinations") => {
            reads("destinations", "All destinations", json(shape::<Vec<DestinationView>>()), &[])
        }
        ("POST", "/api/destinations") => puts(
            "destinations",
            "Make a destination",
            shape::<NewDestination>(),
            shape::<DestinationView>(),
            DESTINATION_TROUBLE,
        ),
        ("GET", "/api/destinations/{destination}") => {
            reads("destinations", "A destination", json(shape::<DestinationView>()), &["destination_not_found"])
        }
        ("PUT", "/api/destinations/{destination}") => {
            let body = shape::<NewDestination>();
            puts("destinations", "Make or replace a destination", body, shape::<DestinationView>(), DESTINATION_TROUBLE)
        }
        ("PATCH", "/api/destinations/{destination}") => {
            let body = shape::<DestinationPatch>();
            let mut operation =
                puts("destinations", "Change a destination", body, shape::<DestinationView>(), DESTINATION_TROUBLE);
            operation.answers.retain(|(status, _)| *status != 201);
            operation
        }
        ("DELETE", "/api/destinations/{destination}") => {
            removes("destinations", "Remove a destination", &["destination_not_found"])
        }
        ("POST", "/api/batch") => {
            let mut operation = changes(
                "schedule",
                "Several commands as one",
                shape::<NewBatch>(),
                json(shape::<BatchAnswer>()),
                BATCH_TROUBLE,
            );
            operation.answers.push((202, json(shape::<BatchAnswer>())));
            operation
        }
        ("GET", "/api/scheduled") => {
            reads("schedule", "What is to happen at a time", json(shape::<Vec<ScheduledView<'static>>>()), &[])
        }
        ("GET", "/api/scheduled/{batch}") => {
            reads("schedule", "A batch that waits", json(shape::<ScheduledView<'static>>()), &["batch_not_found"])
        }
        ("DELETE", "/api/scheduled/{batch}") => {
            removes("schedule", "Let it not happen, or forget that it was refused", &["batch_not_found"])
        }
        ("GET", "/api/macros") => reads("schedule", "All macros", json(shape::<Vec<MacroView<'static>>>()), &[]),
        ("GET", "/api/macros/{macro}") => {
            reads("schedule", "A macro, and how its newest run is doing", json(macro_view), &["macro_not_found"])
        }
        ("PUT", "/api/macros/{macro}") => {
            puts("schedule", "Make or replace a macro", shape::<MacroBody>(), macro_view, MACRO_TROUBLE)
        }
        ("DELETE", "/api/macros/{macro}") => removes("schedule", "Remove a macro", &["macro_not_found", "macro_running"]),
        ("POST", "/api/macros/{macro}/run") => Operation {
            body: Body::OptionalJson(shape::<RunMacro>()),
            answers: vec![(200, json(macro_view)), (204, Answer::Empty)],
            ..acts("schedule", "Run a macro", Answer::Empty, &["macro_not_found", "macro_running", "too_many"])
        },
        ("POST", "/api/macros/{macro}/stop") => Operation {
            answers: vec![(200, json(macro_view)), (204, Answer::Empty)],
            ..acts("schedule", "Stop a macro", Answer::Empty, &["macro_not_found", "macro_not_running"])
        },
        ("GET", "/api/values") => reads("values", "All values", json(shape::<BTreeMap<String, Scalar>>()), &[]),
        ("GET", "/api/values/{value}") => reads("values", "A value", json(shape::<ValueAnswer>()), &["value_not_found"]),
        ("PUT", "/api/values/{value}") => {
            puts("values", "Set a value", shape::<NewValue>(), shape::<ValueAnswer>(), VALUE_TROUBLE)
        }
        ("DELETE", "/api/values/{value}") => removes("values", "Remove a value", &["value_not_found"]),
        ("GET", "/api/preview.jpg") => reads("preview", "One picture", Answer::Bytes("image/jpeg"), &["no_picture"]),
        ("GET", "/api/preview.mjpeg") => {
            reads("preview", "Pictures as they come", Answer::Bytes("multipart/x-mixed-replace"), &["no_picture"])
        }
        ("GET", "/api/multiview.jpg") => {
            reads("preview", "All scenes in one picture", Answer::Bytes("image/jpeg"), &["no_picture"])
        }
        ("GET", "/api/multiview.mjpeg") => {
            reads("preview", "All scenes as they move", Answer::Bytes("multipart/x-mixed-replace"), &["no_picture"])
        }
        ("GET", "/api/frame.png") => {
            reads("preview", "The newest frame at full size", Answer::Bytes("image/png"), &["no_picture"])
        }
        ("GET", "/hls/{destination}/master.m3u8") => {
            let playlist = Answer::Bytes("application/vnd.apple.mpegurl");
            reads("hls", "All renditions of an HLS destination", playlist, &["hls_not_found"])
        }
        ("GET", "/hls/{destination}/{rendition}/{file}") => {
            reads("hls", "A playlist (`index.m3u8`) or a segment", Answer::Bytes("*/*"), &["hls_not_found"])
        }
        ("POST", "/whep/{rendition}") => Operation {
            body: Body::Raw("application/sdp"),
            answers: vec![(201, Answer::Bytes("application/sdp"))],
            ..reads("whep", "Watch a rendition in a browser", Answer::Empty, WHEP_ERRORS)
        },
        ("DELETE", "/whep/{rendition}/{viewer}") => {
            let answers = vec![(200, Answer::Empty)];
            Operation { answers, ..removes("whep", "Watch no longer", &["viewer_not_found", "whep_off"]) }
        }
        ("GET", "/api/health") => {
            let health = json(shape::<HealthAnswer>());
            let mut operation = reads("system", "How the server is; strangers are told the status alone", health, &[]);
            operation.answers.push((503, health));
            operation
        }
        ("GET", "/api/system/metrics") => reads("system", "The machine", json(shape::<SystemMetrics>()), &[]),
        ("GET", "/api/capabilities") => {
            reads("system", "What this build on this machine can do", json(shape::<Value>()), &[])
        }
        ("GET", "/api/addresses") => reads("system", "Where the doors are", json(shape::<AddressView>()), &[]),
        ("GET", "/api/openapi.json") => reads("system", "This document", json(shape::<Value>()), &[]),
        ("GET", "/metrics") => reads("system", "For Prometheus", Answer::Bytes("text/plain"), &[]),
        ("GET", "/ws") => Operation {
            answers: vec![(101, Answer::Empty)],
            ..reads("system", "The WebSocket", Answer::Empty, &["upgrade_required", "invalid_query"])
        },
        ("POST", "/api/auth/login") => {
            let trouble = &["invalid_credentials", "locked_out", "too_many_logins", "identity_storage"];
            changes("identity", "Log in", shape::<Login>(), json(shape::<LoginAnswer>()), trouble)
        }
        ("POST", "/api/auth/refresh") => Operation {
            body: Body::OptionalJson(shape::<Refresh>()),
            ..reads("identity", "Stay logged in", json(shape::<LoginAnswer>()), REFRESH_TROUBLE)
        },
        ("POST", "/api/auth/logout") => {
            removes("identity", "Log out", &["login_required", "no_session", "identity_storage"])
        }
        ("GET", "/api/auth/me") => reads("identity", "Who is asking", json(shape::<Me>()), &[]),
        ("POST", "/api/auth/password") => Operation {
            answers: vec![(204, Answer::Empty)],
            ..changes("identity", "Change one's own password", shape::<NewPassword>(), Answer::Empty, PASSWORD_TROUBLE)
        },
        ("GET", "/api/users") => reads("identity", "All users", json(shape::<Vec<UserView>>()), &[]),
        ("POST", "/api/users") => Operation {
            answers: vec![(201, json(shape::<UserView>()))],
            ..changes("identity", "Let somebody in", shape::<NewUser>(), Answer::Empty, USER_TROUBLE)
        },
        ("PATCH", "/api/users/{user}") => {
            changes("identity", "Change a user", shape::<RolePatch>(), json(shape::<UserView>()), USER_TROUBLE)
        }
        ("DELETE", "/api/users/{user}") => removes(
            "identity",
            "Let somebody in no more",
            &["user_not_found", "last_admin", "invalid_user_name", "identity_storage"],
        ),
        ("GET", "/api/tokens") => reads("identity", "All API tokens", json(shape::<Vec<TokenView>>()), &[]),
        ("POST", "/api/tokens") => Operation {
            answers: vec![(201, json(shape::<TokenAnswer>()))],
            ..changes("identity", "Make an API token", shape::<NewToken>(), Answer::Empty, TOKEN_TROUBLE)
        },
        ("DELETE", "/api/tokens/{token}") => {
            removes("identity", "Revoke an API token", &["token_not_found", "identity_storage"])
        }
        _ => return elsewhere(row),
    })
}

fn elsewhere(row: &Row) -> Option<Operation> {
    [jams::describe, lights::describe, machine::describe, media::describe, musicbox::describe, uploads::describe]
        .into_iter()
        .find_map(|describe| describe(row))
}
