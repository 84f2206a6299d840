//! One thing in a scene: what it shows, and where.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arrange::{Arrange, Moved};
use super::color::Color;
use super::ids::{AssetId, FeedId, InputId, LayerId, SceneId};
use super::jam::layer::JamLayer;
use super::length::Length;
use super::levels::Levels;
use super::light::effect::EffectLayer;
use super::look::{Anchor, Blend, Border, Filter, Fit, Mask, Shadow};
use super::motion::Animation;
use super::text::TextStyle;

/// A layer, as it is stored and as every door shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Layer {
    pub id: LayerId,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 128))]
    pub name: String,
    /// Where the anchor is: from the left and from the top of the canvas, or of the group that the layer is in.
    #[serde(default)]
    pub x: Length,
    #[serde(default)]
    pub y: Length,
    /// Absent: the content's own width (image, text, input), or all of the canvas' or group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<Length>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<Length>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub anchor: Anchor,
    #[serde(default, skip_serializing_if = "is_default")]
    pub fit: Fit,
    #[serde(default, skip_serializing_if = "Crop::is_none")]
    pub crop: Crop,
    /// Degrees, clockwise, about the anchor.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -36_000, max = 36_000))]
    pub rotation: f64,
    /// 0 is invisible, 1 is solid.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 1))]
    pub opacity: f64,
    #[serde(default = "yes")]
    pub visible: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub blend: Blend,
    /// Of the corners.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0, max = 4096))]
    pub radius: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub border: Option<Border>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Shadow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Mask>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub filters: Vec<Filter>,
    /// What moves by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub animations: Vec<Animation>,
    /// What is shown; its fields stand beside the ones above, `kind` tells which they are.
    #[serde(flatten)]
    pub content: Content,
}

/// The kinds of layer. Unknown fields are refused, so a mistyped one is not silently ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    Color {
        color: Color,
    },
    Gradient {
        from: Color,
        to: Color,
        #[serde(default, skip_serializing_if = "is_default")]
        shape: GradientShape,
        /// Direction in degrees: 0 runs left to right, 90 top to bottom. A conic gradient begins there.
        #[serde(default)]
        #[schemars(range(min = -3600, max = 3600))]
        angle: f64,
        /// Colours between the two, in rising order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schemars(length(max = 32))]
        stops: Vec<Stop>,
    },
    Image {
        asset: AssetId,
    },
    Shape(Shape),
    /// A video, a stream, a camera: whatever moves by itself.
    Input {
        input: InputId,
    },
    /// Another scene, as a picture.
    Scene {
        scene: SceneId,
    },
    /// Layers that are moved, faded and filtered as one.
    Group {
        #[serde(default)]
        layers: Vec<Arc<Layer>>,
    },
    /// Layers that are placed for you.
    Layout {
        #[serde(default)]
        arrange: Arrange,
        #[serde(default)]
        layers: Vec<Arc<Layer>>,
        /// Made by the server: where its layers come from while they glide to their places.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        moved: Option<Arc<Moved>>,
    },
    /// What is below, as the filters make it.
    Backdrop,
    /// Sound that is seen: a spectrum, meters, or a wave.
    Levels(Levels),
    /// An animation as lights show it.
    Effect(EffectLayer),
    /// A jam as lights show it.
    Jam(JamLayer),
    /// Pixels that others send over the network, while they do.
    Feed {
        feed: FeedId,
    },
    /// What the player plays.
    Player {
        #[serde(default, skip_serializing_if = "is_default")]
        part: PlayerPart,
        /// Of the bar.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        color: Option<Color>,
    },
    /// Colour bars with a moving part, a frame counter that machines can read, and each second a flash with a beep.
    Pattern {
        #[serde(default = "yes")]
        beep: bool,
    },
    /// Text; what stands in braces is filled in: `{clock}`, `{date:DD.MM.YYYY}`, `{countdown:…}`, `{elapsed}`, `{name}` of a value,
    /// `{player.title}`.
    Text {
        #[schemars(length(max = 10_000))]
        text: String,
        #[serde(flatten)]
        style: Box<TextStyle>,
    },
}

impl Content {
    /// The input that it shows, or whose sound.
    pub fn input(&self) -> Option<&InputId> {
        match self {
            Content::Input { input } => Some(input),
            Content::Levels(Levels { input, .. }) | Content::Jam(JamLayer { input, .. }) => input.as_ref(),
            _ => None,
        }
    }
}

/// What of the player is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlayerPart {
    /// The video or picture that is played; of sound, its cover.
    #[default]
    Picture,
    /// The cover alone.
    Cover,
    /// A bar that grows with the time, from the left.
    Progress,
}

/// How a gradient runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GradientShape {
    /// From edge to edge.
    #[default]
    Linear,
    /// From the middle to the corners.
    Radial,
    /// Once round the middle.
    Conic,
}

/// A colour on the way from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    #[schemars(range(min = 0, max = 1))]
    pub at: f64,
    pub color: Color,
}

/// What is cut off the content before anything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Crop {
    #[serde(default)]
    pub left: Length,
    #[serde(default)]
    pub top: Length,
    #[serde(default)]
    pub right: Length,
    #[serde(default)]
    pub bottom: Length,
}

impl Crop {
    pub fn is_none(&self) -> bool {
        self.sides().iter().all(Length::is_zero)
    }

    pub fn sides(&self) -> [Length; 4] {
        [self.left, self.top, self.right, self.bottom]
    }
}

/// A drawn shape that fills the layer's box.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    #[serde(default)]
    pub shape: Outline,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Color>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stroke: Option<Color>,
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 512))]
    pub stroke_width: f64,
    /// Of a path: SVG's `M 0 0 L 100 0 …`, in a square of 100 × 100 that is stretched over the box.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 10_000))]
    pub path: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outline {
    #[default]
    Rectangle,
    Ellipse,
    /// From the upper left to the lower right corner.
    Line,
    Path,
}

impl Layer {
    /// With everything as it is where nothing is said.
    pub fn plain(id: LayerId, content: Content) -> Layer {
        Layer {
            id,
            name: String::new(),
            x: Length::ZERO,
            y: Length::ZERO,
            width: None,
            height: None,
            anchor: Anchor::default(),
            fit: Fit::default(),
            crop: Crop::default(),
            rotation: 0.0,
            opacity: 1.0,
            visible: true,
            blend: Blend::default(),
            radius: 0.0,
            border: None,
            shadow: None,
            mask: None,
            filters: Vec::new(),
            animations: Vec::new(),
            content,
        }
    }

    /// The layers inside it, lowest first.
    pub fn layers(&self) -> &[Arc<Layer>] {
        match &self.content {
            Content::Group { layers } | Content::Layout { layers, .. } => layers,
            _ => &[],
        }
    }

    /// The same; None if it can have none.
    pub fn layers_within(&self) -> Option<&[Arc<Layer>]> {
        matches!(self.content, Content::Group { .. } | Content::Layout { .. }).then(|| self.layers())
    }

    /// None if it can have none.
    pub fn layers_mut(&mut self) -> Option<&mut Vec<Arc<Layer>>> {
        match &mut self.content {
            Content::Group { layers } | Content::Layout { layers, .. } => Some(layers),
            _ => None,
        }
    }

    /// It and all that are inside it.
    pub fn all(&self) -> impl Iterator<Item = &Layer> {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            waiting.extend(next.layers().iter().rev().map(Arc::as_ref));
            Some(next)
        })
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn one() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_takes_its_style_beside_it_and_refuses_what_it_does_not_know() {
        let read = |json: &str| serde_json::from_str::<Layer>(json);
        let short = read(r#"{"id":"a","kind":"text","text":"x"}"#).expect("a layer");
        let Content::Text { style, .. } = &short.content else { panic!("a text") };
        assert_eq!(**style, TextStyle::default());
        let json = r##"{"id":"a","x":1.0,"y":0.0,"opacity":1.0,"visible":true,"kind":"text","text":"x","size":20.0,"color":"#ff0000","weight":700,"align":"center"}"##;
        assert_eq!(serde_json::to_string(&read(json).expect("a layer")).expect("JSON"), json);
        for wrong in ["\"colour\":\"#ff0000\"", "\"weigth\":1", "\"shadow\":{\"z\":1}", "\"beep\":true"] {
            let json = format!(r#"{{"id":"a","kind":"text","text":"x",{wrong}}}"#);
            assert!(read(&json).is_err(), "{json}");
        }
        assert!(read(r#"{"id":"a","kind":"text"}"#).is_err(), "a text needs a text");
        let schema = serde_json::to_string(&schemars::schema_for!(Layer)).expect("JSON");
        assert!(schema.contains("vertical_align"), "{schema}");
    }
}
