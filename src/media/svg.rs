//! Drawings: SVG, without anything that it could fetch from elsewhere.
//!
//! The reader stands on crates that are made for honest files. What is looked at before: size, entities, how deep elements are
//! within each other, and how many there are when all that refers to others is written out.

mod weight;

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::roxmltree::{Document, ParsingOptions};
use resvg::usvg::{Group, ImageHrefResolver, ImageKind, Node, Options, Paint, Tree};

use super::font::BUILT_IN;
use crate::base::quote::quoted;

/// A drawing of this size is a photograph in disguise.
pub const LARGEST_FILE: usize = 4 << 20;
/// Elements, attributes and texts of the file.
const MOST_NODES: u32 = 200_000;
/// Of a side, in its own pixels.
const LONGEST_SIDE: f32 = 8_192.0;
/// Of a pattern's tile, in pixels of the drawing: it is painted aside, however little of it is seen.
const MOST_TILE: f32 = 4_096.0 * 4_096.0;
/// Of all pictures within it.
const MOST_INNER_PIXELS: u64 = 32_000_000;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SvgError {
    #[error("a drawing (SVG) may have {LARGEST_FILE} bytes, and this one has {0}")]
    TooLarge(usize),
    #[error("it is not UTF-8")]
    NotText,
    #[error("it declares entities; save it without them")]
    Entities,
    #[error("it is not SVG, or damaged: {0}")]
    Broken(String),
    #[error("elements of it are within each other more than {} deep, or refer to themselves", weight::DEEPEST)]
    TooDeep,
    #[error("it has too many elements, also of those that are used again and again")]
    TooMany,
    #[error("it is {0} × {1} large: 1 × 1 to 8192 × 8192 is possible")]
    BadSize(u32, u32),
    #[error("a pattern in it is too large")]
    LargePattern,
    #[error("it can not be drawn")]
    Undrawable,
}

pub struct Drawing {
    tree: Tree,
    /// As large as it is meant to be, in whole pixels.
    pub width: u32,
    pub height: u32,
}

/// A part of the drawing, in its own pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Drawing {
    pub fn parse(bytes: &[u8]) -> Result<Drawing, SvgError> {
        if bytes.len() > LARGEST_FILE {
            return Err(SvgError::TooLarge(bytes.len()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| SvgError::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // Entities within entities can make gigabytes of a page, and drawings do not need them.
        if text.contains("<!ENTITY") {
            return Err(SvgError::Entities);
        }
        // A reader that panics has met a file that nobody should show.
        catch_unwind(AssertUnwindSafe(|| parsed(text))).unwrap_or(Err(SvgError::Undrawable))
    }

    /// That part, filling so many pixels: sRGB with straight alpha, row after row. None if there is nothing to be seen.
    pub fn painted(&self, part: Part, width: u32, height: u32) -> Option<Vec<u8>> {
        let mut pixmap = Pixmap::new(width, height)?;
        let (across, down) = (f64::from(width) / part.width, f64::from(height) / part.height);
        // Its size need not be in whole pixels, but what is seen of it is.
        let own = self.tree.size();
        let stretch = (f64::from(self.width) / f64::from(own.width()), f64::from(self.height) / f64::from(own.height()));
        let transform = Transform::from_row(
            (across * stretch.0) as f32,
            0.0,
            0.0,
            (down * stretch.1) as f32,
            (-part.x * across) as f32,
            (-part.y * down) as f32,
        );
        if !transform.is_finite() {
            return None;
        }
        let paint = AssertUnwindSafe(|| resvg::render(&self.tree, transform, &mut pixmap.as_mut()));
        catch_unwind(paint).ok()?;
        Some(straight(pixmap))
    }

    pub fn whole(&self) -> Part {
        Part { x: 0.0, y: 0.0, width: self.width.into(), height: self.height.into() }
    }
}

fn straight(pixmap: Pixmap) -> Vec<u8> {
    let mut rgba = pixmap.take();
    for pixel in rgba.as_chunks_mut::<4>().0 {
        let [red, green, blue, alpha] = *pixel;
        if alpha != 0 && alpha != 255 {
            let plain = |value: u8| ((u32::from(value) * 255 + u32::from(alpha) / 2) / u32::from(alpha)).min(255) as u8;
            *pixel = [plain(red), plain(green), plain(blue), alpha];
        }
    }
    rgba
}

fn parsed(text: &str) -> Result<Drawing, SvgError> {
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let broken = |error: String| SvgError::Broken(quoted(&error));
    let document = Document::parse_with_options(text, options).map_err(|error| broken(error.to_string()))?;
    weight::check(&document)?;
    let tree = Tree::from_xmltree(&document, &reading()).map_err(|error| broken(error.to_string()))?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let (whole_width, whole_height) = (width.ceil() as u32, height.ceil() as u32);
    if !(width <= LONGEST_SIDE && height <= LONGEST_SIDE) || whole_width == 0 || whole_height == 0 {
        return Err(SvgError::BadSize(whole_width, whole_height));
    }
    check_patterns(tree.root())?;
    Ok(Drawing { tree, width: whole_width, height: whole_height })
}

/// What a drawing may lean on: the built-in font, and pictures that are in the file itself.
fn reading() -> Options<'static> {
    static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
        let mut fonts = Database::new();
        fonts.load_font_data(BUILT_IN.to_vec());
        let name = "DejaVu Sans";
        fonts.set_serif_family(name);
        fonts.set_sans_serif_family(name);
        fonts.set_cursive_family(name);
        fonts.set_fantasy_family(name);
        fonts.set_monospace_family(name);
        Arc::new(fonts)
    });
    let inner = AtomicU64::new(0);
    let image_href_resolver = ImageHrefResolver {
        resolve_data: Box::new(move |_, data, _| inner_picture(data, &inner)),
        resolve_string: Box::new(|_, _| None),
    };
    Options { font_family: "DejaVu Sans".to_owned(), fontdb: FONTS.clone(), image_href_resolver, ..Options::default() }
}

/// A drawing within a drawing would be read without what is looked at above, so there is none.
fn inner_picture(data: Arc<Vec<u8>>, used: &AtomicU64) -> Option<ImageKind> {
    let reader = image::ImageReader::new(std::io::Cursor::new(data.as_slice())).with_guessed_format().ok()?;
    let format = reader.format()?;
    let (width, height) = reader.into_dimensions().ok()?;
    let pixels = u64::from(width) * u64::from(height);
    if used.fetch_add(pixels, Ordering::Relaxed).saturating_add(pixels) > MOST_INNER_PIXELS {
        return None;
    }
    match format {
        image::ImageFormat::Png => Some(ImageKind::PNG(data)),
        image::ImageFormat::Jpeg => Some(ImageKind::JPEG(data)),
        image::ImageFormat::WebP => Some(ImageKind::WEBP(data)),
        image::ImageFormat::Gif => Some(ImageKind::GIF(data)),
        _ => None,
    }
}

/// Elements are not deep within each other any more, so this does not go deep either.
fn check_patterns(group: &Group) -> Result<(), SvgError> {
    for node in group.children() {
        match node {
            Node::Group(inner) => check_patterns(inner)?,
            Node::Path(path) => {
                let paints =
                    path.fill().map(|fill| fill.paint()).into_iter().chain(path.stroke().map(|stroke| stroke.paint()));
                for paint in paints {
                    check_tile(paint, path.abs_transform())?;
                }
            }
            Node::Image(_) => {}
            Node::Text(text) => check_patterns(text.flattened())?,
        }
    }
    Ok(())
}

fn check_tile(paint: &Paint, place: Transform) -> Result<(), SvgError> {
    let Paint::Pattern(pattern) = paint else { return Ok(()) };
    let (across, down) = place.pre_concat(pattern.transform()).get_scale();
    let pixels = pattern.rect().width() * across * pattern.rect().height() * down;
    if pixels > MOST_TILE || pixels.is_nan() {
        return Err(SvgError::LargePattern);
    }
    check_patterns(pattern.root())
}
