//! `Upload-Metadata`: what a client says of its file besides the length. Kept and told again as it came; of what stands in it, little is
//! looked at, and nothing is trusted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::headers::METADATA;
use super::trouble::Trouble;
use crate::library::uploads::{MAX_METADATA, hex_of};

/// Pairs in it.
const MOST: usize = 64;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    pub name: String,
    pub playlist: Option<String>,
    pub sha256: Option<[u8; 32]>,
}

impl Metadata {
    pub fn parse(raw: &str) -> Result<Metadata, Trouble> {
        let pairs = pairs(raw)?;
        let text = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| pairs.iter().find(|(key, _)| key == name));
            found.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).filter(|text| !text.is_empty())
        };
        let sha256 = match text(["sha256", "checksum-sha256"]) {
            Some(digits) => Some(hex_of(&digits.to_lowercase()).ok_or(wrong("its sha256 is not 64 hex digits"))?),
            None => None,
        };
        let name = text(["filename", "name"]).unwrap_or_default();
        Ok(Metadata { name, playlist: text(["playlist_id", "playlist"]), sha256 })
    }
}

fn wrong(why: &'static str) -> Trouble {
    Trouble::header(&METADATA, why)
}

/// Keys with their values; a key without one has an empty one.
fn pairs(raw: &str) -> Result<Vec<(&str, Vec<u8>)>, Trouble> {
    if raw.len() > MAX_METADATA {
        return Err(wrong("it is too long"));
    }
    let mut pairs: Vec<(&str, Vec<u8>)> = Vec::new();
    for pair in raw.split(',').map(str::trim).filter(|_| !raw.trim().is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        if key.is_empty() || pairs.iter().any(|(other, _)| *other == key) {
            return Err(wrong("a key in it is empty, or comes twice"));
        }
        if pairs.len() == MOST {
            return Err(wrong("it has too many keys"));
        }
        let value = STANDARD.decode(value.trim()).map_err(|_| wrong("a value in it is not base64"))?;
        pairs.push((key, value));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_found_and_the_rest_is_let_be() {
        let raw = "filetype YXVkaW8vbXBlZw==,filename c29uZy5tcDM=, is_private,playlist_id cDE=";
        let found = Metadata::parse(raw).expect("metadata");
        assert_eq!(found, Metadata { name: "song.mp3".to_owned(), playlist: Some("p1".to_owned()), sha256: None });
        assert_eq!(Metadata::parse("").expect("nothing"), Metadata::default());
        assert_eq!(Metadata::parse("name /w==").expect("odd").name, "\u{fffd}");
        let hash = STANDARD.encode("AB".repeat(32));
        assert_eq!(Metadata::parse(&format!("sha256 {hash}")).expect("a hash").sha256, Some([0xab; 32]));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let long = format!("a {}", "A".repeat(10_000));
        let many: Vec<_> = (0..100).map(|key| format!("k{key}")).collect();
        for bad in ["a b c", "a YQ==,", ",", "a YQ==,a YQ==", "a !", "sha256 YQ==", &long, &many.join(",")] {
            assert!(Metadata::parse(bad).is_err(), "{bad}");
        }
    }
}
