//! What of a show was never kept: it looks as it does live while it is away. Said once, in words.

use std::collections::BTreeMap;

use crate::show::Show;
use crate::show::ids::SceneId;
use crate::show::input::InputKind;
use crate::show::layer::Content;

/// What has been said already.
#[derive(Default)]
pub struct Absent(BTreeMap<String, ()>);

impl Absent {
    /// What is on air now and was not before.
    pub fn newly(&mut self, show: &Show) -> Vec<String> {
        let mut found = Vec::new();
        for scene in show.program.iter().flat_map(|program| program.scenes()) {
            absent_in(show, scene, &mut |words| {
                if self.0.insert(words.clone(), ()).is_none() {
                    found.push(words);
                }
            });
        }
        found
    }
}

fn absent_in(show: &Show, scene: &SceneId, tell: &mut impl FnMut(String)) {
    show.each_layer_in(scene, &mut |layer| match &layer.content {
        Content::Input { input } => {
            let kind = show.inputs.get(input).and_then(|input| match input.kind {
                InputKind::Network { .. } => Some("a stream from the network"),
                InputKind::Published { .. } => Some("a stream that somebody pushed"),
                InputKind::Camera { .. } => Some("a camera"),
                InputKind::Page { .. } => Some("a web page"),
                InputKind::Video(_) | InputKind::Tone { .. } => None,
            });
            if let Some(kind) = kind {
                tell(format!("the input {input} ({kind}) was not kept: it is shown and heard as if it were away"));
            }
        }
        Content::Feed { feed } => tell(format!("the feed {feed} of lights was not kept: nothing is seen of it")),
        _ => {}
    });
}
