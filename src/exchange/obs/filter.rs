//! Filters of a source: they count for every item that shows it.

use super::data::Data;
use super::files::find;
use super::report::About;
use super::scene::Conversion;
use super::source::missing;
use crate::show::asset::AssetKind;
use crate::show::color::Color;
use crate::show::look::{Channel, Filter, Mask};
use crate::show::text::{Crawl, CrawlDirection};

/// Of a layer.
const MOST: usize = 8;
/// Of a source, that are looked at: each counts for every item that shows it.
const MOST_READ: usize = 64;

/// What a source's filters come to.
pub struct Filtered {
    pub filters: Vec<Filter>,
    pub mask: Option<Mask>,
    /// Left, top, right, bottom.
    pub crop: [f64; 4],
    pub opacity: f64,
    pub crawl: Option<Crawl>,
}

pub fn convert(source: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) -> Filtered {
    let mut made = Filtered { filters: Vec::new(), mask: None, crop: [0.0; 4], opacity: 1.0, crawl: None };
    for filter in source.list("filters").take(MOST_READ) {
        let about = About { kind: filter.text("id"), ..about };
        if !filter.flag_or("enabled", true) {
            conversion.report.skipped(about, "filter_off", "this filter is switched off");
            continue;
        }
        apply(&mut made, filter, source.kind(), about, conversion);
    }
    if made.filters.len() > MOST {
        conversion.report.skipped(about, "too_many_filters", "a layer has at most 8 filters: the last ones are left out");
        made.filters.truncate(MOST);
    }
    made
}

fn apply(made: &mut Filtered, filter: Data<'_>, source: &str, about: About<'_>, conversion: &mut Conversion<'_>) {
    let settings = filter.child("settings");
    match filter.kind() {
        "color_filter" => correction(made, filter, about, conversion),
        "chroma_key_filter" => made.filters.push(chroma_key(settings)),
        "color_key_filter" => {
            made.filters.push(color_key(settings));
            conversion.report.approximated(
                about,
                "color_key",
                "a chroma key does its work, which looks at hue more than at brightness",
            );
        }
        "luma_key_filter" => made.filters.push(luma_key(settings)),
        "crop_filter" => crop(made, settings, about, conversion),
        "clut_filter" => table(made, filter, about, conversion),
        "mask_filter" => mask(made, settings, about, conversion),
        "scroll_filter" if source.starts_with("text_") => scroll(made, settings),
        // Counted with the input's own volume.
        "gain_filter" => {}
        _ => conversion.report.skipped(about, "unknown_filter", "this kind of filter is not there"),
    }
}

/// Of a sound: what its gain filters add.
pub fn gain_db(source: Data<'_>) -> f64 {
    let gains = source.list("filters").filter(|filter| filter.kind() == "gain_filter" && filter.flag_or("enabled", true));
    gains.map(|filter| filter.child("settings").number_or("db", 0.0)).sum()
}

/// Both versions: the older has its contrast as a sum, and its opacity in per cent.
fn correction(made: &mut Filtered, filter: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) {
    let settings = filter.child("settings");
    let is_newer = filter.text("versioned_id").ends_with("_v2") || filter.text("id").ends_with("_v2");
    let contrast = settings.number_or("contrast", 0.0);
    let contrast = if is_newer && contrast < 0.0 { 1.0 / (1.0 - contrast) } else { contrast + 1.0 };
    let saturation = settings.number_or("saturation", 0.0) + 1.0;
    let brightness = settings.number_or("brightness", 0.0);
    if contrast > 4.0 || saturation > 4.0 {
        conversion.report.approximated(about, "out_of_range", "contrast and saturation go up to 4");
    }
    let all = [
        (brightness != 0.0).then(|| Filter::Brightness { amount: brightness.clamp(-1.0, 1.0) }),
        (contrast != 1.0).then(|| Filter::Contrast { amount: contrast.clamp(0.0, 4.0) }),
        (saturation != 1.0).then(|| Filter::Saturation { amount: saturation.clamp(0.0, 4.0) }),
        Some(settings.number_or("hue_shift", 0.0))
            .filter(|hue| *hue != 0.0)
            .map(|hue| Filter::Hue { amount: hue.clamp(-360.0, 360.0) }),
    ];
    made.filters.extend(all.into_iter().flatten());
    let opacity = if is_newer { settings.number_or("opacity", 1.0) } else { settings.number_or("opacity", 100.0) / 100.0 };
    made.opacity *= opacity.clamp(0.0, 1.0);
    let tints = [("color_multiply", 0x00ff_ffff), ("color_add", 0), ("color", 0x00ff_ffff)];
    let is_tinted = |(name, plain): &(&str, u32)| {
        let Color { red, green, blue, .. } = settings.color(name, *plain);
        u32::from_le_bytes([red, green, blue, 0]) != plain & 0x00ff_ffff
    };
    if settings.number_or("gamma", 0.0) != 0.0 || tints.iter().any(is_tinted) {
        conversion.report.approximated(
            about,
            "color_correction",
            "gamma and tints are left out; a colour table (.cube) can do both",
        );
    }
}

/// OBS counts to 1000.
fn part(settings: Data<'_>, name: &str, default: f64) -> f64 {
    (settings.number_or(name, default) / 1_000.0).clamp(0.0, 1.0)
}

fn key_color(settings: Data<'_>) -> Color {
    let plain = match settings.text("key_color_type") {
        "blue" => Color::opaque(0, 0, 255),
        "magenta" => Color::opaque(255, 0, 255),
        "red" => Color::opaque(255, 0, 0),
        "custom" => settings.color("key_color", 0x0000_ff00),
        _ => Color::opaque(0, 255, 0),
    };
    Color { alpha: 255, ..plain }
}

fn chroma_key(settings: Data<'_>) -> Filter {
    Filter::ChromaKey {
        color: key_color(settings),
        amount: part(settings, "similarity", 400.0),
        smoothness: part(settings, "smoothness", 80.0),
        spill: part(settings, "spill", 100.0),
    }
}

fn color_key(settings: Data<'_>) -> Filter {
    let (amount, smoothness) = (part(settings, "similarity", 80.0), part(settings, "smoothness", 50.0));
    Filter::ChromaKey { color: key_color(settings), amount, smoothness, spill: 0.0 }
}

fn luma_key(settings: Data<'_>) -> Filter {
    let edge = settings.number_or("luma_min_smooth", 0.0).max(settings.number_or("luma_max_smooth", 0.0));
    Filter::LumaKey {
        amount: settings.number_or("luma_min", 0.0).clamp(0.0, 1.0),
        high: settings.number_or("luma_max", 1.0).clamp(0.0, 1.0),
        smoothness: edge.clamp(0.0, 1.0),
    }
}

fn crop(made: &mut Filtered, settings: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) {
    if !settings.flag_or("relative", true) {
        conversion.report.skipped(about, "absolute_crop", "a crop to a size of its own is not there: crop from the edges");
        return;
    }
    for (cut, name) in made.crop.iter_mut().zip(["left", "top", "right", "bottom"]) {
        let more = settings.number_or(name, 0.0);
        if more < 0.0 {
            conversion.report.approximated(
                about,
                "padding",
                "a crop of less than nothing adds an edge in OBS, and none here",
            );
        }
        *cut += more.clamp(0.0, 16_384.0);
    }
}

fn table(made: &mut Filtered, filter: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) {
    let settings = filter.child("settings");
    let path = settings.text("image_path");
    match find(conversion.known, path, |kind| kind == AssetKind::Lut) {
        Some(asset) => {
            // The older version counts to 100.
            let amount = settings.number_or("clut_amount", 1.0);
            let amount = if amount > 1.0 { amount / 100.0 } else { amount };
            made.filters.push(Filter::Lut { asset: asset.id.clone(), amount: amount.clamp(0.0, 1.0) });
        }
        None if path.to_lowercase().ends_with(".cube") => missing(path, about, conversion),
        None => conversion.report.skipped(about, "lut_picture", "colour tables are .cube files here, not pictures"),
    }
}

fn mask(made: &mut Filtered, settings: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) {
    let (channel, invert) = match settings.text("type") {
        "mask_alpha_filter.effect" => (Channel::Alpha, false),
        "" | "mask_color_filter.effect" => (Channel::Luma, false),
        _ => {
            conversion.report.skipped(
                about,
                "blend_mask",
                "masks that blend are not there, only those by alpha or brightness",
            );
            return;
        }
    };
    let path = settings.text("image_path");
    match find(conversion.known, path, |kind| kind == AssetKind::Image) {
        Some(asset) => made.mask = Some(Mask::Image { asset: asset.id.clone(), channel, invert }),
        None => missing(path, about, conversion),
    }
}

fn scroll(made: &mut Filtered, settings: Data<'_>) {
    let (across, down) = (settings.number_or("speed_x", 0.0), settings.number_or("speed_y", 0.0));
    let (direction, speed) = match (across, down) {
        (0.0, 0.0) => return,
        (0.0, down) if down > 0.0 => (CrawlDirection::Up, down),
        (0.0, down) => (CrawlDirection::Down, down),
        (across, _) if across > 0.0 => (CrawlDirection::Left, across),
        (across, _) => (CrawlDirection::Right, across),
    };
    made.crawl = Some(Crawl { direction, speed: speed.abs().clamp(1.0, 4_000.0), gap: 0.0 });
}
