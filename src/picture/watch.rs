//! Which inputs are seen: pure. What is on air, on its way there, or in the preview counts; so does what is inside other scenes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::sources::animated::{self, Moving};
use super::sources::wanted::{Wanted, wanted};
use crate::show::Show;
use crate::show::asset::AssetKind;
use crate::show::ids::{AssetId, InputId};
use crate::show::input::{AtEnd, Input, InputKind, Playback, Start, Video, WhenHidden};
use crate::show::layer::Content;
use crate::show::mixer::Strip;
use crate::show::program::{Mix, Program};
use crate::show::time::ShowTime;
use crate::show::transition::{Kind, Transition};

/// What should run for this show.
pub fn inputs(show: &Show, at: ShowTime, assets_dir: &Path) -> BTreeMap<InputId, Wanted> {
    let mut seen = Vec::new();
    for scene in show.program.iter().flat_map(Program::scenes).chain(&show.studio.preview) {
        show.each_input_in(scene, &mut |input| seen.push(input.clone()));
    }
    let file = |asset: &_| show.assets.get(asset).map(|asset| assets_dir.join(asset.file_name()));
    let mut wanted = wanted(show.inputs.values(), seen.into_iter().map(|id| (id, true)), file);
    if let Some(input) = stinger(show, at)
        && let InputKind::Video(video) = &input.kind
    {
        let file = file(&video.asset);
        wanted.entry(input.id.clone()).or_insert(Wanted { input: Arc::new(input), is_visible: true, file });
    }
    wanted
}

/// The clip of a stinger, as an input of the asset's name: opened before it is needed, and where it stands follows from the mix.
fn stinger(show: &Show, at: ShowTime) -> Option<Input> {
    let mixing = show.program.as_ref().filter(|program| program.mixed_at(at).is_some());
    let mix = mixing.and_then(|program| program.mix.as_ref());
    let offset = |transition: &Transition, position: f64| (position * f64::from(transition.duration_ms)) as u64;
    let (transition, playback) = match mix {
        Some(Mix::Leaving { transition, since, position, .. }) => {
            (transition, Playback::Playing { since: *since, offset_ms: offset(transition, *position) })
        }
        Some(Mix::Coming { transition, position, .. }) => {
            (transition, Playback::Paused { offset_ms: offset(transition, *position) })
        }
        None => (&show.studio.transition, Playback::Paused { offset_ms: 0 }),
    };
    let Kind::Stinger { asset, .. } = &transition.kind else { return None };
    show.assets.get(asset).filter(|asset| asset.kind == AssetKind::Video)?;
    let video = Video {
        asset: asset.clone(),
        repeat: false,
        speed: 1.0,
        from_ms: 0,
        to_ms: None,
        start: Start::Always,
        at_end: AtEnd::Hide,
        playback,
    };
    Some(Input {
        id: InputId::new(asset.as_str()).ok()?,
        name: String::new(),
        hold_ms: 0,
        fallback: None,
        when_hidden: WhenHidden::Stop,
        sound: Strip::default(),
        kind: InputKind::Video(video),
    })
}

/// The animated pictures that are seen.
pub fn moving(show: &Show, assets_dir: &Path) -> BTreeMap<AssetId, Moving> {
    let mut moving = BTreeMap::new();
    for scene in show.program.iter().flat_map(Program::scenes).chain(&show.studio.preview) {
        show.each_layer_in(scene, &mut |layer| {
            if let Content::Image { asset: id } = &layer.content
                && let Some(asset) = show.assets.get(id).filter(|asset| asset.animated)
                && moving.len() < animated::MOST_AT_ONCE
                && !moving.contains_key(id)
            {
                let period_ms = asset.duration_ms.unwrap_or(0);
                moving.insert(
                    id.clone(),
                    Moving { file: assets_dir.join(asset.file_name()), format: asset.format, period_ms },
                );
            }
        });
    }
    moving
}
