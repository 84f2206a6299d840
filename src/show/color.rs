//! Colours as people write them: `#rrggbb` or `#rrggbbaa`, sRGB, not premultiplied.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `#rrggbb` or `#rrggbbaa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"))]
pub struct Color {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
    pub alpha: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a colour: write \"#rrggbb\" or \"#rrggbbaa\"")]
pub struct InvalidColor(String);

impl Color {
    pub const BLACK: Color = Color::opaque(0, 0, 0);
    pub const WHITE: Color = Color::opaque(255, 255, 255);

    pub const fn opaque(red: u8, green: u8, blue: u8) -> Color {
        Color { red, green, blue, alpha: 255 }
    }
}

impl TryFrom<String> for Color {
    type Error = InvalidColor;

    fn try_from(text: String) -> Result<Self, InvalidColor> {
        let digits = text.strip_prefix('#').unwrap_or("");
        let bytes = match (digits.len(), u32::from_str_radix(digits, 16)) {
            // from_str_radix takes a sign, a colour does not
            (6, Ok(value)) if !digits.starts_with('+') => value << 8 | 0xff,
            (8, Ok(value)) if !digits.starts_with('+') => value,
            _ => return Err(InvalidColor(text.chars().take(32).collect())),
        };
        let [red, green, blue, alpha] = bytes.to_be_bytes();
        Ok(Color { red, green, blue, alpha })
    }
}

impl From<Color> for String {
    fn from(color: Color) -> String {
        color.to_string()
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Color { red, green, blue, alpha } = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")?;
        if *alpha == 255 { Ok(()) } else { write!(f, "{alpha:02x}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_back_as_written() {
        for text in ["#000000", "#12ab9f", "#12ab9f80"] {
            let color = Color::try_from(text.to_owned()).expect("a colour");
            assert_eq!(color.to_string(), text);
        }
        for bad in ["", "#", "red", "#12345", "#1234567", "#+12345", "#12345g", "#ääää"] {
            assert!(Color::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
