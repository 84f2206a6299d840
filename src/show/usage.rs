//! Who uses an asset, as what, and which kinds of asset can be that.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::Show;
use super::asset::{Asset, AssetKind};
use super::ids::{
    AssetId, InputId, LayerId, LightPresetId, PlaylistId, SceneId, TrackId, TransitionId, ZoneId, ZoneLayerId,
};
use super::input::{Input, InputKind};
use super::layer::{Content, Layer};
use super::light::zone::ZoneLayer;
use super::look::{Filter, Mask};
use super::scene::Scene;
use super::time::ShowTime;
use super::transition::{Kind, Transition};

/// What an asset is to whoever uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Image,
    Mask,
    Lut,
    Font,
    /// What an input plays.
    Video,
    /// What is shown while an input is lost.
    Fallback,
    /// The picture of a wipe.
    Transition,
    /// The picture or clip of a stinger.
    Stinger,
    /// What an animation of lights shows.
    Animation,
    /// What is played from a playlist.
    Track,
    /// The picture that came with a piece of music.
    Cover,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum User {
    Layer {
        scene: SceneId,
        layer: LayerId,
        part: Part,
    },
    Input {
        input: InputId,
        part: Part,
    },
    Transition {
        /// Absent: the one on the desk.
        #[serde(skip_serializing_if = "Option::is_none")]
        transition: Option<TransitionId>,
        part: Part,
    },
    Zone {
        zone: ZoneId,
        layer: ZoneLayerId,
        part: Part,
    },
    /// What it was before does not count: nobody sees that unless it is brought back.
    LightPreset {
        preset: LightPresetId,
        zone: ZoneId,
        layer: ZoneLayerId,
        part: Part,
    },
    Track {
        playlist: PlaylistId,
        track: TrackId,
    },
    /// It is the cover of that asset.
    Cover {
        asset: AssetId,
    },
}

impl Part {
    pub fn takes(self, kind: AssetKind) -> bool {
        match self {
            Part::Image | Part::Mask | Part::Fallback | Part::Transition | Part::Cover => kind == AssetKind::Image,
            Part::Track => kind.is_played() || kind == AssetKind::Image,
            Part::Stinger => matches!(kind, AssetKind::Image | AssetKind::Video),
            Part::Lut => kind == AssetKind::Lut,
            Part::Font => kind == AssetKind::Font,
            Part::Video => kind.is_played(),
            // It stays dark with what is no picture, as with what is not there.
            Part::Animation => true,
        }
    }

    /// For people.
    pub fn wants(self) -> &'static str {
        match self {
            Part::Image | Part::Mask | Part::Fallback | Part::Transition | Part::Animation | Part::Cover => "an image",
            Part::Track => "an image, a video or a sound",
            Part::Stinger => "an image or a video",
            Part::Lut => "a lut",
            Part::Font => "a font",
            Part::Video => "a video or sound",
        }
    }
}

pub fn of_transition(transition: &Transition) -> Option<(Part, &AssetId)> {
    match &transition.kind {
        Kind::Stinger { asset, .. } => Some((Part::Stinger, asset)),
        Kind::LumaWipe { asset, .. } => Some((Part::Transition, asset)),
        _ => None,
    }
}

/// Of the layer itself, not of what is inside it. A font may also be the name of a family, which is no asset.
pub fn of_layer(layer: &Layer) -> impl Iterator<Item = (Part, &str)> {
    let content = match &layer.content {
        Content::Image { asset } => Some((Part::Image, asset.as_str())),
        Content::Text { style, .. } => style.font.as_deref().map(|font| (Part::Font, font)),
        Content::Effect(effect) => effect.animation.asset(&effect.parameters).map(|asset| (Part::Animation, asset)),
        _ => None,
    };
    let mask = match &layer.mask {
        Some(Mask::Image { asset, .. }) => Some((Part::Mask, asset.as_str())),
        _ => None,
    };
    let tables = layer.filters.iter().filter_map(|filter| match filter {
        Filter::Lut { asset, .. } => Some((Part::Lut, asset.as_str())),
        _ => None,
    });
    content.into_iter().chain(mask).chain(tables)
}

pub fn of_input(input: &Input) -> impl Iterator<Item = (Part, &AssetId)> {
    let video = match &input.kind {
        InputKind::Video(video) => Some((Part::Video, &video.asset)),
        _ => None,
    };
    video.into_iter().chain(input.fallback.as_ref().map(|asset| (Part::Fallback, asset)))
}

impl Show {
    /// Everyone who uses the asset at that time; one who uses it as several things stands there as often.
    pub fn users_of(&self, id: &AssetId, at: ShowTime) -> Vec<User> {
        let mut users = Vec::new();
        for scene in self.scenes.values() {
            for layer in scene.all() {
                let parts = of_layer(layer).filter(|(_, used)| *used == id.as_str());
                let (scene, layer) = (&scene.id, &layer.id);
                users.extend(parts.map(|(part, _)| User::Layer { scene: scene.clone(), layer: layer.clone(), part }));
            }
        }
        for input in self.inputs.values() {
            let parts = of_input(input).filter(|(_, used)| *used == id);
            users.extend(parts.map(|(part, _)| User::Input { input: input.id.clone(), part }));
        }
        let named = self.transitions.iter().map(|(id, transition)| (Some(id.clone()), &**transition));
        for (transition, with) in named.chain([(None, &self.studio.transition)]) {
            if let Some((part, used)) = of_transition(with)
                && used == id
            {
                users.push(User::Transition { transition, part });
            }
        }
        users.extend(self.lights_that_use(id, at));
        users.extend(self.media_that_use(id));
        users
    }

    fn media_that_use(&self, id: &AssetId) -> Vec<User> {
        let mut users = Vec::new();
        for playlist in self.playlists.values() {
            let tracks = playlist.tracks.iter().filter(|track| track.asset == *id);
            users.extend(tracks.map(|track| User::Track { playlist: playlist.id().clone(), track: track.id.clone() }));
        }
        let has_it = |asset: &&Arc<Asset>| asset.details.as_ref().is_some_and(|details| details.cover.as_ref() == Some(id));
        users.extend(self.assets.values().filter(has_it).map(|asset| User::Cover { asset: asset.id.clone() }));
        users
    }

    fn lights_that_use(&self, id: &AssetId, at: ShowTime) -> Vec<User> {
        let part = Part::Animation;
        let is_user = |layer: &&Arc<ZoneLayer>| layer.is_seen(at) && layer.asset() == Some(id.as_str());
        let mut users = Vec::new();
        for zone in self.zones.values() {
            let layers = zone.look.layers.iter().filter(is_user);
            users.extend(layers.map(|layer| User::Zone { zone: zone.id.clone(), layer: layer.id.clone(), part }));
        }
        for preset in self.light_presets.values() {
            for (zone, look) in &preset.saved.zones {
                let layers = look.layers.iter().filter(is_user);
                let preset = &preset.id;
                users.extend(layers.map(|layer| User::LightPreset {
                    preset: preset.clone(),
                    zone: zone.clone(),
                    layer: layer.id.clone(),
                    part,
                }));
            }
        }
        users
    }
}

impl User {
    pub fn part(&self) -> Part {
        match self {
            User::Layer { part, .. }
            | User::Input { part, .. }
            | User::Transition { part, .. }
            | User::Zone { part, .. }
            | User::LightPreset { part, .. } => *part,
            User::Track { .. } => Part::Track,
            User::Cover { .. } => Part::Cover,
        }
    }
}

/// The scene with `to` wherever it had `from`; None if it has it nowhere.
pub fn repointed_scene(scene: &Scene, from: &AssetId, to: &AssetId) -> Option<Scene> {
    let is_user = scene.all().any(|layer| of_layer(layer).any(|(_, used)| used == from.as_str()));
    is_user.then(|| {
        let layers = scene.layers.iter().map(|layer| repointed_layer(layer, from, to)).collect();
        Scene { layers, ..scene.clone() }
    })
}

fn repointed_layer(layer: &Arc<Layer>, from: &AssetId, to: &AssetId) -> Arc<Layer> {
    if !layer.all().any(|layer| of_layer(layer).any(|(_, used)| used == from.as_str())) {
        return layer.clone();
    }
    let mut layer = Layer::clone(layer);
    let exchange = |asset: &mut AssetId| {
        if asset == from {
            *asset = to.clone();
        }
    };
    match &mut layer.content {
        Content::Image { asset } => exchange(asset),
        Content::Text { style, .. } if style.font.as_deref() == Some(from.as_str()) => {
            style.font = Some(to.as_str().to_owned());
        }
        Content::Effect(effect) => {
            effect.animation.repoint(&mut effect.parameters, from, to);
        }
        _ => {}
    }
    if let Some(Mask::Image { asset, .. }) = &mut layer.mask {
        exchange(asset);
    }
    for filter in &mut layer.filters {
        if let Filter::Lut { asset, .. } = filter {
            exchange(asset);
        }
    }
    for inner in layer.layers_mut().into_iter().flatten() {
        *inner = repointed_layer(inner, from, to);
    }
    Arc::new(layer)
}

pub fn repointed_input(input: &Input, from: &AssetId, to: &AssetId) -> Option<Input> {
    if !of_input(input).any(|(_, used)| used == from) {
        return None;
    }
    let mut input = input.clone();
    if let InputKind::Video(video) = &mut input.kind
        && video.asset == *from
    {
        video.asset = to.clone();
    }
    input.fallback = input.fallback.map(|asset| if asset == *from { to.clone() } else { asset });
    Some(input)
}

pub fn repointed_transition(transition: &Transition, from: &AssetId, to: &AssetId) -> Option<Transition> {
    if transition.asset() != Some(from) {
        return None;
    }
    let mut transition = transition.clone();
    if let Kind::Stinger { asset, .. } | Kind::LumaWipe { asset, .. } = &mut transition.kind {
        *asset = to.clone();
    }
    Some(transition)
}
