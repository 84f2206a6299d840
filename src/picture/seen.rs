//! What of a decoded picture is seen, and where.

use super::ground::kept;
use super::need::View;
use super::place::{self, Frame};
use crate::frame::video::VideoFrame;
use crate::show::geometry::Rect;
use crate::show::layer::{Content, Layer};
use crate::show::look::Fit;

pub struct Seen {
    /// In its pixels.
    pub from: Frame,
    /// On the canvas.
    pub rect: Rect,
}

impl Seen {
    pub fn of(film: &VideoFrame, layer: &Layer, frame: Frame, view: View) -> Seen {
        let (width, height) = film.shown_size();
        let content = place::cropped(&view.pose.crop, (f64::from(width), f64::from(height)));
        // A picture that moves is fitted as one that does not.
        let fit = match layer.content {
            Content::Image { .. } | Content::Feed { .. } => layer.fit,
            Content::Effect(_) | Content::Jam(_) => Fit::Fill,
            _ => kept(layer.fit),
        };
        let fitted = place::fitted(fit, content, (frame.width, frame.height), view.ground.scale);
        let stored = f64::from(film.width) / f64::from(width.max(1));
        let from = Frame { x: fitted.from.x * stored, width: fitted.from.width * stored, ..fitted.from };
        let to = Frame { x: frame.x + fitted.to.x, y: frame.y + fitted.to.y, ..fitted.to };
        Seen { from, rect: to.snapped() }
    }

    /// The pixel at the corner, if pixels are shown one for one and chroma fits without being moved.
    pub fn exact(&self, film: &VideoFrame) -> Option<(usize, usize)> {
        let Rect { x, y, width, height } = self.rect;
        let from = self.from.snapped();
        let is_same = (from.width, from.height) == (width, height);
        let is_even = [x, y, from.x, from.y].iter().all(|place| place & 1 == 0);
        let is_inside = from.right() <= film.width as i32 && from.bottom() <= film.height as i32;
        (is_same && is_even && is_inside).then_some((from.x.max(0) as usize, from.y.max(0) as usize))
    }

    /// Where nothing can be seen through it: between its round corners.
    pub fn solid(&self, radius: f64) -> Rect {
        let radius = place::side(radius.ceil());
        Rect { y: self.rect.y + radius, height: (self.rect.height - 2 * radius).max(0), ..self.rect }
    }
}
