//! Uploaded files as pictures are made of them: read when one is needed, and kept while the same is asked for again.

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::contents::{Raster, image};
use super::place::Fitted;
use crate::media::cube::Cube;
use crate::media::svg::{Drawing, Part};
use crate::show::asset::{Asset, Format};
use crate::show::ids::AssetId;

/// A picture is scaled, a drawing is drawn anew at every size.
#[derive(Clone)]
pub(super) enum Original {
    Raster(Arc<Raster>),
    Drawing(Arc<Drawing>),
}

impl Original {
    /// The box with the wanted part at its place in it.
    pub fn placed(&self, fitted: &Fitted, size: (i32, i32)) -> Raster {
        match self {
            Original::Raster(raster) => image::placed(raster, fitted, size),
            Original::Drawing(drawing) => {
                let (from, to) = (fitted.from, fitted.to.snapped());
                let part = Part { x: from.x, y: from.y, width: from.width, height: from.height };
                image::boxed(drawn(drawing, part, (to.width, to.height)), to, size)
            }
        }
    }

    /// All of it, stretched to this size.
    pub fn scaled(&self, size: (i32, i32)) -> Raster {
        match self {
            Original::Raster(raster) => image::scaled(raster, size),
            Original::Drawing(drawing) => drawn(drawing, drawing.whole(), size),
        }
    }

    pub fn whole(self) -> Arc<Raster> {
        match self {
            Original::Raster(raster) => raster,
            Original::Drawing(drawing) => {
                let side = |length: u32| i32::try_from(length).unwrap_or(0);
                Arc::new(drawn(&drawing, drawing.whole(), (side(drawing.width), side(drawing.height))))
            }
        }
    }
}

fn drawn(drawing: &Drawing, part: Part, (width, height): (i32, i32)) -> Raster {
    let side = |length: i32| u32::try_from(length).unwrap_or(0);
    match drawing.painted(part, side(width), side(height)) {
        Some(rgba) => Raster { width, height, rgba },
        // Nothing of it is seen, or it can not be drawn at this size.
        None => Raster::transparent(width, height),
    }
}

pub(super) struct Originals {
    assets_dir: PathBuf,
    /// The last file that was decoded: while a layer is dragged or resized the same one is asked for again and again.
    last: Option<(AssetId, Original)>,
    cube: Option<(AssetId, Arc<Cube>)>,
    /// Files that were found broken, so that each is logged once.
    broken: BTreeSet<AssetId>,
}

impl Originals {
    pub fn new(assets_dir: PathBuf) -> Self {
        Self { assets_dir, last: None, cube: None, broken: BTreeSet::new() }
    }

    pub fn assets_dir(&self) -> &Path {
        &self.assets_dir
    }

    /// Nothing is asked for at the moment.
    pub fn rest(&mut self) {
        self.last = None;
        self.cube = None;
    }

    pub fn path_of(&self, asset: &Asset) -> PathBuf {
        self.assets_dir.join(asset.file_name())
    }

    pub fn is_broken(&self, id: &AssetId) -> bool {
        self.broken.contains(id)
    }

    /// An id may be uploaded again, and be whole then.
    pub fn forget_broken(&mut self, is_there: impl Fn(&AssetId) -> bool) {
        self.broken.retain(is_there);
    }

    /// Logs it once. `instead` says what is seen.
    pub fn note_broken(&mut self, id: &AssetId, error: &str, instead: &str) {
        if self.broken.insert(id.clone()) {
            tracing::warn!(asset = %id, error, "asset {id}: {error}; {instead}");
        }
    }

    pub fn cube(&mut self, id: &AssetId) -> Option<Arc<Cube>> {
        if let Some((known, cube)) = &self.cube
            && known == id
        {
            return Some(cube.clone());
        }
        let read = std::fs::read_to_string(self.assets_dir.join(format!("{id}.cube"))).map_err(|error| error.to_string());
        match read.and_then(|text| Cube::parse(&text).map_err(|error| error.to_string())) {
            Ok(cube) => {
                let cube = Arc::new(cube);
                self.cube = Some((id.clone(), cube.clone()));
                Some(cube)
            }
            Err(error) => {
                self.note_broken(id, &error, "colours are left as they are");
                None
            }
        }
    }

    pub fn get(&mut self, id: &AssetId, asset: Option<&Asset>) -> Option<Original> {
        if let Some((known, original)) = &self.last
            && known == id
        {
            return Some(original.clone());
        }
        match asset.map_or_else(|| Err("the show does not know it".to_owned()), |asset| read(&self.path_of(asset), asset)) {
            Ok(original) => {
                self.last = Some((id.clone(), original.clone()));
                Some(original)
            }
            Err(error) => {
                self.note_broken(id, &error, "a placeholder is shown");
                None
            }
        }
    }
}

fn read(path: &Path, asset: &Asset) -> Result<Original, String> {
    if asset.format == Format::Svg {
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        return Drawing::parse(&bytes)
            .map(|drawing| Original::Drawing(Arc::new(drawing)))
            .map_err(|error| error.to_string());
    }
    // A decoder that panics on a mad file must not take the other pictures with it.
    let decoded = catch_unwind(|| image::decode(path)).map_err(|_| "the decoder failed".to_owned())?;
    decoded.map(|raster| Original::Raster(Arc::new(raster))).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::place::Frame;

    fn asset(id: &str, format: &str) -> Asset {
        let json = format!(r#"{{"id":"{id}","name":"","format":"{format}","width":100,"height":50,"bytes":1}}"#);
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn a_drawing_is_drawn_at_the_size_that_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let text = "<svg xmlns='http://www.w3.org/2000/svg' width='100' height='50'><rect x='50' width='50' height='50' fill='red'/></svg>";
        std::fs::write(dir.path().join("d.svg"), text).unwrap();
        std::fs::write(dir.path().join("e.svg"), "<svg").unwrap();
        let mut originals = Originals::new(dir.path().to_owned());
        let (good, broken) = (asset("d", "svg"), asset("e", "svg"));
        let original = originals.get(&good.id, Some(&good)).unwrap();
        let frame = |x, y, width, height| Frame { x, y, width, height };
        let fitted = Fitted { from: frame(40.0, 0.0, 20.0, 50.0), to: frame(100.0, 0.0, 200.0, 500.0) };
        let raster = original.placed(&fitted, (400, 500));
        let at = |x: usize| raster.rgba[4 * (250 * 400 + x)..][..4].to_vec();
        assert_eq!((raster.width, raster.height), (400, 500));
        assert_eq!(
            (at(199), at(200), at(299), at(300)),
            (vec![0; 4], vec![255, 0, 0, 255], vec![255, 0, 0, 255], vec![0; 4])
        );
        assert_eq!(original.whole().rgba.len(), 100 * 50 * 4);
        assert!(originals.get(&broken.id, Some(&broken)).is_none() && originals.is_broken(&broken.id));
    }
}
