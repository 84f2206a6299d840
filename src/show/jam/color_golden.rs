//! The table of colours as it is written down for those who make a client of their own. Whoever changes a colour gives the table
//! another version, and writes it anew: `node tests/peers/jam_colors.mjs`, which the page's own code does.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

use super::color::{COLOR_TABLE_VERSION, note_color};
use super::music::{ColorMode, Root, Scale};

#[derive(Deserialize)]
struct Written {
    version: u8,
    /// By mode, key and scale: the notes 0 to 127, six digits each.
    modes: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
}

fn name(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn colors(mode: ColorMode, root: Root, scale: Scale) -> String {
    let parts = (0..128).flat_map(|note| note_color(note, mode, root, scale));
    parts.fold(String::new(), |mut text, part| {
        write!(text, "{part:02x}").unwrap();
        text
    })
}

#[test]
fn the_colours_are_those_that_are_written_down() {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/jam-colors.json")).unwrap();
    let written: Written = serde_json::from_slice(&file).unwrap();
    assert_eq!((written.version, written.modes.len()), (COLOR_TABLE_VERSION, ColorMode::ALL.len()));
    for mode in ColorMode::ALL {
        let keys = &written.modes[&name(mode)];
        assert_eq!(keys.len(), 12);
        for root in Root::all() {
            for scale in [Scale::Major, Scale::MinorPentatonic] {
                assert_eq!(keys[root.name()][&name(scale)], colors(mode, root, scale), "{mode:?} {root:?} {scale:?}");
            }
        }
    }
}
