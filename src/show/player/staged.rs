//! The show as whoever makes pictures and sound of it sees it: where a layer shows the player, there is what it plays.
//!
//! What is played becomes inputs and layers of the usual kinds, so nobody past here knows of the player. Made anew for each show
//! that is published, and for those that are about to be; while nothing is played it is the show itself.
//!
//! What is told to play begins a little later. Until then there is what was played before.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::show::Show;
use crate::show::asset::{Asset, AssetKind};
use crate::show::color::Color;
use crate::show::easing::Easing;
use crate::show::ids::{AssetId, InputId, LayerId, SceneId};
use crate::show::input::{AtEnd, Input, InputKind, Playback, Start, Video, WhenHidden};
use crate::show::layer::{Content, Layer, PlayerPart};
use crate::show::length::Length;
use crate::show::mixer::Strip;
use crate::show::motion::{self, After, Animation, Keyframe, Property};
use crate::show::scene::Scene;
use crate::show::time::ShowTime;
use crate::show::value::{Scalar, Value, ValueName, Values};

use super::{Leaving, Now};

const WHITE: Color = Color { red: 255, green: 255, blue: 255, alpha: 255 };

/// As it is seen from `at` on, until something begins.
pub fn staged(show: &Arc<Show>, at: ShowTime) -> Arc<Show> {
    let player = &show.player;
    if player.now.is_none() && player.leaving.is_none() {
        return show.clone();
    }
    let stage = Stage { show, at };
    let mut staged = Show::clone(show);
    Arc::make_mut(&mut staged.inputs).extend(stage.inputs());
    if show.scenes.values().any(|scene| shows_player(scene)) {
        staged.scenes = Arc::new(stage.scenes());
    }
    staged.values = Arc::new(stage.values());
    Arc::new(staged)
}

fn shows_player(scene: &Scene) -> bool {
    scene.all().any(|layer| matches!(layer.content, Content::Player { .. }))
}

/// When something begins that is known already.
pub fn begins(show: &Show, after: ShowTime) -> Option<ShowTime> {
    let now = show.player.now.as_ref()?;
    let Playback::Playing { since, .. } = now.playback else { return None };
    Some(since).filter(|since| *since > after)
}

struct Stage<'a> {
    show: &'a Show,
    at: ShowTime,
}

impl Stage<'_> {
    fn asset(&self, id: &AssetId) -> Option<&Arc<Asset>> {
        self.show.assets.get(id)
    }

    /// Each play that needs a decoder.
    fn inputs(&self) -> impl Iterator<Item = (InputId, Arc<Input>)> {
        let player = &self.show.player;
        let now = player.now.as_ref().filter(|now| now.playback != Playback::Stopped);
        let plays = now.map(|now| (now.play, &now.asset, now.playback)).into_iter();
        let plays = plays.chain(player.leaving.as_ref().map(|leaving| (leaving.play, &leaving.asset, leaving.playback)));
        plays.filter_map(|(play, asset, playback)| {
            let asset = self.asset(asset).filter(|asset| asset.kind.is_played())?;
            let input = input(play, &asset.id, playback);
            Some((input.id.clone(), Arc::new(input)))
        })
    }

    fn scenes(&self) -> BTreeMap<SceneId, Arc<Scene>> {
        let staged = |scene: &Arc<Scene>| {
            if !shows_player(scene) {
                return scene.clone();
            }
            let layers = scene.layers.iter().map(|layer| self.layer(layer)).collect();
            Arc::new(Scene { layers, ..Scene::clone(scene) })
        };
        self.show.scenes.iter().map(|(id, scene)| (id.clone(), staged(scene))).collect()
    }

    fn layer(&self, layer: &Arc<Layer>) -> Arc<Layer> {
        if !layer.all().any(|inner| matches!(inner.content, Content::Player { .. })) {
            return layer.clone();
        }
        let mut staged = Layer::clone(layer);
        if let Content::Player { part, color } = layer.content {
            let layers = self.parts(layer, part, color.unwrap_or(WHITE));
            // The parts fill the box, and are fitted and cropped there.
            staged.fit = Default::default();
            staged.crop = Default::default();
            staged.content = Content::Group { layers: layers.into_iter().map(Arc::new).collect() };
        }
        for inner in staged.layers_mut().into_iter().flatten() {
            *inner = self.layer(inner);
        }
        Arc::new(staged)
    }

    /// Lowest first.
    fn parts(&self, layer: &Layer, part: PlayerPart, color: Color) -> Vec<Layer> {
        if part == PlayerPart::Progress {
            return self.show.player.now.as_ref().and_then(|now| progress(layer, now, color)).into_iter().collect();
        }
        let player = &self.show.player;
        if begins(self.show, self.at).is_some() {
            let before = player.leaving.as_ref().filter(|leaving| self.at < leaving.from);
            let content = before.and_then(|before| self.content(&before.asset, before.input(), part));
            return content.map(|content| filling("leaving", layer, content, Vec::new())).into_iter().collect();
        }
        let mut parts = Vec::new();
        if let Some(leaving) = player.leaving.as_ref().filter(|leaving| leaving.until > leaving.from) {
            let content = self.content(&leaving.asset, leaving.input(), part);
            parts.extend(content.map(|content| filling("leaving", layer, content, vec![going(leaving)])));
        }
        if let Some(now) = player.now.as_ref().filter(|now| now.playback != Playback::Stopped && now.waits_until.is_none()) {
            let coming = player.leaving.as_ref().filter(|leaving| leaving.until > leaving.from).map(coming);
            let content = self.content(&now.asset, now.input(), part);
            parts.extend(content.map(|content| filling("now", layer, content, coming.into_iter().collect())));
        }
        parts
    }

    fn content(&self, asset: &AssetId, input: InputId, part: PlayerPart) -> Option<Content> {
        let asset = self.asset(asset)?;
        let cover = || {
            let cover = asset.details.as_ref()?.cover.clone()?;
            self.asset(&cover).map(|cover| Content::Image { asset: cover.id.clone() })
        };
        match (part, asset.kind) {
            (PlayerPart::Picture, AssetKind::Video) => Some(Content::Input { input }),
            (_, AssetKind::Image) => Some(Content::Image { asset: asset.id.clone() }),
            _ => cover(),
        }
    }

    /// What texts can show of it.
    fn values(&self) -> Values {
        let mut values = Values::clone(&self.show.values);
        let Some(now) = &self.show.player.now else { return values };
        let playlist = self.show.playlists.get(&now.playlist);
        let track = playlist.and_then(|playlist| playlist.track(&now.track));
        let mut set = |name: &str, scalar: Scalar| {
            if let Ok(name) = ValueName::new(name) {
                values.set(name, Value::from(scalar));
            }
        };
        let text = |text: Option<&str>| Scalar::Text(text.unwrap_or_default().to_owned());
        set("player.title", text(track.map(|track| track.title.as_str())));
        set("player.artist", text(track.and_then(|track| track.artist.as_deref())));
        set("player.album", text(track.and_then(|track| track.album.as_deref())));
        set("player.playlist", text(playlist.map(|playlist| playlist.head.title.as_str())));
        set("player.state", text(Some(state_of(now))));
        set("player.length", Scalar::Text(now.length_ms().map(clock).unwrap_or_default()));
        match now.playback {
            Playback::Playing { since, offset_ms } => {
                let began = since.millis().saturating_sub(i64::try_from(offset_ms).unwrap_or(i64::MAX));
                set("player.since", Scalar::Whole(began));
                let ends = now.ends_at().map(|ends| Scalar::Whole(ends.millis()));
                set("player.ends", ends.unwrap_or_else(|| text(None)));
            }
            Playback::Paused { offset_ms } => set("player.since", Scalar::Text(clock(offset_ms))),
            Playback::Stopped => set("player.since", Scalar::Text(clock(0))),
        }
        values
    }
}

pub fn state_of(now: &Now) -> &'static str {
    match now.playback {
        Playback::Playing { .. } => "playing",
        Playback::Paused { .. } => "paused",
        Playback::Stopped => "stopped",
    }
}

/// `03:05`, and from an hour on `1:03:05`.
fn clock(ms: u64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
}

fn input(play: u64, asset: &AssetId, playback: Playback) -> Input {
    let video = Video {
        asset: asset.clone(),
        repeat: false,
        speed: 1.0,
        from_ms: 0,
        to_ms: None,
        start: Start::Always,
        at_end: AtEnd::Hold,
        playback,
    };
    Input {
        id: InputId::of_play(play),
        name: String::new(),
        hold_ms: 0,
        fallback: None,
        // It is heard whatever is seen.
        when_hidden: WhenHidden::Keep,
        sound: Strip::default(),
        kind: InputKind::Video(video),
    }
}

/// A layer that fills the box of the one that it is in.
fn filling(id: &str, outer: &Layer, content: Content, animations: Vec<Animation>) -> Layer {
    // One that is too long for that is the only player of its scene, as far as anyone can tell.
    let id = LayerId::new(&format!("{}-{id}", outer.id)).unwrap_or_else(|_| outer.id.clone());
    let whole = Some(Length::Percent(100.0));
    Layer { width: whole, height: whole, fit: outer.fit, crop: outer.crop, animations, ..Layer::plain(id, content) }
}

fn millis(from: ShowTime, to: ShowTime) -> u32 {
    u32::try_from(to.since(from).as_millis()).unwrap_or(u32::MAX).clamp(1, motion::MAX_AT_MS)
}

fn moving(property: Property, from: ShowTime, keyframes: &[(u32, f64)]) -> Animation {
    let keyframe = |(at_ms, value): &(u32, f64)| Keyframe { at_ms: *at_ms, value: *value, easing: Easing::Linear };
    Animation {
        property,
        keyframes: keyframes.iter().map(keyframe).collect(),
        start: motion::Start::At(from.millis()),
        repeat: 1,
        alternate: false,
        after: After::Hold,
    }
}

fn coming(leaving: &Leaving) -> Animation {
    moving(Property::Opacity, leaving.from, &[(0, 0.0), (millis(leaving.from, leaving.until), 1.0)])
}

/// It stays below what comes until that hides it, and is gone in the end where that does not.
fn going(leaving: &Leaving) -> Animation {
    let whole = millis(leaving.from, leaving.until).max(2);
    moving(Property::Opacity, leaving.from, &[(whole / 2, 1.0), (whole, 0.0)])
}

fn progress(outer: &Layer, now: &Now, color: Color) -> Option<Layer> {
    let length = now.length_ms()?.max(1);
    let share = |offset_ms: u64| (offset_ms.min(length) as f64 / length as f64 * 100.0).clamp(0.0, 100.0);
    let (width, animation) = match now.playback {
        Playback::Playing { since, offset_ms } => {
            let end = millis(since, now.ends_at()?);
            (share(offset_ms), Some(moving(Property::Width, since, &[(0, share(offset_ms)), (end, 100.0)])))
        }
        Playback::Paused { offset_ms } => (share(offset_ms), None),
        Playback::Stopped => return None,
    };
    let bar = filling("progress", outer, Content::Color { color }, animation.into_iter().collect());
    Some(Layer { width: Some(Length::Percent(width)), ..bar })
}
