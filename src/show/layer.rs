//! One thing in a scene: what it shows, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::Color;
use super::ids::{AssetId, LayerId};
use super::text::TextStyle;

/// A layer, as it is stored and as every door shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Layer {
    pub id: LayerId,
    /// Top left corner, in canvas pixels.
    #[serde(default)]
    #[schemars(range(min = -32_768, max = 32_768))]
    pub x: f64,
    #[serde(default)]
    #[schemars(range(min = -32_768, max = 32_768))]
    pub y: f64,
    /// Absent: the content's own width (image, text), or the canvas' width.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 8192))]
    pub width: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 8192))]
    pub height: Option<f64>,
    /// 0 is invisible, 1 is solid.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 1))]
    pub opacity: f64,
    #[serde(default = "yes")]
    pub visible: bool,
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
        /// Direction in degrees: 0 runs left to right, 90 top to bottom.
        #[serde(default)]
        #[schemars(range(min = -3600, max = 3600))]
        angle: f64,
    },
    Image {
        asset: AssetId,
    },
    /// Colour bars with a moving part, a frame counter that machines can read, and each second a flash with a beep.
    Pattern {
        #[serde(default = "yes")]
        beep: bool,
    },
    /// Text; what stands in braces is filled in: `{clock}`, `{date:DD.MM.YYYY}`, `{countdown:…}`, `{elapsed}`, `{name}` of a value.
    Text {
        #[schemars(length(max = 2000))]
        text: String,
        #[serde(flatten)]
        style: Box<TextStyle>,
    },
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
        let json = r##"{"id":"a","x":1.0,"y":0.0,"opacity":1.0,"visible":true,"kind":"text","text":"x","size":20.0,"color":"#ff0000","weight":700,"align":"center","shadow":{"x":1.0,"y":1.0,"blur":0.0,"color":"#000000"}}"##;
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
