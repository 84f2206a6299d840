//! What the rows about lights take, give, and can refuse.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

use super::bodies::ClientOpId;
use super::operation::{Answer, Body, Operation, acts, changes, does, puts, reads, removes, shape};
use super::sent::{LightSettingsPatch, NewPalette};
use super::surfaces;
use crate::api::routes::Row;
use crate::api::wire::light::{AnimationView, HouseView, LightPresetView, MapView, PaletteView, SavedView, ZoneView};
use crate::api::wire::performance::{LightPerformance, LightStatus};
use crate::show::ids::{LightPresetId, PaletteId, ZoneId, ZoneLayerId};
use crate::show::light::blend::LightBlend;
use crate::show::light::color::LightColor;
use crate::show::light::geometry::Geometry;
use crate::show::light::house::{LightSettings, MainMode};
use crate::show::light::region::Region;
use crate::show::light::seeing::Seeing;
use crate::show::light::transition::LightTransitionKind;
use crate::show::light::zone::TestPattern;

macro_rules! body {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[$about:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[doc = $doc])*
        #[derive(JsonSchema)]
        #[schemars(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its schema is used")]
        struct $name {
            $($(#[$about])* $field: $kind,)*
            client_op_id: Option<ClientOpId>,
        }
    )*};
}
pub(super) use body;

body! {
    NewZoneBody {
        id: Option<ZoneId>,
        #[schemars(default, length(max = 128))]
        name: String,
        /// Of a strip; a geometry says it by itself.
        pixel_count: Option<u32>,
        geometry: Option<Geometry>,
        region: Option<Region>,
        seeing: Option<Seeing>,
        color: Option<ColorSent>,
        brightness: Option<u8>,
        enabled: Option<bool>,
    }
    ZonePatch {
        name: Option<String>,
        pixel_count: Option<u32>,
        geometry: Option<Geometry>,
        region: Option<Region>,
        seeing: Option<Seeing>,
        color: Option<ColorSent>,
        brightness: Option<u8>,
        enabled: Option<bool>,
        transition: Option<LightTransitionKind>,
        /// Seconds.
        #[schemars(range(min = 0, max = 60))]
        duration: Option<f64>,
    }
    ZoneColor {
        color: ColorSent,
        transition: Option<LightTransitionKind>,
        #[schemars(range(min = 0, max = 60))]
        duration: Option<f64>,
    }
    Brightness {
        brightness: u8,
        transition: Option<LightTransitionKind>,
        #[schemars(range(min = 0, max = 60))]
        duration: Option<f64>,
    }
    ZoneEnabled {
        enabled: bool,
        transition: Option<LightTransitionKind>,
        #[schemars(range(min = 0, max = 60))]
        duration: Option<f64>,
    }
    Passing {
        transition: Option<LightTransitionKind>,
        #[schemars(range(min = 0, max = 60))]
        duration: Option<f64>,
    }
    ZoneLayerBody {
        /// `color`, `animation`, `feed` or `test`.
        kind: String,
        color: Option<ColorSent>,
        animation: Option<String>,
        parameters: Option<BTreeMap<String, Value>>,
        palette: Option<PaletteId>,
        seed: Option<u32>,
        feed: Option<String>,
        pattern: Option<TestPattern>,
        blend: Option<LightBlend>,
        #[schemars(range(min = 0, max = 1))]
        opacity: Option<f64>,
        priority: Option<u8>,
        /// For so many seconds.
        timeout: Option<f64>,
        transition: Option<LightTransitionKind>,
        #[schemars(range(min = 0, max = 60))]
        duration: Option<f64>,
    }
    StartAnimation {
        zones: Vec<ZoneId>,
        /// As the animation declares them; `params` means the same.
        parameters: Option<BTreeMap<String, Value>>,
        palette: Option<PaletteId>,
        layer: Option<ZoneLayerId>,
        blend: Option<LightBlend>,
        #[schemars(range(min = 0, max = 1))]
        opacity: Option<f64>,
        priority: Option<u8>,
        seed: Option<u32>,
        timeout: Option<f64>,
        /// Also where it is running already.
        restart: Option<bool>,
        transition: Option<LightTransitionKind>,
        #[schemars(range(min = 0, max = 60))]
        duration: Option<f64>,
    }
    StopAnimation {
        /// Without it, wherever it runs.
        zones: Option<Vec<ZoneId>>,
        transition: Option<LightTransitionKind>,
        #[schemars(range(min = 0, max = 60))]
        duration: Option<f64>,
    }
    Convert {
        from_color: ColorSent,
        to_mode: String,
    }
    ModeBody {
        mode: MainMode,
        transition: Option<LightTransitionKind>,
        #[schemars(range(min = 0, max = 60))]
        duration: Option<f64>,
    }
    TestBody {
        pattern: Option<TestPattern>,
        duration: Option<f64>,
    }
    NewPreset {
        id: Option<LightPresetId>,
        #[schemars(length(max = 128))]
        name: Option<String>,
        /// Without it, all zones.
        zones: Option<Vec<ZoneId>>,
        /// Keep what all lights together do, too.
        house: Option<bool>,
    }
    PresetName {
        #[schemars(length(max = 128))]
        name: String,
    }
    Revision {
        revision: u32,
    }
    PresetsBody {
        format: Option<u64>,
        presets: Vec<Value>,
        /// Those that the presets name, beside those that are always there.
        palettes: Option<Vec<Value>>,
        only_new: Option<bool>,
    }
}

/// The parameters by their names, and `zones`; null makes one what the animation has by itself.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct ParametersBody {
    zones: Option<Vec<ZoneId>>,
    #[serde(flatten)]
    parameters: BTreeMap<String, Value>,
}

/// `{"mode": "HUE", "hue": 240}`; `brightness` may stand beside it.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct ColorSent {
    #[serde(flatten)]
    color: LightColor,
    brightness: Option<u8>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Converted {
    from_color: LightColor,
    color: LightColor,
    rgb: [u8; 3],
    /// Nothing was lost.
    exact: bool,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Harmonies {
    base: LightColor,
    harmonies: BTreeMap<String, Vec<LightColor>>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Loaded {
    success: bool,
    zones: Vec<ZoneView>,
    house: HouseView,
}

const ZONE_TROUBLE: &[&str] = &[
    "zone_not_found",
    "INVALID_COLOR_MODE",
    "invalid_color",
    "invalid_value",
    "out_of_range",
    "id_mismatch",
    "too_many",
    "already_exists",
];
const LAYER_TROUBLE: &[&str] = &[
    "zone_not_found",
    "animation_not_found",
    "palette_not_found",
    "feed_not_found",
    "invalid_parameter",
    "INVALID_COLOR_MODE",
    "invalid_color",
    "invalid_value",
    "out_of_range",
    "id_mismatch",
    "too_many",
];
const START_TROUBLE: &[&str] = &[
    "animation_not_found",
    "animation_running",
    "zone_not_found",
    "palette_not_found",
    "invalid_parameter",
    "INVALID_COLOR_MODE",
    "invalid_color",
    "invalid_value",
    "out_of_range",
    "too_many",
];
const STOP_TROUBLE: &[&str] = &["animation_not_found", "animation_not_running", "zone_not_found", "out_of_range"];
const PARAMETER_TROUBLE: &[&str] = &[
    "animation_not_found",
    "animation_not_running",
    "zone_not_found",
    "invalid_parameter",
    "INVALID_COLOR_MODE",
    "invalid_color",
    "invalid_value",
    "out_of_range",
];
const PALETTE_TROUBLE: &[&str] =
    &["INVALID_COLOR_MODE", "invalid_color", "invalid_value", "out_of_range", "id_mismatch", "too_many", "already_exists"];
const PRESET_TROUBLE: &[&str] =
    &["preset_not_found", "zone_not_found", "invalid_value", "out_of_range", "id_mismatch", "too_many", "already_exists"];
const PRESET_IMPORT_TROUBLE: &[&str] = &[
    "feed_not_found",
    "invalid_value",
    "out_of_range",
    "too_many",
    "already_exists",
    "animation_not_found",
    "palette_not_found",
    "invalid_parameter",
    "INVALID_COLOR_MODE",
    "invalid_color",
];

pub fn describe(row: &Row) -> Option<Operation> {
    zones(row)
        .or_else(|| animations(row))
        .or_else(|| colors(row))
        .or_else(|| house(row))
        .or_else(|| kept(row))
        .or_else(|| surfaces::describe(row))
}

fn zones(row: &Row) -> Option<Operation> {
    let view = || Answer::Json(shape::<ZoneView>());
    Some(match (row.method, row.path) {
        ("GET", "/api/v1/zones") => reads("zones", "All zones", Answer::Json(shape::<Vec<ZoneView>>()), &[]),
        ("POST", "/api/v1/zones") => puts("zones", "Make a zone", shape::<NewZoneBody>(), shape::<ZoneView>(), ZONE_TROUBLE),
        ("GET", "/api/v1/zones/{zone}") => reads("zones", "A zone", view(), &["zone_not_found"]),
        ("PUT" | "PATCH", "/api/v1/zones/{zone}") => {
            does("zones", "Change a zone: any of its fields", Body::Json(shape::<ZonePatch>()), view(), ZONE_TROUBLE)
        }
        ("DELETE", "/api/v1/zones/{zone}") => removes("zones", "Remove a zone", &["zone_not_found", "zone_in_use"]),
        ("GET", "/api/v1/zones/{zone}/map") => {
            reads("zones", "Where its LEDs are", Answer::Json(shape::<MapView>()), &["zone_not_found"])
        }
        ("PUT", "/api/v1/zones/{zone}/color") => {
            does("zones", "Give a zone a colour", Body::Json(shape::<ZoneColor>()), view(), ZONE_TROUBLE)
        }
        ("PUT", "/api/v1/zones/{zone}/brightness") => {
            does("zones", "Make a zone brighter or darker", Body::Json(shape::<Brightness>()), view(), ZONE_TROUBLE)
        }
        ("PUT", "/api/v1/zones/{zone}/enabled") => {
            does("zones", "Switch a zone on or off", Body::Json(shape::<ZoneEnabled>()), view(), ZONE_TROUBLE)
        }
        ("POST", "/api/v1/zones/{zone}/reset") => {
            let body = Body::OptionalJson(shape::<Passing>());
            does("zones", "Make a zone look as if it were new", body, view(), &["zone_not_found", "out_of_range"])
        }
        ("PUT", "/api/v1/zones/{zone}/layers/{layer}") => {
            does("zones", "Lay something over a zone", Body::Json(shape::<ZoneLayerBody>()), view(), LAYER_TROUBLE)
        }
        ("DELETE", "/api/v1/zones/{zone}/layers/{layer}") => {
            let body = Body::OptionalJson(shape::<Passing>());
            does("zones", "Take it away", body, view(), &["zone_not_found", "layer_not_found", "out_of_range"])
        }
        ("POST", "/api/v1/diagnostics/zones/{zone}/test") => {
            let body = Body::OptionalJson(shape::<TestBody>());
            does("zones", "Show a test pattern for a while", body, view(), &["zone_not_found", "out_of_range", "too_many"])
        }
        _ => return None,
    })
}

fn animations(row: &Row) -> Option<Operation> {
    let view = || Answer::Json(shape::<AnimationView>());
    let all = || Answer::Json(shape::<Vec<AnimationView>>());
    Some(match (row.method, row.path) {
        ("GET", "/api/v1/animations") => {
            reads("animations", "All animations (?active=true: those that run)", all(), &["invalid_query"])
        }
        ("GET", "/api/v1/animations/active") => reads("animations", "Animations that run", all(), &[]),
        ("GET", "/api/v1/animations/{animation}") => {
            reads("animations", "An animation and its parameters", view(), &["animation_not_found"])
        }
        ("POST", "/api/v1/animations/{animation}/start") => {
            let body = Body::Json(shape::<StartAnimation>());
            does("animations", "Start an animation", body, view(), START_TROUBLE)
        }
        ("POST", "/api/v1/animations/{animation}/stop") => {
            let body = Body::OptionalJson(shape::<StopAnimation>());
            does("animations", "Stop an animation", body, view(), STOP_TROUBLE)
        }
        ("PUT", "/api/v1/animations/{animation}/parameters") => {
            let body = Body::Json(shape::<ParametersBody>());
            does("animations", "Change an animation while it runs", body, view(), PARAMETER_TROUBLE)
        }
        _ => return None,
    })
}

fn colors(row: &Row) -> Option<Operation> {
    Some(match (row.method, row.path) {
        ("GET", "/api/v1/colors/presets") => reads("colors", "Colours by name", Answer::Json(shape::<Value>()), &[]),
        ("POST", "/api/v1/colors/convert") => changes(
            "colors",
            "Write a colour otherwise",
            shape::<Convert>(),
            Answer::Json(shape::<Converted>()),
            &["INVALID_COLOR_MODE", "invalid_color", "out_of_range"],
        ),
        ("GET", "/api/v1/colors/palettes") => {
            reads("colors", "All palettes", Answer::Json(shape::<Vec<PaletteView>>()), &[])
        }
        ("POST", "/api/v1/colors/palettes") => {
            puts("colors", "Make a palette", shape::<NewPalette>(), shape::<PaletteView>(), PALETTE_TROUBLE)
        }
        ("GET", "/api/v1/colors/palettes/{palette}") => {
            reads("colors", "A palette", Answer::Json(shape::<PaletteView>()), &["palette_not_found"])
        }
        ("PUT", "/api/v1/colors/palettes/{palette}") => {
            puts("colors", "Make or replace a palette", shape::<NewPalette>(), shape::<PaletteView>(), PALETTE_TROUBLE)
        }
        ("DELETE", "/api/v1/colors/palettes/{palette}") => {
            removes("colors", "Remove a palette", &["palette_not_found", "palette_in_use", "already_exists"])
        }
        ("GET", "/api/v1/colors/harmonies/{base_color}") => reads(
            "colors",
            "Colours that go with one (`ff0000`, `RED`, `240`, `255,0,0`; ?space=hsv or oklch)",
            Answer::Json(shape::<Harmonies>()),
            &["invalid_color", "out_of_range", "invalid_query"],
        ),
        _ => return None,
    })
}

fn house(row: &Row) -> Option<Operation> {
    let view = || Answer::Json(shape::<HouseView>());
    Some(match (row.method, row.path) {
        ("GET", "/api/v1/system/status") => reads("lights", "How the lights are", Answer::Json(shape::<LightStatus>()), &[]),
        ("GET", "/api/v1/system/performance") => {
            reads("lights", "How well they do", Answer::Json(shape::<LightPerformance>()), &[])
        }
        ("POST", "/api/v1/system/power/on") => Operation {
            body: Body::OptionalJson(shape::<Passing>()),
            ..acts("lights", "All lights on", view(), &["out_of_range"])
        },
        ("POST", "/api/v1/system/power/off") => Operation {
            body: Body::OptionalJson(shape::<Passing>()),
            ..acts("lights", "All lights off", view(), &["out_of_range"])
        },
        ("GET", "/api/v1/system/modes") => reads("lights", "The main modes", Answer::Json(shape::<Value>()), &[]),
        ("GET", "/api/v1/system/mode") => reads("lights", "The main mode", Answer::Json(shape::<Value>()), &[]),
        ("PUT", "/api/v1/system/mode") => {
            changes("lights", "Switch the main mode", shape::<ModeBody>(), view(), &["invalid_mode", "out_of_range"])
        }
        ("GET", "/api/v1/system/brightness") => {
            reads("lights", "How bright all lights are", Answer::Json(shape::<Value>()), &[])
        }
        ("PUT", "/api/v1/system/brightness") => {
            let trouble = &["invalid_value", "out_of_range"];
            changes("lights", "Make all lights brighter or darker", shape::<Brightness>(), view(), trouble)
        }
        ("GET", "/api/v1/config") => reads("lights", "How lights are run", Answer::Json(shape::<LightSettings>()), &[]),
        ("PATCH", "/api/v1/config") => changes(
            "lights",
            "Change how lights are run",
            shape::<LightSettingsPatch>(),
            Answer::Json(shape::<LightSettings>()),
            &["invalid_value", "out_of_range"],
        ),
        _ => return None,
    })
}

fn kept(row: &Row) -> Option<Operation> {
    let view = shape::<LightPresetView>();
    Some(match (row.method, row.path) {
        ("GET", "/api/v1/presets") => {
            reads("presets", "All presets of lights", Answer::Json(shape::<Vec<LightPresetView>>()), &[])
        }
        ("POST", "/api/v1/presets") => puts("presets", "Keep what lights show", shape::<NewPreset>(), view, PRESET_TROUBLE),
        ("GET", "/api/v1/presets/export") => {
            reads("presets", "All presets, for another server", Answer::Json(shape::<Value>()), &[])
        }
        ("POST", "/api/v1/presets/import") => changes(
            "presets",
            "Bring presets: all of them, or none",
            shape::<PresetsBody>(),
            Answer::Json(shape::<Value>()),
            PRESET_IMPORT_TROUBLE,
        ),
        ("GET", "/api/v1/presets/{preset}") => reads("presets", "A preset", Answer::Json(view), &["preset_not_found"]),
        ("PUT", "/api/v1/presets/{preset}") => Operation {
            body: Body::OptionalJson(shape::<NewPreset>()),
            ..puts("presets", "Keep what lights show, under this name", shape::<NewPreset>(), view, PRESET_TROUBLE)
        },
        ("PATCH", "/api/v1/presets/{preset}") => {
            let body = Body::Json(shape::<PresetName>());
            does("presets", "Give it another name", body, Answer::Json(view), &["preset_not_found", "out_of_range"])
        }
        ("DELETE", "/api/v1/presets/{preset}") => removes("presets", "Remove a preset", &["preset_not_found"]),
        ("POST", "/api/v1/presets/{preset}/load") => Operation {
            body: Body::OptionalJson(shape::<Passing>()),
            ..acts("presets", "Show it", Answer::Json(shape::<Loaded>()), &["preset_not_found", "out_of_range", "too_many"])
        },
        ("GET", "/api/v1/presets/{preset}/history") => {
            reads("presets", "What it was, newest first", Answer::Json(shape::<Vec<SavedView>>()), &["preset_not_found"])
        }
        ("POST", "/api/v1/presets/{preset}/restore") => {
            let body = Body::Json(shape::<Revision>());
            does("presets", "Make it what it was", body, Answer::Json(view), &["preset_not_found", "revision_not_found"])
        }
        _ => return None,
    })
}
