//! What is asked of lights, as it comes: what it means is decided in `apply`, where it is told what is wrong with it.

pub mod media;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::show::ids::{FeedId, InputId, LightPresetId, PaletteId, ZoneId, ZoneLayerId};
use crate::show::jam::code::JamCode;
use crate::show::jam::module::Module;
use crate::show::light::blend::LightBlend;
use crate::show::light::geometry::Geometry;
use crate::show::light::palette::Interpolation;
use crate::show::light::region::Region;
use crate::show::light::seeing::Seeing;
use crate::show::light::transition::LightTransitionKind;
use crate::show::light::zone::TestPattern;

/// How something becomes seen: by which transition, and in how many seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<LightTransitionKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
}

/// A zone that is to be. Without a geometry it is a strip of `pixel_count`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewZone {
    pub id: ZoneId,
    #[serde(default)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixel_count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seeing: Option<Seeing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brightness: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// How an animation lies over what is below, and what else is said about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    pub zones: Vec<ZoneId>,
    #[serde(default, skip_serializing_if = "Map::is_empty", alias = "params")]
    pub parameters: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub palette: Option<PaletteId>,
    /// What is in the zone's layer of this name gives way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<ZoneLayerId>,
    #[serde(default)]
    pub blend: LightBlend,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opacity: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// For so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<f64>,
    /// Also where it is running already.
    #[serde(default, skip_serializing_if = "is_false")]
    pub restart: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<LightTransitionKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
}

/// A layer of a zone, as it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewZoneLayer {
    pub id: ZoneLayerId,
    #[serde(default)]
    pub blend: LightBlend,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opacity: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    /// For so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<f64>,
    #[serde(flatten)]
    pub content: NewContent,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NewContent {
    Color {
        color: Value,
    },
    Animation {
        animation: String,
        #[serde(default, skip_serializing_if = "Map::is_empty", alias = "params")]
        parameters: Map<String, Value>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        palette: Option<PaletteId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seed: Option<u32>,
    },
    Feed {
        feed: FeedId,
    },
    Jam {
        jam: JamCode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        module: Option<Module>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input: Option<InputId>,
    },
    Test {
        pattern: TestPattern,
    },
}

/// A palette that is to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPalette {
    pub id: PaletteId,
    pub name: String,
    pub stops: Vec<NewPaletteStop>,
    #[serde(default)]
    pub interpolation: Interpolation,
    #[serde(default = "yes")]
    pub wrap: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPaletteStop {
    pub at: f64,
    pub color: Value,
}

/// A preset as it is carried from one server to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedPreset {
    pub id: LightPresetId,
    #[serde(default)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub house: Option<CarriedHouse>,
    pub zones: BTreeMap<ZoneId, CarriedLook>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedHouse {
    pub on: bool,
    pub mode: crate::show::light::house::MainMode,
    pub brightness: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedLook {
    pub color: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brightness: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<NewZoneLayer>,
}

fn yes() -> bool {
    true
}

fn is_false(flag: &bool) -> bool {
    !flag
}
