//! Fuzz targets: what yt-dlp says, and what goes through its proxy.

use super::address::{Address, LONGEST};
use super::line::{Line, complained, printed};
use super::progress::Progress;
pub use super::proxy::fuzz::proxy_heads;

/// Of what people and logs are told.
const LONGEST_TOLD: usize = 2_048;

/// The first byte chooses the pipe; lines follow.
pub fn download_lines(bytes: &[u8]) {
    let Some((pipe, rest)) = bytes.split_first() else { return };
    let understand = if *pipe < 128 { printed } else { complained };
    let mut progress = Progress::looking();
    for line in rest.split(|byte| *byte == b'\n') {
        let line = understand(line);
        progress.hear(&line);
        check_line(&line);
        check_progress(&progress);
    }
}

pub fn download_address(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(address) = Address::parse(text) {
        let shown = address.as_str();
        assert!(shown.starts_with("http://") || shown.starts_with("https://"), "{shown}");
        assert!(shown.len() <= LONGEST && shown.is_ascii() && !shown.contains(char::is_control));
        assert_eq!(Address::parse(shown).as_ref(), Ok(&address), "it is read as it is written");
        assert!(!address.host().to_string().is_empty());
    }
}

fn check_line(line: &Line) {
    match line {
        Line::Done(done) => {
            done.title.iter().for_each(|title| check_told(title));
            assert!(done.ext.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert!(done.duration.is_none_or(|seconds| seconds.is_finite() && seconds >= 0.0));
        }
        Line::Info(info) => info.title.iter().for_each(|title| check_told(title)),
        Line::Found(found) => {
            assert!(!found.id.is_empty());
            check_told(&found.title);
        }
        Line::Error(error) => check_told(error),
        Line::Progress(_) | Line::Step(_) | Line::Other => {}
    }
}

fn check_told(text: &str) {
    assert!(text.len() <= LONGEST_TOLD && !text.contains(char::is_control), "{text:?}");
}

fn check_progress(progress: &Progress) {
    assert!(progress.percent.is_none_or(|percent| (0.0..=100.0).contains(&percent)), "{progress:?}");
    assert!(progress.speed.is_none_or(|speed| speed.is_finite() && speed >= 0.0), "{progress:?}");
    check_told(&progress.current_step);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &[&str] = &[
        "\0DL {\"status\": \"downloading\", \"downloaded_bytes\": 1024, \"total_bytes\": 1086118, \"speed\": 1.5, \"eta\": 3}",
        "\0DL {\"downloaded_bytes\": 1e9, \"total_bytes_estimate\": 3.5, \"fragment_index\": 1, \"fragment_count\": 7}",
        "\0INFO {\"id\": \"clip\", \"title\": \"A \\u0007\", \"ext\": \"mp4\", \"is_live\": false, \"playlist_count\": 2}\nDL {}",
        "\0DONE {\"id\": \"clip\", \"title\": \"clip\", \"filepath\": \"/tmp/clip.mp4\", \"ext\": \"mp4\", \"duration\": 20.0}",
        "\0FOUND {\"id\": \"abc\", \"title\": \"x\", \"duration\": 6, \"thumbnails\": [{\"url\": \"https://x/y\"}], \"view_count\": 1}",
    ];
    const COMPLAINTS: &[&str] = &[
        "\u{ff}ERROR: [generic] x: Unable to download webpage: HTTP Error 404: Not Found (caused by <HTTPError 404: Not Found>)",
        "\u{ff}PP {\"status\": \"started\", \"postprocessor\": \"Merger\"}",
    ];
    const HEADS: &[&str] = &[
        "CONNECT example.com:443 HTTP/1.1\r\nProxy-Authorization: Basic abc=\r\nHost: example.com:443\r\n\r\n\u{16}\u{3}",
        "GET http://example.com:8080/a?b=c HTTP/1.1\r\nHost: example.com\r\nRange: bytes=5-\r\nProxy-Connection: close\r\n\r\n",
        "POST http://[::1]/a HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabc",
        "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\nhello",
    ];
    const ADDRESSES: &[&str] =
        &["https://user@example.com:8443/a/../b?c=d#e", "http://[::ffff:127.0.0.1]/%00", "--exec=reboot"];

    /// Thousands of damaged copies of good inputs, the same ones each time.
    fn mutated(seeds: &[&str], target: fn(&[u8])) {
        let mut random = fastrand::Rng::with_seed(7);
        for seed in seeds {
            target(seed.as_bytes());
            for _ in 0..1_000 {
                let mut bytes = seed.as_bytes().to_vec();
                for _ in 0..random.usize(1..6) {
                    damage(&mut bytes, &mut random);
                }
                target(&bytes);
            }
        }
    }

    fn damage(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
        let at = random.usize(0..=bytes.len());
        match random.u8(0..5) {
            0 if at < bytes.len() => bytes[at] = random.u8(..),
            1 if at < bytes.len() => bytes[at] ^= 1 << random.u8(0..8),
            2 => bytes.truncate(at.max(1)),
            3 => {
                let piece = bytes[at..bytes.len().min(at + 40)].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let words = ["\r\n", "\n", "\0", "\"", "1e308", "-1", "null", "{", "\r\n\r\n", ":", "@", "#", "\u{1b}[2J"];
                let word = words[random.usize(0..words.len())].bytes();
                bytes.splice(at..at, word);
            }
        }
    }

    #[test]
    fn damaged_lines_are_understood_or_left_aside() {
        mutated(LINES, download_lines);
        mutated(COMPLAINTS, download_lines);
    }

    #[test]
    fn damaged_heads_are_told_on_as_one_or_refused() {
        mutated(HEADS, proxy_heads);
    }

    #[test]
    fn damaged_addresses_are_addresses_or_refused() {
        mutated(ADDRESSES, download_address);
    }
}
