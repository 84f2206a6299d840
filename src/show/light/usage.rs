//! Which assets lights use: the one place that knows. Whoever looks for users, points them elsewhere or reads files asks here.

use std::sync::Arc;

use super::animation::parameter::{ParameterValue, Parameters};
use super::animation::{Animation, Needs};
use super::preset::{LightPreset, Saved};
use super::zone::{Before, Look, Zone, ZoneContent, ZoneLayer};
use crate::show::ids::AssetId;

/// As it is in the catalogue of animations.
const ASSET: &str = "asset";

impl Animation {
    /// The asset that it shows with these parameters. It need not be there, nor be a picture: then there is nothing to see.
    pub fn asset(self, parameters: &Parameters) -> Option<&str> {
        let is_needed = self.needs() == Needs::Asset;
        is_needed.then(|| self.text(parameters, ASSET)).filter(|asset| !asset.is_empty())
    }

    /// Whether it showed the one; now it shows the other.
    pub fn repoint(self, parameters: &mut Parameters, from: &AssetId, to: &AssetId) -> bool {
        let is_user = self.asset(parameters) == Some(from.as_str());
        if is_user {
            parameters.insert(ASSET.to_owned(), ParameterValue::Text(to.as_str().to_owned()));
        }
        is_user
    }
}

impl ZoneLayer {
    pub fn asset(&self) -> Option<&str> {
        let running = self.running()?;
        running.animation.asset(&running.parameters)
    }
}

/// None, here and below, if it does not use it at all.
fn repointed_look(look: &Look, from: &AssetId, to: &AssetId) -> Option<Look> {
    let mut look = look.clone();
    let mut is_user = false;
    for layer in look.layers.iter_mut().filter(|layer| layer.asset() == Some(from.as_str())) {
        if let ZoneContent::Animation(running) = &mut Arc::make_mut(layer).content {
            is_user |= running.animation.repoint(&mut running.parameters, from, to);
        }
    }
    is_user.then_some(look)
}

/// What is still seen of it for a while, too.
pub fn repointed_zone(zone: &Zone, from: &AssetId, to: &AssetId) -> Option<Zone> {
    let look = repointed_look(&zone.look, from, to);
    let before = zone.before.as_ref().and_then(|before| repointed_before(before, from, to));
    (look.is_some() || before.is_some()).then(|| Zone {
        look: look.unwrap_or_else(|| zone.look.clone()),
        before: before.or_else(|| zone.before.clone()),
        ..zone.clone()
    })
}

fn repointed_before(before: &Before<Look>, from: &AssetId, to: &AssetId) -> Option<Arc<Before<Look>>> {
    let was = repointed_look(&before.was, from, to);
    let inner = before.before.as_ref().and_then(|inner| repointed_before(inner, from, to));
    (was.is_some() || inner.is_some()).then(|| {
        Arc::new(Before {
            was: was.unwrap_or_else(|| before.was.clone()),
            before: inner.or_else(|| before.before.clone()),
            ..before.clone()
        })
    })
}

/// What it was before, too: it may be made that again.
pub fn repointed_preset(preset: &LightPreset, from: &AssetId, to: &AssetId) -> Option<LightPreset> {
    let saved = repointed_saved(&preset.saved, from, to);
    let mut is_user = saved.is_some();
    let mut earlier = preset.earlier.clone();
    for before in &mut earlier {
        if let Some(repointed) = repointed_saved(before, from, to) {
            (*before, is_user) = (Arc::new(repointed), true);
        }
    }
    let saved = saved.unwrap_or_else(|| preset.saved.clone());
    is_user.then(|| LightPreset { saved, earlier, ..preset.clone() })
}

fn repointed_saved(saved: &Saved, from: &AssetId, to: &AssetId) -> Option<Saved> {
    let mut repointed = saved.clone();
    let mut is_user = false;
    for look in repointed.zones.values_mut() {
        if let Some(other) = repointed_look(look, from, to) {
            (*look, is_user) = (Arc::new(other), true);
        }
    }
    is_user.then_some(repointed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn look(asset: &str) -> Look {
        let layer =
            json!({ "id": "a", "kind": "animation", "animation": "IMAGE", "since": 0, "parameters": { "asset": asset } });
        let fire = json!({ "id": "b", "kind": "animation", "animation": "FIRE", "since": 0 });
        let look = json!({ "color": "#000000", "brightness": 1, "enabled": true, "layers": [layer, fire] });
        serde_json::from_value(look).expect("a look")
    }

    #[test]
    fn whatever_is_or_was_seen_is_pointed_elsewhere() {
        let (from, to) = (AssetId::new("old").expect("an id"), AssetId::new("new").expect("an id"));
        let zone = |now: &str, then: &str, before: &str| -> Zone {
            let cut = json!({ "kind": "CUT", "duration_ms": 9 });
            let first = json!({ "was": look(before), "since": 0, "transition": cut });
            let before = json!({ "was": look(then), "since": 0, "transition": cut, "before": first });
            let zone =
                json!({ "id": "z", "geometry": { "kind": "strip", "pixels": 1 }, "look": look(now), "before": before });
            serde_json::from_value(zone).expect("a zone")
        };
        for place in 0..3 {
            let with = |asset| {
                let mut names = ["other"; 3];
                names[place] = asset;
                zone(names[0], names[1], names[2])
            };
            assert_eq!(repointed_zone(&with("old"), &from, &to), Some(with("new")));
        }
        assert_eq!(repointed_zone(&zone("other", "new", ""), &from, &to), None);
        let preset = |now: &str, then: &str| -> LightPreset {
            let saved = |asset: &str| json!({ "revision": 1, "at": 0, "zones": { "z": look(asset) } });
            serde_json::from_value(json!({ "id": "p", "saved": saved(now), "earlier": [saved(then)] })).expect("a preset")
        };
        assert_eq!(repointed_preset(&preset("old", "x"), &from, &to), Some(preset("new", "x")));
        assert_eq!(repointed_preset(&preset("x", "old"), &from, &to), Some(preset("x", "new")));
        assert_eq!(repointed_preset(&preset("x", "y"), &from, &to), None);
    }
}
