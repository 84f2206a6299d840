//! Which inputs are seen: pure. What is on air, on its way there, or in the preview counts; so does what is inside other scenes.
//! While somebody looks at all scenes at once, so do those.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::sources::animated::{self, Moving};
use super::sources::wanted::{Wanted, wanted};
use crate::show::Show;
use crate::show::asset::AssetKind;
use crate::show::ids::{AssetId, InputId, SceneId};
use crate::show::input::{AtEnd, Input, InputKind, Playback, Start, Video, WhenHidden};
use crate::show::layer::Content;
use crate::show::mixer::Strip;
use crate::show::program::{Mix, Program};
use crate::show::time::ShowTime;
use crate::show::transition::{Kind, Transition};

/// Which scenes somebody looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sight {
    /// What is on air, and the preview.
    #[default]
    Program,
    All,
}

/// How far one sees at the moment: told by whoever shows all scenes, read by whoever gives orders to sources.
#[derive(Clone, Default)]
pub struct Outlook(Arc<AtomicBool>);

impl Outlook {
    pub fn set(&self, sight: Sight) {
        self.0.store(sight == Sight::All, Ordering::Relaxed);
    }

    pub fn sight(&self) -> Sight {
        if self.0.load(Ordering::Relaxed) { Sight::All } else { Sight::Program }
    }
}

/// So many inputs are decoded for the sake of small pictures alone; the others keep still. The program comes first.
const MOST_ASIDE: usize = 8;

fn scenes_on_air(show: &Show) -> impl Iterator<Item = &SceneId> {
    show.program.iter().flat_map(Program::scenes).chain(&show.studio.preview)
}

/// Those that matter most come first.
pub fn scenes_in(show: &Show, sight: Sight) -> impl Iterator<Item = &SceneId> {
    let others = (sight == Sight::All).then(|| show.scenes.keys());
    scenes_on_air(show).chain(others.into_iter().flatten())
}

/// The inputs that should be decoded because they are seen, or their sound is.
fn inputs_seen(show: &Show, sight: Sight) -> BTreeSet<InputId> {
    let mut seen = BTreeSet::new();
    for scene in scenes_on_air(show) {
        each_input(show, scene, &mut |input| {
            seen.insert(input.clone());
        });
    }
    let most = seen.len() + MOST_ASIDE;
    for scene in scenes_in(show, sight) {
        each_input(show, scene, &mut |input| {
            if seen.len() < most {
                seen.insert(input.clone());
            }
        });
    }
    seen
}

fn each_input<'a>(show: &'a Show, scene: &SceneId, see: &mut impl FnMut(&'a InputId)) {
    show.each_layer_in(scene, &mut |layer| layer.content.input().into_iter().for_each(&mut *see));
}

/// What should run for this show.
pub fn inputs(show: &Show, sight: Sight, at: ShowTime, assets_dir: &Path) -> BTreeMap<InputId, Wanted> {
    let seen = inputs_seen(show, sight);
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
pub fn moving(show: &Show, sight: Sight, assets_dir: &Path) -> BTreeMap<AssetId, Moving> {
    let mut moving = BTreeMap::new();
    for scene in scenes_in(show, sight) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::tests::show_of;

    #[test]
    fn an_input_whose_sound_is_seen_runs_too() {
        let layers = r#"{"id":"a","kind":"levels","input":"v"},{"id":"b","kind":"levels","input":"x","visible":false}"#;
        let seen = inputs_seen(&show_of(layers), Sight::Program);
        assert_eq!(seen.iter().map(InputId::as_str).collect::<Vec<_>>(), ["v"]);
    }

    #[test]
    fn inputs_of_other_scenes_are_seen_by_who_sees_all_up_to_a_number() {
        let mut show = show_of(r#"{"id":"v","kind":"input","input":"v"}"#);
        let scenes: String = (10..30)
            .map(|number| {
                format!(r#","a{number}":{{"id":"a{number}","layers":[{{"id":"v","kind":"input","input":"i{number}"}}]}}"#)
            })
            .collect();
        show.scenes =
            serde_json::from_str(&format!(r#"{{"s":{}{scenes}}}"#, serde_json::to_string(&show.scenes["s"]).unwrap()))
                .unwrap();
        let names = |sight| inputs_seen(&show, sight).iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(Sight::Program), ["v"]);
        assert_eq!(names(Sight::All), ["i10", "i11", "i12", "i13", "i14", "i15", "i16", "i17", "v"]);
    }
}
