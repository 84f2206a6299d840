//! Where pictures are made: from what a layer needs, and the files that it names, to planes.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::contents::text::fonts::Fonts;
use super::contents::{Raster, gradient, image, shape, text};
use super::finish::{Finished, Supplies, finished};
use super::need::{self, Need, PictureKey, Work};
use super::originals::{Original, Originals};
use super::pictures::Pictures;
use super::prepared::{Fine, Picture};
use crate::media::cube::Cube;
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::color::Color;
use crate::show::field;
use crate::show::ids::AssetId;
use crate::show::look::Filter;
use crate::show::text::TextStyle;

/// Where pictures are made.
pub struct Studio {
    pub(super) originals: Originals,
    /// The last picture: another parity of the same is often next.
    last: Option<(u64, Finished, Arc<Fine>)>,
    pub(super) fonts: Fonts,
    /// The assets that were there last.
    assets: Option<Arc<BTreeMap<AssetId, Arc<Asset>>>>,
}

impl Studio {
    pub fn new(assets_dir: PathBuf) -> Self {
        Self { originals: Originals::new(assets_dir), last: None, fonts: Fonts::default(), assets: None }
    }

    /// Nothing is asked for at the moment.
    pub fn rest(&mut self) {
        self.originals.rest();
        self.last = None;
    }

    pub fn assets_dir(&self) -> &Path {
        self.originals.assets_dir()
    }

    /// Forgets what was removed from the show.
    pub fn follow(&mut self, show: &Show) {
        if self.assets.as_ref().is_some_and(|known| Arc::ptr_eq(known, &show.assets)) {
            return;
        }
        self.assets = Some(show.assets.clone());
        self.originals.forget_broken(|id| show.assets.contains_key(id));
        let gone: Vec<String> =
            self.fonts.uploaded().filter(|id| !show.assets.contains_key(*id)).map(str::to_owned).collect();
        gone.iter().for_each(|id| self.fonts.forget(id));
    }

    /// Takes in the uploaded fonts that the text may be set in. What can not be read is set in the built-in one.
    fn stock(&mut self, style: &TextStyle, assets: &BTreeMap<AssetId, Arc<Asset>>) {
        for asset in need::fonts_of(style, assets) {
            if self.fonts.has(asset.id.as_str()) || self.originals.is_broken(&asset.id) {
                continue;
            }
            let read = std::fs::read(self.originals.path_of(asset)).map_err(|error| error.to_string());
            let registered =
                read.and_then(|bytes| self.fonts.register(asset.id.as_str(), bytes).map_err(|error| error.to_string()));
            if let Err(error) = registered {
                self.originals.note_broken(&asset.id, &error, "texts are set in the built-in font");
            }
        }
    }

    /// Puts the tables where painting finds them, and nothing but these; says whether anything changed.
    pub fn lay_out(&mut self, tables: &HashSet<&AssetId>, pictures: &mut Pictures) -> bool {
        let mut is_changed = pictures.keep_tables(|id| tables.contains(id));
        for id in tables {
            if pictures.table(id).is_none()
                && !self.originals.is_broken(id)
                && let Some(table) = self.originals.cube(id)
            {
                pictures.insert_table(id, table);
                is_changed = true;
            }
        }
        is_changed
    }

    pub fn make(&mut self, need: &Need<'_>) -> Picture {
        let PictureKey { content, parity } = need.key;
        if let Some((known, finished, fine)) = &self.last
            && *known == content
        {
            return Picture::sharing(finished, parity, fine.clone());
        }
        let finished = self.finished(need);
        let picture = Picture::new(&finished, parity);
        self.last = Some((content, finished, picture.fine.clone()));
        picture
    }

    pub fn finished(&mut self, need: &Need<'_>) -> Finished {
        let drawing = self.drawing(need);
        let supplies = self.supplies(need);
        finished(drawing, &need.finish, &supplies)
    }

    fn drawing(&mut self, need: &Need<'_>) -> Raster {
        let size = need.finish.size.unwrap_or((0, 0));
        match &need.work {
            Work::Paper { color } => Raster::filled(*color, size),
            Work::Gradient { from, to, shape, angle, stops } => {
                let gradient = gradient::Gradient { from: *from, to: *to, shape: *shape, angle: *angle, stops };
                gradient::raster(&gradient, size)
            }
            Work::Image { id, asset, fitted } => match self.originals.get(id, *asset) {
                Some(original) => original.placed(fitted, size),
                None => image::placeholder(size),
            },
            Work::Text { text, style, scale, text_box, fields, assets } => {
                self.stock(style, assets);
                let style = style.scaled(*scale);
                text::raster(&field::fill(text, fields), &style, &mut self.fonts, *text_box)
            }
            Work::Luma { id, asset } => self
                .originals
                .get(id, *asset)
                .map_or_else(|| Raster::filled(Color::WHITE, size), |original| original.scaled(size).white_where_bright()),
            Work::Panel { style, scale, text_box } => {
                text::backdrop(&style.scaled(*scale), *text_box).unwrap_or_else(|| Raster::transparent(0, 0))
            }
            Work::Shape { shape, scale } => shape::raster(shape, *scale, size),
        }
    }

    fn supplies(&mut self, need: &Need<'_>) -> Supplies {
        let mask =
            need.finish.mask.and_then(|(_, asset)| asset).and_then(|asset| self.originals.get(&asset.id, Some(asset)));
        let mask = mask.map(Original::whole);
        Supplies { mask, cubes: self.cubes(need.finish.filters) }
    }

    pub fn cubes(&mut self, filters: &[Filter]) -> Vec<(AssetId, Arc<Cube>)> {
        let table = |filter: &Filter| match filter {
            Filter::Lut { asset, .. } => Some((asset.clone(), self.originals.cube(asset)?)),
            _ => None,
        };
        filters.iter().filter_map(table).collect()
    }
}
