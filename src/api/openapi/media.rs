//! What rows about media take, give, and can refuse.

use schemars::JsonSchema;

use super::bodies::AssetsUpload;
use super::operation::{Answer, Body, Operation, reads, removes, shape};
use crate::api::routes::Row;
use crate::library::details::Progress;
use crate::show::asset::AssetKind;
use crate::show::ids::AssetId;

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used, here and below")]
struct MediaList {
    media: Vec<Media>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Media {
    slug: AssetId,
    filename: String,
    title: String,
    r#type: AssetKind,
    mime_type: String,
    width: u32,
    height: u32,
    animated: bool,
    duration_ms: Option<u64>,
    size: u64,
    url: String,
    thumbnail_url: Option<String>,
    waveform_url: Option<String>,
    cover: Option<AssetId>,
    codecs: Option<Vec<String>>,
    trouble: Option<String>,
    processing: bool,
    progress: Option<Progress>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Taken {
    success: bool,
    slug: AssetId,
    media: Media,
    frames: Option<FramesTaken>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct FramesTaken {
    count: usize,
    /// In the place of a file that can not be decoded.
    shown: bool,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Waveform {
    length_ms: u64,
    /// From 0 to 1, of at most a thousand parts of equal length.
    peaks: Vec<f32>,
    rms: Vec<f32>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Cleanup {
    dry_run: Option<bool>,
    client_op_id: Option<String>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct CleanedUp {
    success: bool,
    dry_run: bool,
    removed: Vec<AssetId>,
    freed_bytes: u64,
}

pub fn describe(row: &Row) -> Option<Operation> {
    Some(match (row.method, row.path) {
        ("GET", "/api/media") => reads(
            "media",
            "Everything that can be played or shown (?type=image, video or sound)",
            Answer::Json(shape::<MediaList>()),
            &["invalid_query"],
        ),
        ("POST", "/api/media") => {
            let trouble = &[
                "missing_file",
                "upload_interrupted",
                "upload_too_large",
                "unsupported_media",
                "unsupported_image",
                "image_too_large",
                "broken_image",
                "broken_media",
                "broken_frames",
                "unexpected_file",
                "too_many_frames",
                "too_many",
            ];
            let takes = reads("media", "Add a file, perhaps with frames of it", Answer::Json(shape::<Taken>()), trouble);
            let answers = vec![(200, Answer::Json(shape::<Taken>())), (201, Answer::Json(shape::<Taken>()))];
            Operation { body: Body::Form(shape::<AssetsUpload>()), answers, ..takes }
        }
        ("GET", "/api/media/{slug}/thumbnail") => {
            reads("media", "A small picture of it", Answer::Bytes("image/jpeg"), &["asset_not_found", "no_thumbnail"])
        }
        ("GET", "/api/media/{slug}/waveform") => {
            reads("media", "How loud it is when", Answer::Json(shape::<Waveform>()), &["asset_not_found", "no_waveform"])
        }
        ("DELETE", "/api/media/{slug}") => removes(
            "media",
            "Remove it (?force=true: out of all playlists first)",
            &["asset_not_found", "asset_in_use", "invalid_query"],
        ),
        ("POST", "/api/media/cleanup") => Operation {
            body: Body::OptionalJson(shape::<Cleanup>()),
            ..reads("media", "Remove what nothing uses", Answer::Json(shape::<CleanedUp>()), &[])
        },
        _ => return None,
    })
}
