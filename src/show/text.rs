//! How a text looks: type, lines, what lies under and around the letters, and whether it crawls.
//!
//! Pure data. Setting it is the work of `picture::contents::text`, filling in its live fields that of `show::field`.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::Color;
use super::offset::UtcOffset;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TextStyle {
    /// Pixels per em.
    #[schemars(range(min = 4, max = 1024))]
    pub size: f64,
    pub color: Color,
    /// Name of a font family, or id of an uploaded font. Absent, or not there: DejaVu Sans, which is part of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub font: Option<String>,
    /// 400 is regular, 700 bold.
    #[serde(skip_serializing_if = "is_regular")]
    #[schemars(range(min = 100, max = 900))]
    pub weight: u16,
    #[serde(skip_serializing_if = "is_false")]
    pub italic: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub align: Align,
    #[serde(skip_serializing_if = "is_default")]
    pub vertical_align: VerticalAlign,
    /// Whether lines are broken where the width ends. Absent: yes if the layer has a width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrap: Option<bool>,
    /// From one line to the next, in ems.
    #[serde(skip_serializing_if = "is_default_line_height")]
    #[schemars(range(min = 0.5, max = 4))]
    pub line_height: f64,
    /// Pixels added after each letter.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(range(min = -64, max = 256))]
    pub letter_spacing: f64,
    #[serde(skip_serializing_if = "is_default")]
    pub direction: Direction,
    /// What is longer ends in an ellipsis.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub max_lines: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outline: Option<Outline>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crawl: Option<Crawl>,
    /// What clocks and dates in the text are shown in, such as `+02:00`.
    #[serde(skip_serializing_if = "is_default")]
    pub timezone: UtcOffset,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self {
            size: 48.0,
            color: Color::WHITE,
            font: None,
            weight: REGULAR,
            italic: false,
            align: Align::Start,
            vertical_align: VerticalAlign::Top,
            wrap: None,
            line_height: LINE_HEIGHT,
            letter_spacing: 0.0,
            direction: Direction::Auto,
            max_lines: None,
            outline: None,
            background: None,
            crawl: None,
            timezone: UtcOffset::default(),
        }
    }
}

const REGULAR: u16 = 400;

/// Room for the marks above and below letters of most scripts, and the same for all of them: a line must not
/// jump when an emoji or another script comes into it.
const LINE_HEIGHT: f64 = 1.2;

/// `start` is where reading starts: left, or right if the text is Arabic or Hebrew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    #[default]
    Start,
    Center,
    End,
    Left,
    Right,
    Justify,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerticalAlign {
    #[default]
    Top,
    Middle,
    Bottom,
}

/// Which way the text reads; `auto` goes by its first letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    #[default]
    Auto,
    Ltr,
    Rtl,
}

/// A line around each letter, outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Outline {
    #[schemars(range(min = 0, max = 64))]
    pub width: f64,
    pub color: Color,
}

impl Default for Outline {
    fn default() -> Self {
        Self { width: 2.0, color: Color::BLACK }
    }
}

/// A panel behind the text; behind the whole layer if that has a size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Background {
    pub color: Color,
    #[schemars(range(min = 0, max = 1024))]
    pub padding: f64,
    #[schemars(range(min = 0, max = 1024))]
    pub radius: f64,
}

impl Default for Background {
    fn default() -> Self {
        Self { color: Color { alpha: 192, ..Color::BLACK }, padding: 16.0, radius: 0.0 }
    }
}

/// A text that runs through its layer again and again: one line to the side, or a column up or down.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Crawl {
    pub direction: CrawlDirection,
    /// Pixels per second.
    #[schemars(range(min = 1, max = 4000))]
    pub speed: f64,
    /// Pixels between its end and its next beginning.
    #[schemars(range(min = 0, max = 8192))]
    pub gap: f64,
}

impl Default for Crawl {
    fn default() -> Self {
        Self { direction: CrawlDirection::Left, speed: 120.0, gap: 96.0 }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrawlDirection {
    #[default]
    Left,
    Right,
    Up,
    Down,
}

impl CrawlDirection {
    pub fn is_sideways(self) -> bool {
        matches!(self, CrawlDirection::Left | CrawlDirection::Right)
    }
}

/// By the bits of its numbers, so that equal hashes mean equal pictures.
impl Hash for TextStyle {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        // The timezone shows in the text alone, and is hashed with that.
        let Self { size, color, font, weight, italic, align, vertical_align, wrap, .. } = self;
        (size.to_bits(), color, font, weight, italic, align, vertical_align, wrap).hash(hasher);
        let Self { line_height, letter_spacing, direction, max_lines, outline, background, crawl, .. } = self;
        (line_height.to_bits(), letter_spacing.to_bits(), direction, max_lines).hash(hasher);
        outline.map(|Outline { width, color }| (width.to_bits(), color)).hash(hasher);
        let panel = |Background { color, padding, radius }: Background| (color, padding.to_bits(), radius.to_bits());
        background.map(panel).hash(hasher);
        crawl.map(|Crawl { direction, speed: _, gap: _ }| direction).hash(hasher);
    }
}

/// A value out of its range: field, value, and what is allowed.
pub type OutOfRange = (&'static str, String, &'static str);

impl TextStyle {
    /// The same text on a ground that is so much larger.
    pub fn scaled(&self, scale: f64) -> Cow<'_, TextStyle> {
        if scale == 1.0 {
            return Cow::Borrowed(self);
        }
        let outline = self.outline.map(|outline| Outline { width: outline.width * scale, ..outline });
        let background = self.background.map(|background| Background {
            padding: background.padding * scale,
            radius: background.radius * scale,
            ..background
        });
        let letter_spacing = self.letter_spacing * scale;
        Cow::Owned(TextStyle { size: self.size * scale, letter_spacing, outline, background, ..self.clone() })
    }

    /// Whether every number is within its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        check_range("size", self.size, 4.0..=1024.0, "4 to 1024")?;
        check_range("weight", f64::from(self.weight), 100.0..=900.0, "100 to 900")?;
        check_range("line_height", self.line_height, 0.5..=4.0, "0.5 to 4")?;
        check_range("letter_spacing", self.letter_spacing, -64.0..=256.0, "-64 to 256")?;
        check_range("max_lines", f64::from(self.max_lines.unwrap_or(1)), 1.0..=500.0, "1 to 500")?;
        let name = self.font.as_deref().unwrap_or_default().chars().count();
        check_range("font's length", name as f64, 0.0..=128.0, "at most 128 characters")?;
        self.outline.map_or(Ok(()), |outline| check_range("outline.width", outline.width, 0.0..=64.0, "0 to 64"))?;
        self.background.as_ref().map_or(Ok(()), Background::check)?;
        self.crawl.as_ref().map_or(Ok(()), Crawl::check)
    }
}

impl Background {
    fn check(&self) -> Result<(), OutOfRange> {
        check_range("background.padding", self.padding, 0.0..=1024.0, "0 to 1024")?;
        check_range("background.radius", self.radius, 0.0..=1024.0, "0 to 1024")
    }
}

impl Crawl {
    fn check(&self) -> Result<(), OutOfRange> {
        check_range("crawl.speed", self.speed, 1.0..=4000.0, "1 to 4000")?;
        check_range("crawl.gap", self.gap, 0.0..=8192.0, "0 to 8192")
    }
}

fn check_range(
    field: &'static str,
    value: f64,
    range: RangeInclusive<f64>,
    allowed: &'static str,
) -> Result<(), OutOfRange> {
    if range.contains(&value) { Ok(()) } else { Err((field, value.to_string(), allowed)) }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn is_regular(weight: &u16) -> bool {
    *weight == REGULAR
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

fn is_default_line_height(value: &f64) -> bool {
    *value == LINE_HEIGHT
}
