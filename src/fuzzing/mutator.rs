//! Changes bytes as accidents and attackers do. Seeded, so that a failure comes again.

use fastrand::Rng;

/// Longer inputs than this only take longer.
const LONGEST: usize = 8_192;
/// Where numbers begin to mean something else.
const EDGES: [u64; 12] =
    [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 53, i64::MAX as u64, u64::MAX];
const WORDS: [&str; 12] =
    ["-1", "1e308", "18446744073709551615", "null", "{}", "[]", "\"\"", "\\u0000", "ä\u{202e}", "#", "../", "\u{7}"];

/// `kept` with one to eight changes; `other` lends pieces.
pub fn mutated(kept: &[u8], other: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut bytes = kept.to_vec();
    for _ in 0..=random.usize(..8) {
        change(&mut bytes, other, random);
    }
    bytes.truncate(LONGEST.max(kept.len()));
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut Rng) {
    let (start, end) = piece(bytes.len(), random);
    match random.u8(..8) {
        0 if start < bytes.len() => bytes[start] ^= 1 << random.u8(..8),
        1 if start < bytes.len() => bytes[start] = random.u8(..),
        2 => drop(bytes.drain(start..end)),
        3 => bytes.truncate(end),
        4 => {
            let again = bytes[start..end].repeat(random.usize(1..20));
            bytes.splice(start..start, again);
        }
        5 => {
            let (from, to) = piece(other.len(), random);
            bytes.splice(start..end, other[from..to].iter().copied());
        }
        6 => {
            let edge = EDGES[random.usize(..EDGES.len())].wrapping_add(random.u64(..3)).wrapping_sub(1).to_be_bytes();
            let width = [1, 2, 4, 8][random.usize(..4)];
            let place = start..(start + width).min(bytes.len());
            bytes.splice(place, edge[8 - width..].iter().copied());
        }
        _ => drop(bytes.splice(start..end, WORDS[random.usize(..WORDS.len())].bytes())),
    }
}

/// Short ones are likelier: they leave the rest as it was.
fn piece(length: usize, random: &mut Rng) -> (usize, usize) {
    let start = random.usize(..=length);
    let longest = if random.bool() { 8 } else { length };
    (start, (start + random.usize(..=longest)).min(length))
}
