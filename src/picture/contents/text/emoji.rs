//! Which stretches of a text are emoji, and belong to a colour font even where another font has plain signs for them.

use std::ops::Range;

const JOINER: char = '\u{200d}';
const PLAIN: char = '\u{fe0e}';
const COLORFUL: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Below U+1F000, the characters that Unicode shows as emoji without being told to (its property Emoji_Presentation).
const EARLY: &[(u32, u32)] = &[
    (0x231a, 0x231b),
    (0x23e9, 0x23ec),
    (0x23f0, 0x23f0),
    (0x23f3, 0x23f3),
    (0x25fd, 0x25fe),
    (0x2614, 0x2615),
    (0x2648, 0x2653),
    (0x267f, 0x267f),
    (0x2693, 0x2693),
    (0x26a1, 0x26a1),
    (0x26aa, 0x26ab),
    (0x26bd, 0x26be),
    (0x26c4, 0x26c5),
    (0x26ce, 0x26ce),
    (0x26d4, 0x26d4),
    (0x26ea, 0x26ea),
    (0x26f2, 0x26f3),
    (0x26f5, 0x26f5),
    (0x26fa, 0x26fa),
    (0x26fd, 0x26fd),
    (0x2705, 0x2705),
    (0x270a, 0x270b),
    (0x2728, 0x2728),
    (0x274c, 0x274c),
    (0x274e, 0x274e),
    (0x2753, 0x2755),
    (0x2757, 0x2757),
    (0x2795, 0x2797),
    (0x27b0, 0x27b0),
    (0x27bf, 0x27bf),
    (0x2b1b, 0x2b1c),
    (0x2b50, 0x2b50),
    (0x2b55, 0x2b55),
];

fn is_emoji(character: char) -> bool {
    let code = u32::from(character);
    (0x1f000..0x20000).contains(&code) || EARLY.iter().any(|(first, last)| (*first..=*last).contains(&code))
}

/// Follows an emoji and changes it: a tone of skin, the rest of a flag, what makes it colourful.
fn continues(character: char) -> bool {
    matches!(character, COLORFUL | KEYCAP | JOINER | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

/// Bytes of each stretch of emoji.
pub(super) fn stretches(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut characters = text.char_indices().peekable();
    let mut before = None;
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let after_emoji = found.last().is_some_and(|last| last.end == at);
        // A sign that is plain by itself can be told to be an emoji, and is one when joined to one.
        let told = next == Some(COLORFUL) || next == Some(KEYCAP);
        let joined = after_emoji && (continues(character) || before == Some(JOINER));
        if next != Some(PLAIN) && (is_emoji(character) || told || joined) && !character.is_whitespace() {
            let end = at + character.len_utf8();
            match found.last_mut() {
                Some(last) if last.end == at => last.end = end,
                _ => found.push(at..end),
            }
        }
        before = Some(character);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_are_told_from_signs() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<&str> = stretches(text).into_iter().map(|stretch| &text[stretch]).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("abc 123 #*", &[]);
        check("a😀b🎬🎥 ☕", &["😀", "🎬🎥", "☕"]);
        check("1\u{fe0f}\u{20e3}2", &["1\u{fe0f}\u{20e3}"]);
        check("☀ ☀\u{fe0f} 😀\u{fe0e}", &["☀\u{fe0f}"]);
        check("👩🏽‍🚀 🏳️‍🌈 🇺🇦", &["👩🏽‍🚀", "🏳️‍🌈", "🇺🇦"]);
        check("🙋‍♂️x", &["🙋‍♂️"]);
    }
}
