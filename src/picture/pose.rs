//! The numbers of a layer at an instant: its own, or where its animations have brought them.

use crate::show::layer::{Content, Crop, Layer};
use crate::show::length::Length;
use crate::show::look::{Anchor, Border, Shadow};
use crate::show::motion::{self, MAX_FILTERS, Property};
use crate::show::time::ShowTime;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    pub x: Length,
    pub y: Length,
    pub width: Option<Length>,
    pub height: Option<Length>,
    pub anchor: Anchor,
    pub crop: Crop,
    pub rotation: f64,
    pub opacity: f64,
    pub radius: f64,
    pub border: Option<Border>,
    pub shadow: Option<Shadow>,
    /// Of a gradient.
    pub angle: f64,
    /// Of a text.
    pub size: f64,
    /// Of the filters.
    pub amounts: [f64; MAX_FILTERS as usize],
    /// Something of it moves, or may: it gets sizes that do not depend on where between two pixels it is.
    pub roams: bool,
}

impl Default for Pose {
    fn default() -> Self {
        Self {
            x: Length::ZERO,
            y: Length::ZERO,
            width: None,
            height: None,
            anchor: Anchor::TopLeft,
            crop: Crop::default(),
            rotation: 0.0,
            opacity: 1.0,
            radius: 0.0,
            border: None,
            shadow: None,
            angle: 0.0,
            size: 0.0,
            amounts: [0.0; MAX_FILTERS as usize],
            roams: false,
        }
    }
}

impl Pose {
    pub fn of(layer: &Layer, at: ShowTime, taken: ShowTime) -> Pose {
        let mut pose = Pose::still(layer);
        for animation in &layer.animations {
            pose.roams = true;
            if let Some(value) = motion::value(animation, at, taken).filter(|value| value.is_finite()) {
                pose.set(animation.property, value);
            }
        }
        pose
    }

    fn still(layer: &Layer) -> Pose {
        let (angle, size) = match &layer.content {
            Content::Gradient { angle, .. } => (*angle, 0.0),
            Content::Text { style, .. } => (0.0, style.size),
            _ => (0.0, 0.0),
        };
        let mut amounts = [0.0; MAX_FILTERS as usize];
        amounts.iter_mut().zip(&layer.filters).for_each(|(amount, filter)| *amount = filter.amount());
        Pose {
            x: layer.x,
            y: layer.y,
            width: layer.width,
            height: layer.height,
            anchor: layer.anchor,
            crop: layer.crop,
            rotation: layer.rotation,
            opacity: layer.opacity,
            radius: layer.radius,
            border: layer.border,
            shadow: layer.shadow,
            angle,
            size,
            amounts,
            roams: false,
        }
    }

    /// A curve may go beyond what is allowed; what would be none is brought back.
    fn set(&mut self, property: Property, value: f64) {
        let at_least_nothing = value.max(0.0);
        match property {
            Property::X => self.x = like(self.x, value),
            Property::Y => self.y = like(self.y, value),
            Property::Width => self.width = Some(like(self.width.unwrap_or_default(), at_least_nothing)),
            Property::Height => self.height = Some(like(self.height.unwrap_or_default(), at_least_nothing)),
            Property::Opacity => self.opacity = value.clamp(0.0, 1.0),
            Property::Rotation => self.rotation = value,
            Property::CropLeft => self.crop.left = like(self.crop.left, at_least_nothing),
            Property::CropTop => self.crop.top = like(self.crop.top, at_least_nothing),
            Property::CropRight => self.crop.right = like(self.crop.right, at_least_nothing),
            Property::CropBottom => self.crop.bottom = like(self.crop.bottom, at_least_nothing),
            Property::Radius => self.radius = at_least_nothing,
            Property::BorderWidth => self.border = self.border.map(|border| Border { width: at_least_nothing, ..border }),
            Property::ShadowX => self.shadow = self.shadow.map(|shadow| Shadow { x: value, ..shadow }),
            Property::ShadowY => self.shadow = self.shadow.map(|shadow| Shadow { y: value, ..shadow }),
            Property::ShadowBlur => {
                self.shadow = self.shadow.map(|shadow| Shadow { blur: value.clamp(0.0, 256.0), ..shadow });
            }
            Property::Angle => self.angle = value,
            Property::Size => self.size = value.clamp(1.0, 1_024.0),
            // Heard, not seen.
            Property::GainDb | Property::Pan | Property::Volume => {}
            Property::FilterAmount(number) => {
                if let Some(amount) = self.amounts.get_mut(usize::from(number)) {
                    *amount = value;
                }
            }
        }
    }

    /// Nothing is done to what it shows.
    pub fn is_plain(&self) -> bool {
        self.rotation == 0.0 && self.radius == 0.0 && self.border.is_none() && self.shadow.is_none()
    }
}

/// An animation counts in the unit of the layer's own value.
fn like(length: Length, number: f64) -> Length {
    match length {
        Length::Pixels(_) => Length::Pixels(number),
        Length::Percent(_) => Length::Percent(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pose(json: &str, at_ms: i64) -> Pose {
        let layer: Layer = serde_json::from_str(json).expect("a layer");
        Pose::of(&layer, ShowTime(at_ms * 1_000), ShowTime(5_000_000))
    }

    #[test]
    fn animations_move_what_they_name() {
        let json = r##"{"id":"a","kind":"text","text":"x","x":"10%","opacity":0.5,"animations":[
            {"property":"x","start":"taken","keyframes":[{"at_ms":0,"value":0},{"at_ms":1000,"value":50}]},
            {"property":"opacity","start":{"at":6000},"keyframes":[{"at_ms":0,"value":0},{"at_ms":100,"value":1}],"after":"release"},
            {"property":"size","start":"taken","keyframes":[{"at_ms":0,"value":10},{"at_ms":1000,"value":20}]}]}"##;
        let numbers = |at_ms| {
            let pose = pose(json, at_ms);
            (pose.x, pose.opacity, pose.size)
        };
        assert_eq!(numbers(4_000), (Length::Percent(10.0), 0.5, 48.0));
        assert_eq!(numbers(5_500), (Length::Percent(25.0), 0.5, 15.0));
        assert_eq!(numbers(6_050), (Length::Percent(50.0), 0.5, 20.0));
        assert_eq!(numbers(9_000), (Length::Percent(50.0), 0.5, 20.0));
        let moving = pose(json, 0);
        assert!(moving.roams && !pose(r#"{"id":"a","kind":"pattern"}"#, 0).roams);
    }
}
