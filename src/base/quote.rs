//! Foreign words in our own messages. They go into logs and onto small screens, so only a part of them is repeated, in one line.

/// A sentence of serde with a list of known fields in it still fits.
const LONGEST: usize = 400;

/// `text` without control characters; of a long one, its beginning.
pub fn quoted(text: &str) -> String {
    let mut plain = text[..text.floor_char_boundary(LONGEST)].replace(char::is_control, "\u{fffd}");
    if plain.len() >= LONGEST {
        plain.truncate(plain.floor_char_boundary(LONGEST));
        plain.push('…');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_cut_and_what_would_steer_a_terminal_is_gone() {
        assert_eq!(quoted("unknown field `colour`"), "unknown field `colour`");
        assert_eq!(quoted("a\u{1b}[2J\nb"), "a\u{fffd}[2J\u{fffd}b");
        let cut = quoted(&"ä\u{0}".repeat(1_000));
        assert!(cut.ends_with('…') && cut.len() < 410, "{}", cut.len());
    }
}
