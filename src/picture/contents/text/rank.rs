//! In which order the system's families are asked for a character that the others lack.

use parley::fontique::FamilyId;

/// Those that look like the built-in one first, and the plain before the narrow, the mono-spaced and the decorated.
fn rank(name: &str) -> u8 {
    let has = |part: &str| name.contains(part);
    if has("Emoji") || has("LastResort") || has("Mono") || has("Looped") {
        return 9;
    }
    let plainness = u8::from(has("Display") || has("UI") || has("Condensed"));
    let kind = match name {
        // The fonts for Chinese, Japanese and Korean have much of everything: each script's own font goes first.
        _ if has("CJK") || has("Nastaliq") => 4,
        _ if name.starts_with("Noto Sans") => 0,
        _ if has("Sans") => 2,
        _ => 6,
    };
    kind + plainness
}

pub(super) fn ranked(mut names: Vec<(FamilyId, String)>) -> Vec<FamilyId> {
    names.sort_by(|(_, one), (_, two)| (rank(one), one).cmp(&(rank(two), two)));
    names.into_iter().map(|(id, _)| id).collect()
}

/// The family for emoji, one with colours if there are several.
pub(super) fn emoji(names: &[(FamilyId, String)]) -> Option<FamilyId> {
    let emoji = names.iter().filter(|(_, name)| name.contains("Emoji"));
    emoji.min_by_key(|(_, name)| (!name.contains("Color"), name.as_str())).map(|(id, _)| *id)
}

/// Of the fonts for Chinese, Japanese and Korean, which share characters that each writes differently, the one that the
/// rest of the text speaks for.
pub(super) fn east_asian(text: &str) -> &'static str {
    let any = |first: char, last: char| text.chars().any(|character| (first..=last).contains(&character));
    if any('\u{3040}', '\u{30ff}') {
        "Noto Sans CJK JP"
    } else if any('\u{ac00}', '\u{d7af}') || any('\u{1100}', '\u{11ff}') {
        "Noto Sans CJK KR"
    } else {
        "Noto Sans CJK SC"
    }
}

pub(super) fn is_east_asian(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}
