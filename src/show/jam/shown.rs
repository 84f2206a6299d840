//! Which jams a show shows, and plays.

use std::collections::BTreeSet;

use super::code::JamCode;
use crate::show::Show;
use crate::show::input::InputKind;
use crate::show::layer::{Content, Layer};
use crate::show::light::zone::ZoneContent;

/// On zones, in scenes and as inputs, whoever keeps them.
pub fn shown(show: &Show) -> BTreeSet<JamCode> {
    let zones = show.zones.values().flat_map(|zone| &zone.look.layers).filter_map(|layer| match layer.content {
        ZoneContent::Jam { jam, .. } => Some(jam),
        _ => None,
    });
    let layers = show.scenes.values().flat_map(|scene| &scene.layers).flat_map(|layer| layer.all());
    let layers = layers.filter_map(|layer: &Layer| match &layer.content {
        Content::Jam(layer) => Some(layer.jam),
        _ => None,
    });
    let inputs = show.inputs.values().filter_map(|input| match input.kind {
        InputKind::Jam { jam } => Some(jam),
        _ => None,
    });
    zones.chain(layers).chain(inputs).collect()
}
