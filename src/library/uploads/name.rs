//! What a client calls its file, made fit to be shown. It is for people only: it never becomes a path, a command or a type.

use icu_normalizer::ComposingNormalizerBorrowed;

/// Longest name, in characters.
const MAX_NAME: usize = 128;
/// No file's name is longer; of what is, only the end is looked at, where the name would be.
const LONGEST_GIVEN: usize = 64 * 1024;
/// For a file that has no name that could be shown.
const NAMELESS: &str = "upload";
/// Names that mean a device to Windows, with whatever extension. Somebody will download the file there.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The last part of whatever path was sent, in one line and composed (NFC). A device's name gets an underscore in front; an empty
/// one, and one of dots alone, become `upload`.
pub fn presentable(given: &str) -> String {
    let given = &given[given.ceil_char_boundary(given.len().saturating_sub(LONGEST_GIVEN))..];
    let last = given.rsplit(['/', '\\']).next().unwrap_or("");
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(last);
    let shown: String = composed.chars().filter(|character| !is_hidden(*character)).collect();
    let cut: String = shown.trim().chars().take(MAX_NAME).collect();
    // What was cut off may leave a space at the end, and a mark that is taken away two letters that belong together.
    let name = ComposingNormalizerBorrowed::new_nfc().normalize(cut.trim());
    match &*name {
        nameless if nameless.chars().all(|character| character == '.' || character.is_whitespace()) => NAMELESS.to_owned(),
        device if is_device(device) => {
            let marked: String = format!("_{device}").chars().take(MAX_NAME).collect();
            marked.trim_end().to_owned()
        }
        name => name.to_owned(),
    }
}

/// What steers a terminal, turns the reading direction (a `gpj.exe` that looks like `exe.jpg`), or is not seen at all.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split(['.', ':']).next().unwrap_or("").trim_end().to_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let is_port = port
        .is_some_and(|number| matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"));
    is_port || DEVICES.contains(&stem.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, shown: &str) {
        assert_eq!(presentable(given), shown, "{given:?}");
    }

    #[test]
    fn of_a_path_only_the_last_part_is_shown() {
        check("song.mp3", "song.mp3");
        check("../../x", "x");
        check("C:\\music\\../a song.mp3", "a song.mp3");
        check("/etc/passwd", "passwd");
        for nothing in ["", ".", "..", "../..", "a/", "\\", "\0", "  ", "\u{200b}", "./\u{202e}.", "...", ". . .."] {
            check(nothing, "upload");
        }
        check(".hidden", ".hidden");
        check("...and more", "...and more");
    }

    #[test]
    fn what_is_not_seen_or_turns_the_text_is_taken_away() {
        check("a\0b\u{1b}[2J\r\n.mp3", "ab[2J.mp3");
        check("photo\u{202e}gpj.exe", "photogpj.exe");
        check("\u{2067}a\u{2069}\u{200f}b\u{feff}c\u{200b}d", "abcd");
        check("  padded \u{200d} ", "padded");
    }

    #[test]
    fn letters_are_composed_and_stay_whatever_script_they_are() {
        check("u\u{308}ber.mp3", "über.mp3");
        check("u\u{200b}\u{308}ber.mp3", "über.mp3");
        check("песня 歌 🎵.mp3", "песня 歌 🎵.mp3");
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(presentable(&"ä".repeat(4096)).chars().count(), 128);
        assert_eq!(presentable(&"x/".repeat(2_000_000)), "upload");
        assert!(presentable(&"🎵".repeat(500_000)).chars().all(|character| character == '🎵'));
    }

    #[test]
    fn a_device_of_windows_gets_an_underscore() {
        for device in ["CON", "nul.mp3", "COM1", "lpt9.txt", "Aux", "com¹.wav", "PRN .x", "conin$", "con.tar.gz", "nul:x"] {
            check(device, &format!("_{device}"));
        }
        let (long, shown) = (format!("con.{} b", "a".repeat(122)), format!("_con.{}", "a".repeat(122)));
        check(&long, &shown);
        for harmless in ["console.log", "com.mp3", "COM10", "null", "_con", "lptx"] {
            check(harmless, harmless);
        }
    }

    #[test]
    fn a_name_that_is_fit_stays_as_it_is() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..2_000 {
            let given: String = (0..random.usize(0..200)).map(|_| random.char(..)).collect();
            let once = presentable(&given);
            assert_eq!(presentable(&once), once, "{given:?}");
            assert!(!once.is_empty() && once.chars().count() <= MAX_NAME && !once.contains(['/', '\\']));
        }
    }
}
