//! What is on air, what is to come on air next, and how the one becomes the other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{SceneId, TransitionId};
use super::time::ShowTime;
use super::transition::{Kind, Transition};

/// The scene on air, and since when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Program {
    pub scene: SceneId,
    pub since: ShowTime,
    /// Another scene that is seen as well, for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mix: Option<Mix>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mix {
    /// It was on air before, and leaves by itself: from `position` on, beginning when the program's scene came.
    Leaving { scene: SceneId, taken: ShowTime, transition: Transition, since: ShowTime, position: f64 },
    /// It comes as far as a hand has moved it, and may go back.
    Coming { scene: SceneId, taken: ShowTime, transition: Transition, position: f64 },
}

/// Two scenes that are seen at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixed<'a> {
    pub from: &'a SceneId,
    pub from_taken: ShowTime,
    pub to: &'a SceneId,
    pub to_taken: ShowTime,
    pub transition: &'a Transition,
    pub progress: f64,
}

impl Program {
    pub fn cut(scene: SceneId, since: ShowTime) -> Program {
        Program { scene, since, mix: None }
    }

    /// None while one scene is all that is seen.
    pub fn mixed_at(&self, at: ShowTime) -> Option<Mixed<'_>> {
        match self.mix.as_ref()? {
            Mix::Leaving { scene, taken, transition, since, position } => {
                let gone = transition.progress(at.since(*since));
                let progress = match transition.kind {
                    // At its own pace: its picture must hide the cut.
                    Kind::Stinger { .. } => (position + gone).min(1.0),
                    _ => position + (1.0 - position) * gone,
                };
                (progress < 1.0).then_some(Mixed {
                    from: scene,
                    from_taken: *taken,
                    to: &self.scene,
                    to_taken: self.since,
                    transition,
                    progress,
                })
            }
            Mix::Coming { scene, taken, transition, position } => Some(Mixed {
                from: &self.scene,
                from_taken: self.since,
                to: scene,
                to_taken: *taken,
                transition,
                progress: *position,
            }),
        }
    }

    /// The scenes that are on air, or may still be.
    pub fn scenes(&self) -> impl Iterator<Item = &SceneId> {
        let other = self.mix.as_ref().map(|mix| match mix {
            Mix::Leaving { scene, .. } | Mix::Coming { scene, .. } => scene,
        });
        std::iter::once(&self.scene).chain(other)
    }

    /// How far the bar has been moved by hand; None if it is not being moved.
    pub fn position(&self) -> Option<f64> {
        match self.mix {
            Some(Mix::Coming { position, .. }) => Some(position),
            _ => None,
        }
    }
}

/// What the desk is set to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Studio {
    /// The scene that is taken next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<SceneId>,
    /// How scenes are taken where nothing else is said.
    #[serde(default)]
    pub transition: Transition,
}

/// A transition, or the name of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Way {
    Named(TransitionId),
    Given(Transition),
}
