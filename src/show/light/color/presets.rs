//! Colours that have a name.

use schemars::JsonSchema;
use serde::Serialize;

/// A colour that is called by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Preset {
    pub id: &'static str,
    pub name: &'static str,
    pub category: Category,
    pub rgb: [u8; 3],
}

/// Where to look for a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Corners of the cube: what a strip shows brightest.
    Basic,
    Warm,
    Green,
    Cool,
    Purple,
    Pastel,
    Deep,
    /// White light by its temperature, from a candle to a clear sky.
    White,
}

/// All of them; no two are the same colour.
pub fn presets() -> &'static [Preset; 66] {
    &PRESETS
}

/// The one that is meant, in upper or lower case.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id.eq_ignore_ascii_case(id))
}

const fn preset_of(category: Category, id: &'static str, name: &'static str, rgb: [u8; 3]) -> Preset {
    Preset { id, name, category, rgb }
}

const fn basic(id: &'static str, name: &'static str, rgb: [u8; 3]) -> Preset {
    preset_of(Category::Basic, id, name, rgb)
}

const fn warm(id: &'static str, name: &'static str, rgb: [u8; 3]) -> Preset {
    preset_of(Category::Warm, id, name, rgb)
}

const fn green(id: &'static str, name: &'static str, rgb: [u8; 3]) -> Preset {
    preset_of(Category::Green, id, name, rgb)
}

const fn cool(id: &'static str, name: &'static str, rgb: [u8; 3]) -> Preset {
    preset_of(Category::Cool, id, name, rgb)
}

const fn purple(id: &'static str, name: &'static str, rgb: [u8; 3]) -> Preset {
    preset_of(Category::Purple, id, name, rgb)
}

const fn pastel(id: &'static str, name: &'static str, rgb: [u8; 3]) -> Preset {
    preset_of(Category::Pastel, id, name, rgb)
}

const fn deep(id: &'static str, name: &'static str, rgb: [u8; 3]) -> Preset {
    preset_of(Category::Deep, id, name, rgb)
}

const fn white(id: &'static str, name: &'static str, rgb: [u8; 3]) -> Preset {
    preset_of(Category::White, id, name, rgb)
}

static PRESETS: [Preset; 66] = [
    basic("RED", "Red", [255, 0, 0]),
    basic("YELLOW", "Yellow", [255, 255, 0]),
    basic("GREEN", "Green", [0, 255, 0]),
    basic("CYAN", "Cyan", [0, 255, 255]),
    basic("BLUE", "Blue", [0, 0, 255]),
    basic("MAGENTA", "Magenta", [255, 0, 255]),
    basic("WHITE", "White", [255, 255, 255]),
    basic("GREY", "Grey", [128, 128, 128]),
    basic("BLACK", "Black", [0, 0, 0]),
    warm("CRIMSON", "Crimson", [220, 20, 60]),
    warm("SCARLET", "Scarlet", [255, 36, 0]),
    warm("VERMILION", "Vermilion", [255, 66, 10]),
    warm("CORAL", "Coral", [255, 110, 80]),
    warm("SALMON", "Salmon", [250, 128, 114]),
    warm("ORANGE", "Orange", [255, 120, 0]),
    warm("TANGERINE", "Tangerine", [255, 150, 40]),
    warm("AMBER", "Amber", [255, 160, 0]),
    warm("GOLD", "Gold", [255, 200, 0]),
    warm("SUNFLOWER", "Sunflower", [255, 218, 40]),
    warm("HONEY", "Honey", [235, 150, 5]),
    warm("COPPER", "Copper", [184, 100, 45]),
    green("CHARTREUSE", "Chartreuse", [200, 255, 0]),
    green("LIME", "Lime", [150, 255, 0]),
    green("SPRING_GREEN", "Spring green", [0, 255, 128]),
    green("EMERALD", "Emerald", [0, 200, 90]),
    green("MINT", "Mint", [90, 255, 180]),
    green("JADE", "Jade", [0, 168, 107]),
    green("OLIVE", "Olive", [128, 128, 0]),
    cool("TURQUOISE", "Turquoise", [40, 224, 208]),
    cool("AQUAMARINE", "Aquamarine", [120, 255, 220]),
    cool("TEAL", "Teal", [0, 128, 128]),
    cool("SKY_BLUE", "Sky blue", [80, 190, 255]),
    cool("AZURE", "Azure", [0, 128, 255]),
    cool("CORNFLOWER", "Cornflower", [100, 149, 237]),
    cool("COBALT", "Cobalt", [0, 71, 190]),
    cool("ULTRAMARINE", "Ultramarine", [60, 20, 255]),
    cool("STEEL", "Steel", [90, 130, 160]),
    purple("INDIGO", "Indigo", [75, 0, 160]),
    purple("VIOLET", "Violet", [128, 0, 255]),
    purple("PURPLE", "Purple", [160, 0, 200]),
    purple("ORCHID", "Orchid", [218, 112, 214]),
    purple("FUCHSIA", "Fuchsia", [255, 0, 170]),
    purple("HOT_PINK", "Hot pink", [255, 60, 160]),
    purple("PINK", "Pink", [255, 130, 180]),
    purple("ROSE", "Rose", [255, 0, 96]),
    pastel("PEACH", "Peach", [255, 205, 170]),
    pastel("APRICOT", "Apricot", [255, 190, 130]),
    pastel("CREAM", "Cream", [255, 250, 205]),
    pastel("PISTACHIO", "Pistachio", [190, 235, 160]),
    pastel("POWDER_BLUE", "Powder blue", [176, 224, 235]),
    pastel("LAVENDER", "Lavender", [200, 180, 255]),
    pastel("BLUSH", "Blush", [255, 205, 220]),
    deep("MAROON", "Maroon", [110, 0, 20]),
    deep("RUST", "Rust", [150, 50, 10]),
    deep("FOREST_GREEN", "Forest green", [20, 100, 30]),
    deep("NAVY", "Navy", [0, 0, 100]),
    deep("MIDNIGHT", "Midnight", [20, 20, 60]),
    deep("PLUM", "Plum", [90, 20, 80]),
    white("CANDLELIGHT", "Candlelight, 1900 K", [255, 132, 0]),
    white("SODIUM", "Sodium lamp, 2200 K", [255, 146, 39]),
    white("WARM_WHITE", "Warm white, 2700 K", [255, 167, 87]),
    white("HALOGEN", "Halogen, 3200 K", [255, 184, 123]),
    white("NEUTRAL_WHITE", "Neutral white, 4000 K", [255, 206, 166]),
    white("DAYLIGHT", "Daylight, 5500 K", [255, 237, 222]),
    white("COOL_WHITE", "Cool white, 7500 K", [230, 235, 255]),
    white("CLEAR_SKY", "Clear sky, 10000 K", [202, 218, 255]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::kelvin;
    use super::*;

    #[test]
    fn no_two_presets_share_an_id_a_name_or_a_colour() {
        let all = presets();
        assert!(all.len() >= 40);
        assert_eq!(all.iter().map(|preset| preset.id).collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|preset| preset.name).collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|preset| preset.rgb).collect::<BTreeSet<_>>().len(), all.len());
        for id in all.iter().map(|preset| preset.id) {
            assert!(id.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{id}");
        }
    }

    #[test]
    fn presets_are_found_in_any_case() {
        assert_eq!(preset("warm_white"), preset("WARM_WHITE"));
        assert_eq!(preset("Red").unwrap().rgb, [255, 0, 0]);
        assert_eq!(preset("RED "), None);
    }

    #[test]
    fn white_light_is_as_warm_as_its_name_says() {
        let whites: Vec<_> = presets().iter().filter(|preset| preset.category == Category::White).collect();
        assert_eq!(whites.len(), 8);
        for preset in whites {
            let digits: String = preset.name.chars().filter(char::is_ascii_digit).collect();
            assert_eq!(preset.rgb, kelvin(digits.parse().unwrap()), "{}", preset.id);
        }
    }
}
