//! Lights as they are carried to another server: without what is there for a while only, and without names of what is gone.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::feed::LightFeed;
use super::fixture::Fixture;
use super::house::{HouseState, LightSettings};
use super::palette::Palette;
use super::preset::{LightPreset, Saved};
use super::zone::{Look, Running, Zone, ZoneContent, ZoneLayer};
use crate::show::Show;
use crate::show::ids::PaletteId;

/// All lights of a show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lights {
    /// Counts only where everything is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<HouseState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<LightSettings>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub palettes: Vec<Palette>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<LightFeed>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<Zone>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixtures: Vec<Fixture>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<LightPreset>,
}

impl Lights {
    pub fn of(show: &Show) -> Lights {
        let zone = |zone: &Arc<Zone>| Zone { look: zone.look.carried(show), before: None, ..Zone::clone(zone) };
        let fixture = |fixture: &Arc<Fixture>| Fixture { identify_until: None, ..Fixture::clone(fixture) };
        Lights {
            state: Some(show.house.state),
            settings: Some(show.house.settings.clone()),
            palettes: show.palettes.values().map(|palette| Palette::clone(palette)).collect(),
            feeds: show.light_feeds.values().map(|feed| LightFeed::clone(feed)).collect(),
            zones: show.zones.values().map(zone).collect(),
            fixtures: show.fixtures.values().map(fixture).collect(),
            presets: show.light_presets.values().filter_map(|preset| preset.carried(show)).collect(),
        }
    }
}

impl LightPreset {
    /// What it is now, not what it was, nor who made it that. None if it keeps nothing, which no server takes.
    pub fn carried(&self, show: &Show) -> Option<LightPreset> {
        let zones = self.saved.zones.iter().map(|(id, look)| (id.clone(), Arc::new(look.carried(show))));
        let saved = Saved { by: None, zones: zones.collect(), ..self.saved.clone() };
        (!saved.zones.is_empty()).then(|| LightPreset { saved, earlier: Vec::new(), ..self.clone() })
    }
}

/// The palettes of the show's own that the presets name.
pub fn palettes_of<'a>(show: &'a Show, presets: &[LightPreset]) -> Vec<&'a Palette> {
    let looks = presets.iter().flat_map(|preset| preset.saved.zones.values());
    let named: BTreeSet<&PaletteId> = looks.flat_map(|look| look.palettes()).collect();
    named.into_iter().filter_map(|id| show.palettes.get(id)).map(AsRef::as_ref).collect()
}

impl Look {
    pub fn palettes(&self) -> impl Iterator<Item = &PaletteId> {
        self.running().filter_map(|(_, running)| running.palette.as_ref())
    }

    fn carried(&self, show: &Show) -> Look {
        let lasting = self.layers.iter().filter(|layer| layer.until.is_none());
        Look { layers: lasting.filter_map(|layer| carried(show, layer)).collect(), ..self.clone() }
    }
}

/// It looks the same elsewhere: a feed that is gone shows nothing, a palette or an input that is gone is as none.
fn carried(show: &Show, layer: &Arc<ZoneLayer>) -> Option<Arc<ZoneLayer>> {
    match &layer.content {
        ZoneContent::Feed { feed } => show.light_feeds.contains_key(feed).then(|| layer.clone()),
        ZoneContent::Animation(running) => {
            let palette = running.palette.clone().filter(|palette| show.palette(palette).is_some());
            let content = ZoneContent::Animation(Running { palette, ..running.clone() });
            Some(Arc::new(ZoneLayer { content, ..ZoneLayer::clone(layer) }))
        }
        ZoneContent::Jam { .. } => {
            let mut layer = ZoneLayer::clone(layer);
            layer.content.let_go(show);
            Some(Arc::new(layer))
        }
        ZoneContent::Color { .. } | ZoneContent::Test { .. } => Some(layer.clone()),
    }
}
