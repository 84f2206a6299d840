//! Sets text: chooses fonts for every part of it, shapes it, and breaks it into lines.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use parley::fontique::FamilyId;
use parley::style::{FontFamilyName, OverflowWrap};
use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontFamily, FontStyle, FontWeight, Layout, LineHeight, TextStyle as SetStyle,
};

use super::fonts::Fonts;
use super::{emoji, rank};
use crate::show::text::{Align, Direction, TextStyle};

/// What is longer is cut off: nobody can read it, and setting it takes time.
const MOST_CHARACTERS: usize = 10_000;

/// Fonts of the system that one text may be set in.
const MOST_FALLBACKS: usize = 24;

/// Which fonts a part of the text is asked of; an index into the styles of the builder.
const BASE: u16 = 0;
const EMOJI: u16 = 1;
const MISSING: u16 = 2;

/// The text without what can not be shown, cut to a length that can be set in a moment.
pub(super) fn cleaned(text: &str, on_one_line: bool) -> Cow<'_, str> {
    let end = text.char_indices().nth(MOST_CHARACTERS).map_or(text.len(), |(end, _)| end);
    let text = &text[..end];
    let breaks = |character: char| on_one_line && matches!(character, '\n' | '\u{2028}' | '\u{2029}');
    if !text.chars().any(|character| (character.is_control() && character != '\n') || breaks(character)) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => cleaned.push_str("    "),
            character if breaks(character) => cleaned.push(' '),
            '\n' => cleaned.push('\n'),
            character if character.is_control() => {}
            character => cleaned.push(character),
        }
    }
    Cow::Owned(cleaned)
}

/// Sets `text`, with lines broken at `width` if there is one.
pub(super) fn set(text: &str, style: &TextStyle, size: f32, fonts: &mut Fonts, width: Option<f32>) -> Layout<()> {
    let layout = lines_of(text, style, size, fonts, width);
    match style.max_lines {
        Some(most) if layout.len() > most.max(1) as usize => {
            shortened(text, &layout, most.max(1) as usize, |text| lines_of(text, style, size, fonts, width))
        }
        _ => layout,
    }
}

fn lines_of(text: &str, style: &TextStyle, size: f32, fonts: &mut Fonts, width: Option<f32>) -> Layout<()> {
    let parts = parts(text, style, fonts);
    // An emoji is not made slanting or bold with the letters around it.
    let upright = TextStyle { italic: false, weight: 400, ..style.clone() };
    let mut builder = fonts.layouts.style_run_builder(&mut fonts.context, text, 1.0, true);
    builder.set_base_direction(match style.direction {
        Direction::Auto => BaseDirection::Auto,
        Direction::Ltr => BaseDirection::Ltr,
        Direction::Rtl => BaseDirection::Rtl,
    });
    for (style, names) in [(style, &parts.base), (&upright, &parts.emoji), (style, &parts.missing)] {
        builder.push_style(set_style(style, size, names));
    }
    for (kind, range) in parts.runs {
        builder.push_style_run(kind, range);
    }
    let mut layout = builder.build(text);
    layout.break_all_lines(width);
    layout.align(alignment(style.align), AlignmentOptions::default());
    layout
}

fn alignment(align: Align) -> Alignment {
    match align {
        Align::Start => Alignment::Start,
        Align::Center => Alignment::Center,
        Align::End => Alignment::End,
        Align::Left => Alignment::Left,
        Align::Right => Alignment::Right,
        Align::Justify => Alignment::Justify,
    }
}

fn set_style<'a>(style: &TextStyle, size: f32, names: &[String]) -> SetStyle<'a, 'a, ()> {
    let names: Vec<_> = names.iter().map(|name| FontFamilyName::Named(Cow::Owned(name.clone()))).collect();
    SetStyle {
        font_family: FontFamily::List(Cow::Owned(names)),
        font_size: size,
        font_style: if style.italic { FontStyle::Italic } else { FontStyle::Normal },
        font_weight: FontWeight::new(f32::from(style.weight.clamp(1, 1000))),
        line_height: LineHeight::FontSizeRelative(finite(style.line_height, 1.2, 0.5, 4.0)),
        letter_spacing: finite(style.letter_spacing, 0.0, -64.0, 256.0),
        // A word that is wider than the layer is broken rather than cut off.
        overflow_wrap: OverflowWrap::BreakWord,
        ..SetStyle::default()
    }
}

/// A number within its range, whatever was given.
pub(super) fn finite(value: f64, otherwise: f64, least: f64, most: f64) -> f32 {
    (if value.is_finite() { value.clamp(least, most) } else { otherwise }) as f32
}

/// Names of families, first choice first, and which part of the text is asked of which list.
struct Parts {
    base: Vec<String>,
    emoji: Vec<String>,
    missing: Vec<String>,
    runs: Vec<(u16, Range<usize>)>,
}

fn parts(text: &str, style: &TextStyle, fonts: &mut Fonts) -> Parts {
    let mut base = Vec::new();
    base.extend(style.font.as_deref().and_then(|name| fonts.named(name)));
    base.push(fonts.built_in());
    let stretches = emoji::stretches(text);
    let in_color = if stretches.is_empty() { None } else { fonts.emoji() };
    let stretches = if in_color.is_some() { stretches } else { Vec::new() };
    let missing = add_fallbacks(text, &stretches, &mut base, fonts);
    let runs = runs(text, &stretches, &missing);
    let built_in = fonts.built_in();
    let mut names = |families: &mut dyn Iterator<Item = FamilyId>| -> Vec<String> {
        families.filter_map(|id| fonts.context.collection.family_name(id).map(str::to_owned)).collect()
    };
    Parts {
        missing: names(&mut std::iter::once(built_in)),
        emoji: names(&mut in_color.into_iter().chain(base.iter().copied())),
        base: names(&mut base.into_iter()),
        runs,
    }
}

/// Adds a family for each character that the others lack; says which characters nobody has.
fn add_fallbacks(text: &str, emoji: &[Range<usize>], base: &mut Vec<FamilyId>, fonts: &mut Fonts) -> BTreeSet<char> {
    let mut emoji = emoji.iter().peekable();
    let mut characters = BTreeSet::new();
    let mut wanted = Vec::new();
    for (at, character) in text.char_indices() {
        while emoji.next_if(|stretch| stretch.end <= at).is_some() {}
        let is_emoji = emoji.peek().is_some_and(|stretch| stretch.start <= at);
        if !is_emoji && !is_invisible(character) && characters.insert(character) {
            wanted.push(character);
        }
    }
    let mut missing = BTreeSet::new();
    for character in wanted {
        if base.iter().any(|family| fonts.covers(*family, character)) {
            continue;
        }
        match family_for(character, text, fonts) {
            Some(family) if base.len() < MOST_FALLBACKS => base.push(family),
            _ => _ = missing.insert(character),
        }
    }
    missing
}

fn family_for(character: char, text: &str, fonts: &mut Fonts) -> Option<FamilyId> {
    if rank::is_east_asian(character)
        && let Some(family) = fonts.named(rank::east_asian(text))
        && fonts.covers(family, character)
    {
        return Some(family);
    }
    fonts.fallback(character)
}

/// Characters that have no shape: no font needs to have them.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The whole text, cut where the kind changes.
fn runs(text: &str, emoji: &[Range<usize>], missing: &BTreeSet<char>) -> Vec<(u16, Range<usize>)> {
    let mut runs: Vec<(u16, Range<usize>)> = Vec::new();
    let mut emoji = emoji.iter().peekable();
    for (at, character) in text.char_indices() {
        while emoji.next_if(|stretch| stretch.end <= at).is_some() {}
        let kind = match emoji.peek() {
            Some(stretch) if stretch.start <= at => EMOJI,
            _ if missing.contains(&character) => MISSING,
            _ => BASE,
        };
        let end = at + character.len_utf8();
        match runs.last_mut() {
            Some((last, range)) if *last == kind => range.end = end,
            _ => runs.push((kind, at..end)),
        }
    }
    if runs.is_empty() {
        runs.push((BASE, 0..0));
    }
    runs
}

/// The most of the text that fits into so many lines with an ellipsis.
fn shortened(text: &str, layout: &Layout<()>, most: usize, mut set: impl FnMut(&str) -> Layout<()>) -> Layout<()> {
    let Some(last) = layout.get(most - 1) else { return set(text) };
    // Between clusters, so that no letter loses its accent.
    let mut ends: Vec<usize> = vec![last.text_range().start];
    ends.extend(last.runs().flat_map(|run| run.clusters().map(|cluster| cluster.text_range().end).collect::<Vec<_>>()));
    ends.sort_unstable();
    ends.dedup();
    let mut fits = |end: usize| {
        let layout = set(&format!("{}…", text[..end].trim_end()));
        (layout.len() <= most).then_some(layout)
    };
    let mut best = None;
    let (mut from, mut to) = (0, ends.len());
    while from < to {
        let middle = from.midpoint(to);
        match fits(ends[middle]) {
            Some(layout) => {
                best = Some(layout);
                from = middle + 1;
            }
            None => to = middle,
        }
    }
    best.or_else(|| fits(0)).unwrap_or_else(|| set("…"))
}
