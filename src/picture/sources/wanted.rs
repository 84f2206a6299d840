//! Which inputs should run, and whether anyone sees them: pure.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::show::ids::{AssetId, InputId};
use crate::show::input::{Input, InputKind};

#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub input: Arc<Input>,
    /// On air, or about to be; or lights listen to it.
    pub is_visible: bool,
    /// Where the asset of a video lies; None if there is none (any more).
    pub file: Option<PathBuf>,
}

/// `shown` names the inputs that layers show, in any order and as often as they do, and whether each is seen. Inputs that
/// nothing shows are in the answer too, unseen: what becomes of them is their own `when_hidden`.
pub fn wanted<'a>(
    inputs: impl IntoIterator<Item = &'a Arc<Input>>,
    shown: impl IntoIterator<Item = (InputId, bool)>,
    file_of: impl Fn(&AssetId) -> Option<PathBuf>,
) -> BTreeMap<InputId, Wanted> {
    let unseen = |input: &Arc<Input>| {
        let file = match &input.kind {
            InputKind::Video(video) => file_of(&video.asset),
            _ => None,
        };
        (input.id.clone(), Wanted { input: input.clone(), is_visible: false, file })
    };
    let mut wanted: BTreeMap<_, _> = inputs.into_iter().map(unseen).collect();
    for (id, is_visible) in shown {
        if let Some(wanted) = wanted.get_mut(&id) {
            wanted.is_visible |= is_visible;
        }
    }
    wanted
}
