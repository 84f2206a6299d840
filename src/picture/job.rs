//! What is painted aside before the list that shows it: other lists, decoded pictures, and what is made of them.

use std::sync::Arc;

use super::filtered::Steps;
use super::place::Frame;
use crate::frame::video::VideoFrame;
use crate::show::geometry::Rect;

/// Names what is painted aside by all that it depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SurfaceKey(pub u64);

/// Something to be painted aside before the list that shows it.
#[derive(Clone)]
pub struct Job {
    pub key: SurfaceKey,
    /// The same for the same group in every frame, so that its surface is found again and only what differs is painted.
    pub place: u64,
    pub work: Work,
    /// What of the canvas it covers; even.
    pub bounds: Rect,
}

#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "made for every frame in a row that stays: a box would be an allocation")]
pub enum Work {
    /// The first items of the list of this number. One that covers the canvas has nothing to be seen through.
    List { list: usize, items: usize, is_canvas: bool },
    /// Part of a decoded picture, stretched over a rectangle of which the bounds are a part.
    Film { film: Arc<VideoFrame>, from: Frame, whole: Rect },
    /// Another surface with the same bounds, as filters make it.
    Filtered { from: SurfaceKey, steps: Steps, is_opaque: bool },
    /// Another surface, turned about a point of the canvas.
    Turned { from: SurfaceKey, degrees: f64, about: (f64, f64) },
}

impl Job {
    pub fn is_film(&self) -> bool {
        matches!(self.work, Work::Film { .. })
    }
}

impl Work {
    pub fn is_opaque(&self) -> bool {
        match self {
            Work::List { is_canvas, .. } => *is_canvas,
            Work::Film { film, .. } => film.alpha().is_none(),
            Work::Filtered { is_opaque, .. } => *is_opaque,
            Work::Turned { .. } => false,
        }
    }
}

/// Where a surface turned about a point comes to lie: an even rectangle around it.
pub fn turned_bounds(bounds: Rect, degrees: f64, (x, y): (f64, f64)) -> Rect {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (left, top) = (f64::from(bounds.x) - x, f64::from(bounds.y) - y);
    let (right, bottom) = (f64::from(bounds.right()) - x, f64::from(bounds.bottom()) - y);
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
    let turned = corners.map(|(across, down)| (across * cosine - down * sine + x, across * sine + down * cosine + y));
    let least = |place: fn(&(f64, f64)) -> f64| turned.iter().map(place).fold(f64::INFINITY, f64::min).floor() as i32 - 1;
    let most = |place: fn(&(f64, f64)) -> f64| turned.iter().map(place).fold(f64::NEG_INFINITY, f64::max).ceil() as i32 + 1;
    let (x, y) = (least(|place| place.0), least(|place| place.1));
    Rect { x, y, width: most(|place| place.0) - x, height: most(|place| place.1) - y }.even()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_turned_has_room() {
        let bounds = Rect { x: 10, y: 20, width: 100, height: 40 };
        let turned = turned_bounds(bounds, 90.0, (10.0, 20.0));
        assert!(turned.contains(Rect { x: -30, y: 20, width: 40, height: 100 }));
        assert!(turned.width <= 46 && turned.height <= 106, "{turned:?}");
        assert!(turned_bounds(bounds, 0.0, (0.0, 0.0)).contains(bounds));
    }
}
