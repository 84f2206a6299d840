//! Fuzz target: manifests and signatures, as anyone may send them.

use std::path::{Component, Path};

use minisign_verify::PublicKey;

use super::address::Address;
use super::error::UpdateError;
use super::manifest::{Manifest, believed};
use super::unpack::inside;
use super::version::Version;

/// Nobody has the secret half of it any more.
const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

/// A signature, a zero byte, and a manifest.
pub fn update_texts(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (signature, manifest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let keys = [PublicKey::from_base64(KEY).expect("a good key")];
    let believed = believed(manifest, signature, &keys);
    assert!(matches!(believed, Err(UpdateError::InvalidSignature | UpdateError::WrongSignature)), "nobody can sign this");
    if let Ok(manifest) = Manifest::parse(manifest) {
        assert!((1..=1 << 30).contains(&manifest.size));
        assert!(manifest.url.as_str().starts_with("https://") || manifest.url.is_local());
        assert!(manifest.version.to_string().parse::<Version>() == Ok(manifest.version));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(version) = text.parse::<Version>() {
        assert_eq!(version.to_string(), text, "a version is also the name of a directory");
    }
    if let Some(address) = Address::parse(text) {
        assert!(address.is_local() || text.to_ascii_lowercase().starts_with("https://"));
    }
    if let Ok(path) = inside(Path::new(text)) {
        assert!(path.components().all(|component| matches!(component, Component::Normal(_))));
    }
}
