//! Lights as doors show them: times in milliseconds, and what animations do where they run.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::fixture::FixtureView;
use super::time::rfc3339;
use crate::light::map::{extent, places};
use crate::show::Show;
use crate::show::ids::{FeedId, InputId, LightPresetId, PaletteId, ZoneId, ZoneLayerId};
use crate::show::jam::code::JamCode;
use crate::show::jam::module::Module;
use crate::show::light::animation::Animation;
use crate::show::light::animation::parameter::{ParameterKind, Parameters};
use crate::show::light::blend::LightBlend;
use crate::show::light::color::LightColor;
use crate::show::light::fixture::Wire;
use crate::show::light::geometry::Geometry;
use crate::show::light::house::{House, HouseState, LightSettings, MainMode};
use crate::show::light::palette::{Palette, builtin};
use crate::show::light::preset::{LightPreset, Saved};
use crate::show::light::region::Region;
use crate::show::light::seeing::Seeing;
use crate::show::light::zone::{Look, TestPattern, Zone, ZoneContent, ZoneLayer};
use crate::show::time::ShowTime;

#[derive(Debug, Serialize, JsonSchema)]
pub struct ZoneView {
    id: ZoneId,
    name: String,
    pixel_count: u32,
    state: ZoneStateView,
    /// The pin that its first fixture on a Raspberry Pi's pin is wired to.
    gpio: Option<u8>,
    /// How its LEDs lie, unless in a row.
    layout: Option<Geometry>,
    geometry: Geometry,
    region: Region,
    seeing: Seeing,
    layers: Vec<ZoneLayerView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ZoneStateView {
    color: ColorView,
    #[schemars(range(max = 255))]
    brightness: u8,
    enabled: bool,
    animation_active: bool,
}

/// A colour, and the brightness of what shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ColorView {
    #[serde(flatten)]
    color: LightColor,
    brightness: u8,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ZoneLayerView {
    id: ZoneLayerId,
    blend: LightBlend,
    opacity: f64,
    priority: u8,
    /// It is not seen from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    #[serde(flatten)]
    content: ContentView,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum ContentView {
    Color {
        color: LightColor,
    },
    Animation {
        animation: Animation,
        parameters: Parameters,
        #[serde(skip_serializing_if = "Option::is_none")]
        palette: Option<PaletteId>,
        seed: u32,
        /// Milliseconds of Unix time.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<i64>,
    },
    Feed {
        feed: FeedId,
    },
    Jam {
        jam: JamCode,
        #[serde(skip_serializing_if = "Option::is_none")]
        module: Option<Module>,
        #[serde(skip_serializing_if = "Option::is_none")]
        input: Option<InputId>,
    },
    Test {
        pattern: TestPattern,
    },
}

impl ZoneView {
    pub fn new(show: &Show, zone: &Zone, at: ShowTime) -> Self {
        let Zone { id, name, geometry, region, seeing, look, before: _ } = zone;
        let layers = look.layers.iter().filter(|layer| layer.is_seen(at));
        Self {
            id: id.clone(),
            name: name.clone(),
            pixel_count: geometry.pixel_count(),
            state: ZoneStateView::new(look, at),
            gpio: gpio(show, id),
            layout: (!matches!(geometry, Geometry::Strip { .. })).then(|| geometry.clone()),
            geometry: geometry.clone(),
            region: *region,
            seeing: *seeing,
            layers: layers.map(|layer| ZoneLayerView::new(layer)).collect(),
        }
    }

    pub fn all(show: &Show, at: ShowTime) -> Vec<Self> {
        show.zones.values().map(|zone| Self::new(show, zone, at)).collect()
    }

    /// Without what only the show knows.
    pub fn decided(zone: &Zone) -> Value {
        let at = ShowTime(i64::MIN);
        json!({
            "id": zone.id, "name": zone.name, "pixel_count": zone.geometry.pixel_count(),
            "state": ZoneStateView::new(&zone.look, at), "geometry": zone.geometry, "region": zone.region, "seeing": zone.seeing,
            "layers": zone.look.layers.iter().map(|layer| ZoneLayerView::new(layer)).collect::<Vec<_>>(),
        })
    }
}

fn gpio(show: &Show, zone: &ZoneId) -> Option<u8> {
    show.fixtures.values().find_map(|fixture| match &fixture.wire {
        Wire::Ws281x { gpio, .. } if fixture.segments.iter().any(|segment| segment.zone == *zone) => Some(*gpio),
        _ => None,
    })
}

impl ZoneStateView {
    pub fn new(look: &Look, at: ShowTime) -> Self {
        let active = look.layers.iter().any(|layer| layer.is_seen(at) && layer.running().is_some());
        let color = ColorView { color: look.color.clone(), brightness: look.brightness };
        Self { color, brightness: look.brightness, enabled: look.enabled, animation_active: active }
    }
}

/// For clients that know zones and nothing else.
pub fn zone_changed(zone: &Zone, at: ShowTime) -> Value {
    let ZoneStateView { color, brightness, enabled, animation_active } = ZoneStateView::new(&zone.look, at);
    json!({
        "zone_id": zone.id,
        "state": {
            "color": color, "brightness": brightness, "enabled": enabled, "animation_active": animation_active,
        },
        "timestamp": rfc3339(at),
    })
}

impl ZoneLayerView {
    fn new(layer: &ZoneLayer) -> Self {
        let ZoneLayer { id, blend, opacity, priority, until, content } = layer;
        let content = match content {
            ZoneContent::Color { color } => ContentView::Color { color: color.clone() },
            ZoneContent::Test { pattern } => ContentView::Test { pattern: *pattern },
            ZoneContent::Feed { feed } => ContentView::Feed { feed: feed.clone() },
            ZoneContent::Jam { jam, module, input } => ContentView::Jam { jam: *jam, module: *module, input: input.clone() },
            ZoneContent::Animation(running) => ContentView::Animation {
                animation: running.animation,
                parameters: running.parameters.clone(),
                palette: running.palette.clone(),
                seed: running.seed,
                since: Some(running.since.millis()),
            },
        };
        Self {
            id: id.clone(),
            blend: *blend,
            opacity: *opacity,
            priority: *priority,
            until: until.map(ShowTime::millis),
            content,
        }
    }

    /// Wherever and whenever it may be shown again.
    fn carried(layer: &ZoneLayer) -> Self {
        let mut view = Self { until: None, ..Self::new(layer) };
        if let ContentView::Animation { since, .. } = &mut view.content {
            *since = None;
        }
        view
    }
}

/// Where the LEDs of a zone are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MapView {
    /// The size of the box, counted in LEDs; estimated where they lie freely.
    columns: u32,
    rows: u32,
    /// From the left and from the top, 0 to 1; in the order of the wire.
    pixels: Vec<[f32; 2]>,
}

impl MapView {
    pub fn new(geometry: &Geometry) -> Self {
        let [columns, rows] = extent(geometry);
        let pixels = places(geometry).iter().map(|place| [place.x, place.y]).collect();
        Self { columns, rows, pixels }
    }
}

/// What an animation is, takes, and where it runs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnimationView {
    id: Animation,
    name: &'static str,
    description: &'static str,
    parameters: BTreeMap<&'static str, ParameterView>,
    /// Where it runs.
    zones: Vec<ZoneId>,
    running: bool,
    instances: Vec<InstanceView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ParameterView {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<&'static [&'static str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<usize>,
    default: Value,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct InstanceView {
    zone: ZoneId,
    #[serde(flatten)]
    layer: ZoneLayerView,
}

impl ParameterView {
    fn new(kind: &ParameterKind) -> Self {
        let mut view = Self { r#type: "", min: None, max: None, options: None, max_length: None, default: Value::Null };
        match kind {
            ParameterKind::Float { min, max, default } => {
                (view.r#type, view.min, view.max, view.default) = ("float", Some(*min), Some(*max), json!(default));
            }
            ParameterKind::Int { min, max, default } => {
                (view.r#type, view.min, view.max) = ("int", Some(*min as f64), Some(*max as f64));
                view.default = json!(default);
            }
            ParameterKind::Bool { default } => (view.r#type, view.default) = ("bool", json!(default)),
            ParameterKind::Color { default } => {
                (view.r#type, view.default) = ("color", json!({ "mode": "RGB", "rgb": default }));
            }
            ParameterKind::Text { default, max_length } => {
                (view.r#type, view.max_length, view.default) = ("text", Some(*max_length), json!(default));
            }
            ParameterKind::Choice { options, default } => {
                (view.r#type, view.options, view.default) = ("choice", Some(*options), json!(default));
            }
        }
        view
    }
}

impl AnimationView {
    pub fn new(show: &Show, animation: Animation, at: ShowTime) -> Self {
        let parameters = animation.parameters().iter().map(|one| (one.name, ParameterView::new(&one.kind))).collect();
        let instances: Vec<InstanceView> = show
            .zones
            .values()
            .flat_map(|zone| zone.look.running().map(move |(layer, running)| (zone, layer, running)))
            .filter(|(_, layer, running)| running.animation == animation && layer.is_seen(at))
            .map(|(zone, layer, _)| InstanceView { zone: zone.id.clone(), layer: ZoneLayerView::new(layer) })
            .collect();
        let mut zones: Vec<ZoneId> = instances.iter().map(|instance| instance.zone.clone()).collect();
        zones.dedup();
        Self {
            id: animation,
            name: animation.name(),
            description: animation.description(),
            parameters,
            running: !instances.is_empty(),
            zones,
            instances,
        }
    }

    pub fn all(show: &Show, active_only: bool, at: ShowTime) -> Vec<Self> {
        let all = Animation::ALL.iter().map(|animation| Self::new(show, *animation, at));
        all.filter(|view| view.running || !active_only).collect()
    }
}

/// All lights together.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HouseView {
    on: bool,
    mode: MainMode,
    brightness: u8,
    /// How far the last change is seen, 0 to 1.
    progress: f64,
}

impl HouseView {
    pub fn new(house: &House, at: ShowTime) -> Self {
        let HouseState { on, mode, brightness } = house.state;
        let progress = house.before.as_ref().map_or(1.0, |before| before.progress(at));
        Self { on, mode, brightness, progress }
    }
}

/// What was decided, for those who are told of changes.
pub fn house(house: &House) -> Value {
    let HouseState { on, mode, brightness } = house.state;
    json!({ "on": on, "mode": mode, "brightness": brightness, "settings": house.settings })
}

/// Everything that was decided about lights.
pub fn all(show: &Show) -> Value {
    json!({
        "house": house(&show.house),
        "zones": show.zones.values().map(|zone| ZoneView::decided(zone)).collect::<Vec<_>>(),
        "fixtures": show.fixtures.values().map(|found| FixtureView::decided(found)).collect::<Vec<_>>(),
        "light_feeds": show.light_feeds.values().collect::<Vec<_>>(),
        "palettes": show.palettes.values().collect::<Vec<_>>(),
        "light_presets": LightPresetView::all(show),
    })
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct PaletteView {
    #[serde(flatten)]
    palette: Palette,
    /// Always there, as it is.
    builtin: bool,
}

impl PaletteView {
    pub fn all(show: &Show) -> Vec<Self> {
        let always = builtin().iter().map(|palette| Self { palette: palette.clone(), builtin: true });
        always.chain(show.palettes.values().map(|palette| Self::own(palette))).collect()
    }

    pub fn of(show: &Show, id: &PaletteId) -> Option<Self> {
        let palette = show.palette(id)?.clone();
        Some(Self { builtin: !show.palettes.contains_key(id), palette })
    }

    fn own(palette: &Palette) -> Self {
        Self { palette: palette.clone(), builtin: false }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct LightPresetView {
    id: LightPresetId,
    name: String,
    #[serde(flatten)]
    saved: SavedView,
}

/// What was kept, and when.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SavedView {
    revision: u32,
    /// Milliseconds of Unix time.
    saved_at: i64,
    saved_by: Option<String>,
    house: Option<HouseState2>,
    zones: BTreeMap<ZoneId, LookView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct HouseState2 {
    on: bool,
    mode: MainMode,
    brightness: u8,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct LookView {
    color: LightColor,
    brightness: u8,
    enabled: bool,
    layers: Vec<ZoneLayerView>,
}

impl LightPresetView {
    pub fn new(preset: &LightPreset) -> Self {
        Self { id: preset.id.clone(), name: preset.name.clone(), saved: SavedView::new(&preset.saved) }
    }

    pub fn all(show: &Show) -> Vec<Self> {
        show.light_presets.values().map(|preset| Self::new(preset)).collect()
    }

    /// Newest first.
    pub fn history(preset: &LightPreset) -> Vec<SavedView> {
        std::iter::once(&preset.saved).chain(preset.earlier.iter().map(AsRef::as_ref)).map(SavedView::new).collect()
    }
}

impl SavedView {
    fn new(saved: &Saved) -> Self {
        let Saved { revision, at, by, house, zones } = saved;
        Self {
            revision: *revision,
            saved_at: at.millis(),
            saved_by: by.clone(),
            house: house.map(|HouseState { on, mode, brightness }| HouseState2 { on, mode, brightness }),
            zones: zones.iter().map(|(id, look)| (id.clone(), LookView::new(look))).collect(),
        }
    }
}

impl LookView {
    fn new(look: &Look) -> Self {
        let Look { color, brightness, enabled, layers } = look;
        let layers = layers.iter().map(|layer| ZoneLayerView::carried(layer)).collect();
        Self { color: color.clone(), brightness: *brightness, enabled: *enabled, layers }
    }
}

/// As another server takes it.
pub fn carried(preset: &LightPreset) -> Value {
    let mut view = serde_json::to_value(LightPresetView::new(preset)).unwrap_or_default();
    if let Some(fields) = view.as_object_mut() {
        fields.retain(|name, value| !matches!(name.as_str(), "revision" | "saved_at" | "saved_by") && !value.is_null());
    }
    view
}

pub fn settings(settings: &LightSettings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}
