//! What becomes of a drawing before it is a picture: filters, mask and corners, border, turning, shadow. Slow, so only
//! `prepare` asks for it.

pub mod colors;
mod cover;
mod shadow;
pub mod soft;
pub mod turn;

use std::sync::Arc;

use super::contents::Raster;
use super::need::{Finish, Part};
use crate::media::cube::Cube;
use crate::show::ids::AssetId;
use crate::show::look::Filter;
pub use colors::Grade;

/// A finished drawing, and where its corner lies from the anchor's pixel.
pub struct Finished {
    pub raster: Raster,
    pub offset: (i32, i32),
}

/// Files that finishing needs, decoded; None where they can not be.
pub struct Supplies {
    pub mask: Option<Arc<Raster>>,
    pub cubes: Vec<(AssetId, Arc<Cube>)>,
}

pub fn finished(mut raster: Raster, finish: &Finish<'_>, supplies: &Supplies) -> Finished {
    let (width, height) = (raster.width, raster.height);
    let corner = finish.corner.unwrap_or_else(|| {
        let along = |side: i32, part: f64| -(f64::from(side) * part).round() as i32;
        (along(width, finish.anchor.0), along(height, finish.anchor.1))
    });
    filter(&mut raster, finish.filters.iter().zip(finish.amounts), supplies);
    let outline = cover::outline(finish, (width, height));
    if let Some(cover) = cover::cover(finish, (width, height), supplies.mask.as_deref()) {
        cover::keep_covered(&mut raster, &cover);
    }
    match finish.part {
        Part::Cover => return Finished { raster, offset: corner },
        Part::Border => {
            raster = Raster::transparent(width, height);
            cover::draw_border(&mut raster, finish, outline);
            return Finished { raster, offset: corner };
        }
        Part::Whole => cover::draw_border(&mut raster, finish, outline),
        Part::Shadow => {}
    }
    let mut finished = Finished { raster, offset: corner };
    if finish.rotation != 0.0 {
        finished = turn::turned(&finished, finish.rotation);
    }
    match finish.shadow {
        Some(shadow) => shadow::with_shadow(finished, shadow, finish.part == Part::Whole),
        None => finished,
    }
}

/// Each filter with its amount at this instant.
pub fn filter<'a>(raster: &mut Raster, filters: impl Iterator<Item = (&'a Filter, f64)>, supplies: &Supplies) {
    let mut grade = Grade::NONE;
    for (filter, amount) in filters {
        if let Some(next) = Grade::of(filter, amount) {
            grade = grade.then(next);
            continue;
        }
        grade.apply(raster);
        grade = Grade::NONE;
        match filter {
            Filter::Blur { .. } => soft::blur(raster, amount),
            Filter::ChromaKey { color, amount: _, smoothness, spill } => {
                colors::chroma_key(raster, *color, amount, *smoothness, *spill);
            }
            Filter::LumaKey { amount: _, high, smoothness } => colors::luma_key(raster, amount, *high, *smoothness),
            Filter::Lut { asset, amount: _ } => {
                if let Some((_, cube)) = supplies.cubes.iter().find(|(id, _)| id == asset) {
                    colors::look_up(raster, cube, amount);
                }
            }
            Filter::Brightness { .. } | Filter::Contrast { .. } | Filter::Saturation { .. } | Filter::Hue { .. } => {}
        }
    }
    grade.apply(raster);
}
