//! What of a show was never kept: it looks as it does live while it is away. Said once, in words.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::frame::jams::JamBoard;
use crate::show::Show;
use crate::show::ids::{AssetId, SceneId};
use crate::show::input::InputKind;
use crate::show::jam::code::JamCode;
use crate::show::layer::Content;

/// What has been looked at already.
pub struct Absent {
    jams: Arc<JamBoard>,
    said: BTreeSet<String>,
    present: BTreeSet<AssetId>,
}

impl Absent {
    pub fn new(jams: Arc<JamBoard>) -> Self {
        Self { jams, said: BTreeSet::new(), present: BTreeSet::new() }
    }

    /// What is on air now and was not before.
    pub fn newly(&mut self, show: &Show) -> Vec<String> {
        let mut found = Vec::new();
        for scene in show.program.iter().flat_map(|program| program.scenes()) {
            absent_in(show, scene, &self.jams, &mut |words| {
                if self.said.insert(words.clone()) {
                    found.push(words);
                }
            });
        }
        found
    }

    /// The file of a picture or video on air that is not there: without it, it would not be what was on air.
    pub fn missing(&mut self, show: &Show, assets_dir: &Path) -> Option<PathBuf> {
        let mut missing = None;
        for scene in show.program.iter().flat_map(|program| program.scenes()) {
            show.each_layer_in(scene, &mut |layer| {
                let Some(asset) = asset_of(show, &layer.content).and_then(|id| show.assets.get(id)) else { return };
                if self.present.contains(&asset.id) {
                    return;
                }
                let path = assets_dir.join(asset.file_name());
                if path.is_file() {
                    self.present.insert(asset.id.clone());
                } else {
                    missing.get_or_insert(path);
                }
            });
        }
        missing
    }
}

fn asset_of<'a>(show: &'a Show, content: &'a Content) -> Option<&'a AssetId> {
    match content {
        Content::Image { asset } => Some(asset),
        // Seen, or its sound is.
        content => match &show.inputs.get(content.input()?)?.kind {
            InputKind::Video(video) => Some(&video.asset),
            _ => None,
        },
    }
}

fn absent_in(show: &Show, scene: &SceneId, jams: &JamBoard, tell: &mut impl FnMut(String)) {
    let missing = |code: JamCode| jams.get(code).is_none();
    show.each_layer_in(scene, &mut |layer| {
        if let Some(input) = layer.content.input() {
            let kind = show.inputs.get(input).and_then(|input| match input.kind {
                InputKind::Jam { jam } => missing(jam).then_some("a jam"),
                InputKind::Network { .. } => Some("a stream from the network"),
                InputKind::Published { .. } => Some("a stream that somebody pushed"),
                InputKind::Camera { .. } => Some("a camera"),
                InputKind::Microphone { .. } => Some("a microphone"),
                InputKind::Page { .. } => Some("a web page"),
                InputKind::Video(_) | InputKind::Tone { .. } => None,
            });
            if let Some(kind) = kind {
                tell(format!("the input {input} ({kind}) was not kept: it is shown and heard as if it were away"));
            }
        }
        match &layer.content {
            Content::Jam(layer) if missing(layer.jam) => {
                tell(format!("the jam {} was not kept: nothing is seen of it", layer.jam))
            }
            Content::Feed { feed } => tell(format!("the feed {feed} of lights was not kept: nothing is seen of it")),
            _ => {}
        }
    });
}
