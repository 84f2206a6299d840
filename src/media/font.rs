//! Looks at an uploaded font before anything is set in it: what can not be read or drawn is refused, and so is what would
//! take forever.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::raw::tables::glyf::Glyph;
use skrifa::raw::{FileRef, FontRef, TableProvider};
use skrifa::string::StringId;
use skrifa::{GlyphId, MetadataProvider};

/// The font that is part of the server.
pub static BUILT_IN: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans.ttf");

/// A face for Chinese, Japanese and Korean takes 20 MB; what is larger than this is no font for a show.
pub const LARGEST_FILE: usize = 32 << 20;

/// Faces in a collection. The largest that are known have about 40.
const MOST_FACES: u32 = 128;

/// Parts that one glyph may be put together from, counting those of its parts. Real ones have less than ten.
const MOST_PARTS: u64 = 1_024;

/// Lines and curves of all glyphs of a face. The largest fonts for Chinese have 7 million.
const MOST_STROKES: u64 = 20_000_000;

/// Of one glyph: what has more can not be seen.
const MOST_STROKES_OF_A_GLYPH: u64 = 200_000;

/// Why a file is not taken as a font.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FontError {
    #[error("the file has {0} bytes; a font may have {LARGEST_FILE}")]
    TooLarge(usize),
    #[error("this is not a font (TrueType, OpenType, or a collection of them), or it is damaged: {0}")]
    Unreadable(String),
}

/// The names of its families, if the file is a font that can be drawn.
pub fn families(bytes: &[u8]) -> Result<Vec<String>, FontError> {
    if bytes.len() > LARGEST_FILE {
        return Err(FontError::TooLarge(bytes.len()));
    }
    // The readers are made for broken files, but a panic in one must not take the server's pictures with it.
    catch_unwind(|| looked_through(bytes))
        .unwrap_or_else(|_| Err("it can not be drawn".to_owned()))
        .map_err(FontError::Unreadable)
}

fn looked_through(bytes: &[u8]) -> Result<Vec<String>, String> {
    let file = FileRef::new(bytes).map_err(|error| error.to_string())?;
    let faces = match &file {
        FileRef::Font(_) => 1,
        FileRef::Collection(collection) => collection.len(),
    };
    if faces == 0 || faces > MOST_FACES {
        return Err(format!("it has {faces} faces, and 1 to {MOST_FACES} are taken"));
    }
    let mut names = Vec::new();
    for index in 0..faces {
        let font = FontRef::from_index(bytes, index).map_err(|error| error.to_string())?;
        check_tables(&font)?;
        check_parts(&font)?;
        check_outlines(&font)?;
        let name = family_of(&font).ok_or("it has no name")?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

fn family_of(font: &FontRef<'_>) -> Option<String> {
    let named = |id| font.localized_strings(id).english_or_first().map(|name| name.chars().take(128).collect::<String>());
    let name = named(StringId::TYPOGRAPHIC_FAMILY_NAME).or_else(|| named(StringId::FAMILY_NAME))?;
    (!name.trim().is_empty()).then_some(name)
}

fn check_tables(font: &FontRef<'_>) -> Result<(), String> {
    let units = font.head().map_err(|error| error.to_string())?.units_per_em();
    if !(16..=16_384).contains(&units) {
        return Err(format!("it has {units} units per em"));
    }
    font.maxp().map_err(|error| error.to_string())?;
    font.hhea().map_err(|error| error.to_string())?;
    font.hmtx().map_err(|error| error.to_string())?;
    let letters = font.charmap().mappings().take(1).count();
    if letters == 0 { Err("it has no letters".to_owned()) } else { Ok(()) }
}

/// Refuses glyphs that are put together from so many others that drawing one would never end.
fn check_parts(font: &FontRef<'_>) -> Result<(), String> {
    let (Ok(glyf), Ok(loca)) = (font.glyf(), font.loca(None)) else {
        return Ok(());
    };
    let glyphs = usize::from(font.maxp().map_err(|error| error.to_string())?.num_glyphs());
    let parts_of = |glyph: usize| -> Vec<usize> {
        match loca.get_glyf(GlyphId::new(glyph as u32), &glyf) {
            Ok(Some(Glyph::Composite(composite))) => {
                composite.components().map(|part| usize::from(part.glyph.to_u16())).take(MOST_PARTS as usize + 1).collect()
            }
            _ => Vec::new(),
        }
    };
    let mut counts = vec![0_u64; glyphs];
    // Each round makes one more level of parts right; a chain that is longer than skrifa follows is refused with the rest.
    let composites: Vec<(usize, Vec<usize>)> =
        (0..glyphs).map(|glyph| (glyph, parts_of(glyph))).filter(|(_, parts)| !parts.is_empty()).collect();
    for _ in 0..33 {
        let mut settled = true;
        for (glyph, parts) in &composites {
            let count = parts.iter().map(|part| 1 + counts.get(*part).copied().unwrap_or(0)).sum();
            if count > MOST_PARTS {
                return Err(format!("glyph {glyph} has more than {MOST_PARTS} parts"));
            }
            settled &= std::mem::replace(&mut counts[*glyph], count) == count;
        }
        if settled {
            return Ok(());
        }
    }
    Err("its glyphs are made of each other".to_owned())
}

/// Draws each glyph once, into nothing.
fn check_outlines(font: &FontRef<'_>) -> Result<(), String> {
    let outlines = font.outline_glyphs();
    let mut all = 0;
    for (glyph, outline) in outlines.iter() {
        let counter = Counter(Cell::new(0));
        let mut pen = &counter;
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            outline.draw(DrawSettings::unhinted(Size::new(16.0), LocationRef::default()), &mut pen)
        }));
        match drawn {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(format!("glyph {}: {error}", glyph.to_u32())),
            Err(_) => return Err(format!("glyph {} has too many strokes, or can not be drawn", glyph.to_u32())),
        }
        all += counter.0.get();
        if all > MOST_STROKES {
            return Err("it has too many strokes".to_owned());
        }
    }
    Ok(())
}

/// Counts strokes. A pen can not refuse, so beyond the bound it unwinds, without what a panic writes.
struct Counter(Cell<u64>);

struct TooMany;

impl Counter {
    fn count(&self) {
        self.0.set(self.0.get() + 1);
        if self.0.get() > MOST_STROKES_OF_A_GLYPH {
            resume_unwind(Box::new(TooMany));
        }
    }
}

impl OutlinePen for &Counter {
    fn move_to(&mut self, _: f32, _: f32) {
        self.count();
    }

    fn line_to(&mut self, _: f32, _: f32) {
        self.count();
    }

    fn quad_to(&mut self, _: f32, _: f32, _: f32, _: f32) {
        self.count();
    }

    fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {
        self.count();
    }

    fn close(&mut self) {
        self.count();
    }
}
