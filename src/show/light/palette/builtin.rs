//! The palettes that are always there.

use std::sync::LazyLock;

use super::{Interpolation, Palette, PaletteStop};
use crate::show::ids::PaletteId;
use crate::show::light::color::LightColor;

/// Those of ours; nobody can change them.
pub fn builtin() -> &'static [Palette] {
    &BUILTIN
}

#[cfg(test)]
pub(super) const COUNT: usize = SOURCES.len();

static BUILTIN: LazyLock<Vec<Palette>> = LazyLock::new(|| SOURCES.iter().filter_map(Source::palette).collect());

struct Source {
    id: &'static str,
    name: &'static str,
    lie: Lie,
    colors: &'static [u32],
}

/// How the colours of a palette lie in it.
#[derive(Clone, Copy, PartialEq)]
enum Lie {
    /// Evenly in a ring.
    Ring,
    /// Evenly from end to end.
    Row,
    /// In stripes of one width with hard edges.
    Stripes,
}

impl Source {
    fn palette(&self) -> Option<Palette> {
        let &Self { id, name, lie, colors } = self;
        let gaps = if lie == Lie::Row { colors.len().saturating_sub(1) } else { colors.len() };
        let place = |step: usize| step as f64 / gaps.max(1) as f64;
        let stop = |at: f64, color: u32| {
            let [_, red, green, blue] = color.to_be_bytes();
            PaletteStop { at, color: LightColor::Rgb { rgb: [red, green, blue] } }
        };
        let in_place = |(step, color): (usize, &u32)| match lie {
            Lie::Ring | Lie::Row => vec![stop(place(step), *color)],
            Lie::Stripes => vec![stop(place(step), *color), stop(place(step + 1), *color)],
        };
        Some(Palette {
            id: PaletteId::new(id).ok()?,
            name: name.to_owned(),
            stops: colors.iter().enumerate().flat_map(in_place).collect(),
            interpolation: Interpolation::Oklab,
            wrap: lie == Lie::Ring,
        })
    }
}

const fn ring(id: &'static str, name: &'static str, colors: &'static [u32]) -> Source {
    Source { id, name, lie: Lie::Ring, colors }
}

const fn row(id: &'static str, name: &'static str, colors: &'static [u32]) -> Source {
    Source { id, name, lie: Lie::Row, colors }
}

const fn stripes(id: &'static str, name: &'static str, colors: &'static [u32]) -> Source {
    Source { id, name, lie: Lie::Stripes, colors }
}

const SOURCES: &[Source] = &[
    ring("RAINBOW", "Rainbow", &[0xff0000, 0xff8000, 0xffe600, 0x30e000, 0x00c8b0, 0x0060ff, 0x7000ff, 0xf000a0]),
    stripes("RAINBOW_STRIPES", "Rainbow in stripes", &[0xf00010, 0xff7a00, 0xffdc00, 0x18c030, 0x0850e8, 0x7a10c0]),
    row("FIRE", "Fire", &[0x000000, 0x4a0400, 0xb81400, 0xff4a00, 0xff9a08, 0xffe27a, 0xfff8e0]),
    row("LAVA", "Lava", &[0x0a0000, 0x380000, 0x8c0a00, 0xe83200, 0xff8c14, 0xd42000, 0x500000]),
    row("EMBERS", "Embers", &[0x080202, 0x3a0a04, 0x84200a, 0xd04a12, 0x962008]),
    ring("OCEAN", "Ocean", &[0x001a40, 0x00406e, 0x0078a0, 0x28b4c0, 0x9ce8e0, 0x1890b0, 0x003860]),
    ring("DEEP_SEA", "Deep sea", &[0x000412, 0x001838, 0x003a5a, 0x00685e, 0x00305a]),
    ring("LAGOON", "Lagoon", &[0x00a8a0, 0x40e0c0, 0xd8fff0, 0x58c8f0, 0x0088c8]),
    ring("FOREST", "Forest", &[0x0c2e12, 0x1e5a22, 0x4a8a28, 0x94b83c, 0x2c6a30, 0x143e1e]),
    ring("JUNGLE", "Jungle", &[0x003418, 0x00803a, 0x58c814, 0xc8e800, 0x10a050]),
    row("SUNSET", "Sunset", &[0x180a3c, 0x50186e, 0xb0286c, 0xf0544a, 0xff9438, 0xffd070]),
    row("SUNRISE", "Sunrise", &[0x04081e, 0x2a1a48, 0x7c2c50, 0xd8583c, 0xffa848, 0xfff0c0]),
    row("DUSK", "Dusk", &[0x101838, 0x2c3468, 0x6a5090, 0xc080a0, 0xf0b8a0]),
    ring("PARTY", "Party", &[0x6a00d8, 0xd8009c, 0xff1840, 0xff8200, 0xffd400, 0xff3c78, 0x9c10ff]),
    ring("DISCO", "Disco", &[0xff0060, 0x00e0ff, 0xffe000, 0x8000ff, 0x00ff60]),
    ring("PASTEL", "Pastel", &[0xffc8d0, 0xffe4c0, 0xfaf8c4, 0xcaf0cc, 0xc4e2fa, 0xd8ccf6]),
    ring("CANDY", "Candy", &[0xff5a9c, 0xffb0d0, 0xfff4f8, 0x9ce0ff, 0x50b4ff, 0xd890ff]),
    stripes("CANDY_CANE", "Candy cane", &[0xe80018, 0xfff4ee]),
    ring("BUBBLEGUM", "Bubblegum", &[0xff78c0, 0xffa8dc, 0xc890ff, 0x80c8ff]),
    row("ICE", "Ice", &[0x06143c, 0x1450a0, 0x4ca4e0, 0xa8e0f8, 0xf4fcff]),
    ring("AURORA", "Aurora", &[0x02142a, 0x00604e, 0x18d878, 0x6cf0a0, 0x2890a8, 0x6a30a0, 0x1c1450]),
    ring("NEON", "Neon", &[0xff00c8, 0x7a00ff, 0x00d0ff, 0x00ff9c, 0xf0ff00]),
    ring("SYNTHWAVE", "Synthwave", &[0x1a0640, 0x5a10a0, 0xf01898, 0xff7058, 0x30d0f0, 0x3028a8]),
    ring("AUTUMN", "Autumn", &[0x5a1408, 0xa83808, 0xe07810, 0xf0b428, 0x90801c, 0x6a3410]),
    ring("SPRING", "Spring", &[0xf8a8c8, 0xfce4ec, 0xc0e890, 0x68c858, 0xf8f090]),
    ring("BLOSSOM", "Blossom", &[0xffe8f0, 0xf8b0cc, 0xe06c9c, 0xfcd0e0]),
    ring("MEADOW", "Meadow", &[0x2c7818, 0x78b828, 0xf0e050, 0xf4f4f0, 0x7858c8, 0x48982c]),
    ring("CITRUS", "Citrus", &[0xff6a00, 0xffb000, 0xfff030, 0xb0f020, 0x50c814]),
    ring("BERRY", "Berry", &[0x300828, 0x780c4c, 0xc81858, 0x8020a0, 0x401070]),
    ring("PEACOCK", "Peacock", &[0x042858, 0x0068a8, 0x00a898, 0x58c848, 0xd0a020]),
    row("DESERT", "Desert", &[0x402018, 0x905030, 0xd09858, 0xf0d8a0, 0x90b8d0]),
    row("CANDLELIGHT", "Candlelight", &[0x401000, 0xa84808, 0xff8c20, 0xffc060]),
    ring("WHITES", "Whites", &[0xffa757, 0xffcea6, 0xffffff, 0xcadaff, 0xffffff, 0xffcea6]),
    ring("CHRISTMAS", "Christmas", &[0xd00010, 0xff4020, 0xf8d880, 0x108828, 0x004c18]),
    ring("HALLOWEEN", "Halloween", &[0xff6000, 0x401000, 0x500088, 0x18002c, 0x48c800]),
    stripes("POLICE", "Police", &[0xff0000, 0x0000ff]),
    row("SPECTRUM_COOL", "Cool spectrum", &[0x1c0840, 0x2c3a7c, 0x1a6c8c, 0x18a082, 0x78cc50, 0xf4ec40]),
    row("SPECTRUM_WARM", "Warm spectrum", &[0x0c0820, 0x4c1464, 0x9c2468, 0xe04a4c, 0xfc9448, 0xfcecb0]),
    row("HEAT_MAP", "Heat map", &[0x0000a0, 0x00a0e0, 0x40d040, 0xf8e020, 0xf01000]),
    row("GREYS", "Greys", &[0x000000, 0xffffff]),
];
