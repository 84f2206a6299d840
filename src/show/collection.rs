//! Things of a show that are carried from one to another as one: an exported show, or what another program's scenes became.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Show;
use super::asset::Asset;
use super::destination::Destination;
use super::ids::{SceneId, TransitionId};
use super::input::Input;
use super::light::carried::Lights;
use super::macros::Macro;
use super::mixer::Mixer;
use super::music::Music;
use super::program::Studio;
use super::scene::Scene;
use super::stream::StreamConfig;
use super::transition::Transition;
use super::value::Values;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Collection {
    /// How the show is encoded; counts only where everything is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<StreamConfig>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<Asset>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scenes: Vec<Scene>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub transitions: BTreeMap<TransitionId, Transition>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<Destination>,
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub values: Values,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub macros: Vec<Macro>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mixer: Option<Mixer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub studio: Option<Studio>,
    /// The scene that was on air.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<SceneId>,
    /// Absent: those that are there are left alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lights: Option<Box<Lights>>,
    /// Likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub music: Option<Box<Music>>,
}

/// What becomes of what is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing of it may have an id of what comes.
    Add,
    /// What has the same id is replaced, everything else stays.
    #[default]
    Merge,
    /// It goes, but for assets: their files are other people's too.
    Replace,
}

impl Collection {
    /// All of a show but its secrets, and whether it is on air.
    pub fn of(show: &Show) -> Collection {
        let destinations = show.destinations.values().map(|destination| {
            let mut destination = Destination::clone(destination);
            destination.target.forget_secret();
            destination
        });
        Collection {
            config: Some(StreamConfig::clone(&show.config)),
            assets: show.assets.values().map(|asset| Asset::clone(asset)).collect(),
            inputs: show.inputs.values().map(|input| Input::clone(input).without_secrets()).collect(),
            scenes: show.scenes.values().map(|scene| Scene::clone(scene)).collect(),
            transitions: show.transitions.iter().map(|(id, one)| (id.clone(), Transition::clone(one))).collect(),
            destinations: destinations.collect(),
            values: Values::clone(&show.values),
            macros: show.macros.values().map(|definition| Macro::clone(definition)).collect(),
            mixer: Some(Mixer::clone(&show.mixer)),
            studio: Some(Studio::clone(&show.studio)),
            program: show.program.as_ref().map(|program| program.scene.clone()),
            lights: Some(Box::new(Lights::of(show))),
            music: Some(Box::new(Music::of(show))),
        }
    }

    /// Nothing but what an operator may make one by one.
    pub fn is_for_the_stage(&self) -> bool {
        let Collection { config, assets, destinations, macros, mixer, studio, program, lights, music, .. } = self;
        config.is_none()
            && macros.is_empty()
            && assets.is_empty()
            && destinations.is_empty()
            && mixer.is_none()
            && studio.is_none()
            && program.is_none()
            // Fixtures and feeds reach into the network.
            && lights.is_none()
            && music.is_none()
    }
}
