//! Scenes and groups: their items become layers, lowest first.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::data::Data;
use super::filter::{self, Filtered};
use super::names::Names;
use super::place::{Item, Natural, Trouble};
use super::report::{About, Report, SceneMade};
use super::source::{self, Shown};
use super::{Converted, Known, MOST_LAYERS, ObsError};
use crate::show::collection::Collection;
use crate::show::ids::{InputId, LayerId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::show::look::Blend;
use crate::show::scene::Scene;

/// Of groups within groups; OBS itself has one.
const DEEPEST: usize = 8;
/// Longest name of a layer or scene.
const MAX_NAME: usize = 128;

/// A collection on its way.
pub struct Conversion<'a> {
    pub known: &'a Known<'a>,
    pub report: Report,
    pub collection: Collection,
    pub input_ids: Names,
    /// By the source's name: an input is shared by everyone who shows it.
    pub inputs: BTreeMap<String, Option<InputId>>,
    by_name: BTreeMap<&'a str, Data<'a>>,
    by_uuid: BTreeMap<&'a str, Data<'a>>,
    scenes: Vec<(&'a str, SceneId)>,
    base: (f64, f64),
    layers: usize,
}

/// Where layers are being made.
pub struct Place<'s> {
    pub scene: &'s str,
    pub ids: Names,
    /// The group's box, or the canvas, in OBS's pixels.
    pub ground: (f64, f64),
    /// How much larger it is than that, for type.
    pub scale: f64,
    pub depth: usize,
}

impl<'a> Conversion<'a> {
    pub fn new(sources: &[Data<'a>], scenes: &[Data<'a>], base: (f64, f64), known: &'a Known<'a>) -> Self {
        let mut ids = Names::default();
        let made_up = scenes.iter().filter_map(|scene| {
            let name = scene.text("name");
            Some((name, SceneId::new(&ids.unique(name, "scene")).ok()?))
        });
        Self {
            known,
            report: Report::default(),
            collection: Collection::default(),
            input_ids: Names::default(),
            inputs: BTreeMap::new(),
            by_name: sources.iter().map(|source| (source.text("name"), *source)).collect(),
            by_uuid: sources
                .iter()
                .map(|source| (source.text("uuid"), *source))
                .filter(|(uuid, _)| !uuid.is_empty())
                .collect(),
            scenes: made_up.collect(),
            base,
            layers: 0,
        }
    }

    pub fn scene_ids(&self) -> Vec<SceneId> {
        self.scenes.iter().map(|(_, id)| id.clone()).collect()
    }

    pub fn scene_named(&self, name: &str) -> Option<&SceneId> {
        self.scenes.iter().find(|(own, _)| *own == name).map(|(_, id)| id)
    }

    pub fn scene(&mut self, scene: Data<'a>, id: SceneId) -> Result<(), ObsError> {
        let name = scene.text("name");
        let mut place = Place { scene: name, ids: Names::default(), ground: self.base, scale: 1.0, depth: 0 };
        let layers = self.items(scene, &mut place)?;
        let count = layers.iter().flat_map(|layer| layer.all()).count();
        self.report.scenes.push(SceneMade { id: id.clone(), name: shortened(name), layers: count });
        self.collection.scenes.push(Scene { id, name: shortened(name), layers });
        Ok(())
    }

    fn items(&mut self, of: Data<'a>, place: &mut Place<'a>) -> Result<Vec<Arc<Layer>>, ObsError> {
        let mut layers = Vec::new();
        // OBS keeps copies of what is in groups beside them, for versions that know no groups.
        for item in of.child("settings").list("items").filter(|item| !item.flag_or("group_item_backup", false)) {
            self.layers += 1;
            if self.layers > MOST_LAYERS {
                return Err(ObsError::TooMuch { what: "items", most: MOST_LAYERS });
            }
            layers.extend(self.item(item, place)?.map(Arc::new));
        }
        Ok(layers)
    }

    fn item(&mut self, item: Data<'a>, place: &mut Place<'a>) -> Result<Option<Layer>, ObsError> {
        let name = item.text("name");
        let by_uuid = self.by_uuid.get(item.text("source_uuid"));
        let Some(source) = by_uuid.or_else(|| self.by_name.get(name)).copied() else {
            let about = About { scene: place.scene, item: name, kind: "" };
            self.report.skipped(about, "source_not_found", "the collection has no source of this name");
            return Ok(None);
        };
        let about = About { scene: place.scene, item: name, kind: source.text("id") };
        let Filtered { filters, mask, crop, opacity, crawl } = filter::convert(source, about, self);
        let standing = Item::read(item, crop, self.base);
        let Some(id) = LayerId::new(&place.ids.unique(name, "layer")).ok() else { return Ok(None) };
        let (content, natural, shadow) = match self.content(source, &standing, about, place)? {
            Some(Shown { content, natural, shadow }) => (content, natural, shadow),
            None => return Ok(None),
        };
        let mut layer = Layer { name: shortened(name), filters, mask, opacity, shadow, ..Layer::plain(id, content) };
        let trouble = standing.put(&mut layer, natural, place.ground);
        self.tell(trouble, about);
        layer.visible = item.flag_or("visible", true);
        layer.blend = self.blend(item.text("blend_type"), about);
        if let (Some(crawl), Content::Text { style, .. }) = (crawl, &mut layer.content) {
            style.crawl = Some(crawl);
        }
        for transition in ["show_transition", "hide_transition"] {
            if item.child(transition).has("transition") {
                self.report.skipped(
                    about,
                    "item_transition",
                    "transitions of single items are not there; animations can do it",
                );
            }
        }
        Ok(Some(layer))
    }

    fn content(
        &mut self,
        source: Data<'a>,
        standing: &Item,
        about: About<'_>,
        place: &mut Place<'a>,
    ) -> Result<Option<Shown>, ObsError> {
        match source.kind() {
            "group" => self.group(source, standing, about, place),
            "scene" => Ok(self.scene_within(source, about)),
            _ => Ok(source::content(source, standing.type_scale() * place.scale, about, self, place)),
        }
    }

    fn group(
        &mut self,
        source: Data<'a>,
        standing: &Item,
        about: About<'_>,
        place: &mut Place<'a>,
    ) -> Result<Option<Shown>, ObsError> {
        if place.depth >= DEEPEST {
            self.report.skipped(about, "too_deep", "groups are within each other too deep");
            return Ok(None);
        }
        let settings = source.child("settings");
        let side = |name: &str, otherwise: f64| settings.number(name).filter(|side| *side >= 1.0).unwrap_or(otherwise);
        let size = (side("cx", place.ground.0), side("cy", place.ground.1));
        let mut within = Place {
            scene: place.scene,
            ids: std::mem::take(&mut place.ids),
            ground: size,
            scale: place.scale * standing.enlargement(size),
            depth: place.depth + 1,
        };
        let layers = self.items(source, &mut within);
        place.ids = within.ids;
        let content = Content::Group { layers: layers? };
        Ok(Some(Shown { content, natural: Natural::Known(size.0, size.1), shadow: None }))
    }

    fn scene_within(&mut self, source: Data<'a>, about: About<'_>) -> Option<Shown> {
        let Some(scene) = self.scene_named(source.text("name")).cloned() else {
            self.report.skipped(about, "source_not_found", "the collection has no scene of this name");
            return None;
        };
        let settings = source.child("settings");
        let own = (settings.number_or("cx", 0.0), settings.number_or("cy", 0.0));
        if settings.flag_or("custom_size", false) && own != self.base && own.0 > 0.0 {
            self.report.approximated(about, "scene_size", "a scene has the size of the canvas here, not one of its own");
        }
        let content = Content::Scene { scene };
        Some(Shown { content, natural: Natural::Known(self.base.0, self.base.1), shadow: None })
    }

    fn tell(&mut self, trouble: Trouble, about: About<'_>) {
        let Trouble { mirrored, size_unknown, aligned_in_bounds, far_away } = trouble;
        for (is_so, code, why) in [
            (mirrored, "mirrored", "it is mirrored in OBS, and not here"),
            (
                size_unknown,
                "size_unknown",
                "its size is not known before it plays: it is taken to be as large as the canvas",
            ),
            (aligned_in_bounds, "bounds_alignment", "it stands in the middle of its bounds"),
            (far_away, "out_of_range", "it stands further away than is possible here"),
        ] {
            if is_so {
                self.report.approximated(about, code, why);
            }
        }
    }

    fn blend(&mut self, name: &str, about: About<'_>) -> Blend {
        match name {
            "" | "normal" => Blend::Normal,
            "additive" => Blend::Add,
            "screen" => Blend::Screen,
            "multiply" => Blend::Multiply,
            "lighten" => Blend::Lighten,
            "darken" => Blend::Darken,
            _ => {
                self.report.approximated(about, "blend", "this way to blend is not there: it is put over what is below");
                Blend::Normal
            }
        }
    }

    /// Microphones and the machine's own sound belong to the machine.
    pub fn unused_devices(&mut self, file: Data<'_>) {
        for name in [
            "DesktopAudioDevice1",
            "DesktopAudioDevice2",
            "AuxAudioDevice1",
            "AuxAudioDevice2",
            "AuxAudioDevice3",
            "AuxAudioDevice4",
        ] {
            let device = file.child(name);
            if device.has("id") {
                let about = About { scene: "", item: device.text("name"), kind: device.text("id") };
                self.report.skipped(about, "sound_device", "sound devices of the machine that runs OBS are not here");
            }
        }
    }

    pub fn finish(mut self, name: &str) -> Converted {
        self.report.name = shortened(name);
        self.report.inputs = self.collection.inputs.iter().map(|input| input.id.clone()).collect();
        self.report.transitions = self.collection.transitions.keys().cloned().collect();
        Converted { collection: self.collection, report: self.report }
    }
}

pub fn shortened(name: &str) -> String {
    name.chars().filter(|character| !character.is_control()).take(MAX_NAME).collect()
}
