//! Where layers lie on the canvas. Positions and sizes are measured on a ground: the canvas itself, a group's box, or a scene
//! that is shown within another, smaller.

use std::hash::{Hash, Hasher};

use super::pose::Pose;
use crate::show::geometry::{Canvas, Rect};
use crate::show::layer::Crop;
use crate::show::length::Length;
use crate::show::look::Fit;

/// Farther from the canvas nothing is distinguished, so that sums of coordinates can not overflow.
const FARTHEST: f64 = 32_768.0;

/// Largest side of a layer. Above it (four times the largest canvas) a mistyped size would only cost memory.
const LARGEST: f64 = 4.0 * Canvas::MAX as f64;

pub fn pixel(value: f64) -> i32 {
    // A value that is not a number becomes 0.
    // Halves go up, on both sides of 0: what is a whole number of pixels large stays so wherever it is.
    (value.clamp(-FARTHEST, FARTHEST) + 0.5).floor() as i32
}

pub fn side(value: f64) -> i32 {
    value.clamp(0.0, LARGEST).round() as i32
}

/// Opacity as a weight; anything that is not between 0 and 1 is brought there.
pub fn weight(opacity: f64) -> u8 {
    (opacity.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// A rectangle in fractions of pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Frame {
    /// Edges go to the nearest pixels, so that frames that touch still do.
    pub fn snapped(self) -> Rect {
        let (x, y) = (pixel(self.x), pixel(self.y));
        let (right, bottom) = (pixel(self.x + self.width), pixel(self.y + self.height));
        Rect { x, y, width: (right - x).max(0), height: (bottom - y).max(0) }
    }

    pub fn of(rect: Rect) -> Frame {
        Frame { x: rect.x.into(), y: rect.y.into(), width: rect.width.into(), height: rect.height.into() }
    }
}

/// What positions and sizes are measured on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    /// Where its origin is on the canvas, and how many pixels there one of its own is.
    pub x: f64,
    pub y: f64,
    pub scale: (f64, f64),
    /// Its size, in its own pixels.
    pub width: f64,
    pub height: f64,
    /// A place in a layout: content that is given no size takes all of it.
    pub is_slot: bool,
    /// It moves, and what stands on it with it.
    pub roams: bool,
}

impl Ground {
    pub fn of_canvas(canvas: Canvas) -> Ground {
        let (width, height) = (f64::from(canvas.width), f64::from(canvas.height));
        Ground { x: 0.0, y: 0.0, scale: (1.0, 1.0), width, height, is_slot: false, roams: false }
    }

    /// A group's box: the same pixels, from its corner.
    pub fn within(self, frame: Frame) -> Ground {
        let (width, height) = (frame.width / self.scale.0, frame.height / self.scale.1);
        Ground { x: frame.x, y: frame.y, width, height, is_slot: false, ..self }
    }

    pub fn slot(self, frame: Frame) -> Ground {
        Ground { is_slot: true, ..self.within(frame) }
    }

    /// A canvas shown in a frame.
    pub fn shrunk(canvas: Canvas, frame: Frame) -> Ground {
        let (width, height) = (f64::from(canvas.width), f64::from(canvas.height));
        Ground {
            x: frame.x,
            y: frame.y,
            scale: (frame.width / width, frame.height / height),
            width,
            height,
            is_slot: false,
            roams: false,
        }
    }

    /// A canvas on a sheet: in its own size, or as large as the sheet.
    pub fn on_sheet(canvas: Canvas, sheet: Canvas) -> Ground {
        if canvas == sheet { Ground::of_canvas(canvas) } else { Ground::shrunk(canvas, Frame::of(sheet.bounds())) }
    }

    /// The longest sides of what is bounded by the canvas, where that may be shown larger than it is.
    pub fn most(self, canvas: Canvas) -> (i32, i32) {
        let grown = |length: u32, scale: f64| side((f64::from(length) * scale.max(1.0)).min(Canvas::MAX.into()));
        (grown(canvas.width, self.scale.0), grown(canvas.height, self.scale.1))
    }

    /// For what has one measure for both directions, such as the size of type.
    pub fn measure(self) -> f64 {
        self.scale.0.min(self.scale.1)
    }

    fn size(self, pose: &Pose) -> (Option<f64>, Option<f64>) {
        let side = |length: Option<Length>, whole: f64, scale: f64| Some(length?.of(whole) * scale);
        (side(pose.width, self.width, self.scale.0), side(pose.height, self.height, self.scale.1))
    }

    /// The box of a layer without a size of its own: all of the ground where nothing is said.
    pub fn frame(self, pose: &Pose) -> Frame {
        let (width, height) = self.size(pose);
        let size = (width.unwrap_or(self.width * self.scale.0), height.unwrap_or(self.height * self.scale.1));
        self.anchored(pose, size)
    }

    /// The box of a layer whose content has a size: one side given keeps the ratio, both are the box.
    pub fn frame_of_natural(self, pose: &Pose, natural: (f64, f64)) -> Frame {
        let (natural_width, natural_height) = (natural.0.max(1e-3), natural.1.max(1e-3));
        let size = match self.size(pose) {
            (Some(width), Some(height)) => (width, height),
            (Some(given), None) => (given, given * natural_height / natural_width),
            (None, Some(given)) => (given * natural_width / natural_height, given),
            (None, None) if self.is_slot => return self.frame(pose),
            (None, None) => (natural_width * self.scale.0, natural_height * self.scale.1),
        };
        self.anchored(pose, size)
    }

    /// A box of this size (on the canvas) at the layer's position.
    pub fn anchored(self, pose: &Pose, (width, height): (f64, f64)) -> Frame {
        let (across, down) = pose.anchor.place();
        let (x, y) = self.position(pose);
        let bounded = |value: f64| if value.is_finite() { value.clamp(0.0, LARGEST) } else { 0.0 };
        let (width, height) = (bounded(width), bounded(height));
        Frame { x: x - width * across, y: y - height * down, width, height }
    }

    /// Where the anchor is on the canvas.
    pub fn position(self, pose: &Pose) -> (f64, f64) {
        let bounded = |value: f64| if value.is_finite() { value.clamp(-FARTHEST, FARTHEST) } else { 0.0 };
        let x = self.x + pose.x.of(self.width) * self.scale.0;
        let y = self.y + pose.y.of(self.height) * self.scale.1;
        (bounded(x), bounded(y))
    }
}

impl Hash for Ground {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let Ground { x, y, scale, width, height, is_slot, roams } = self;
        (is_slot, roams).hash(hasher);
        for number in [x, y, &scale.0, &scale.1, width, height] {
            number.to_bits().hash(hasher);
        }
    }
}

/// What is left of content of this size once it is cropped.
pub fn cropped(crop: &Crop, (width, height): (f64, f64)) -> Frame {
    let [left, top, right, bottom] = crop.sides();
    let span = |from: Length, to: Length, whole: f64| {
        let from = from.of(whole).clamp(0.0, whole);
        (from, (whole - from - to.of(whole)).max(0.0))
    };
    let (x, width) = span(left, right, width);
    let (y, height) = span(top, bottom, height);
    Frame { x, y, width, height }
}

/// Which part of the content is shown, and where in the box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fitted {
    /// In pixels of the content.
    pub from: Frame,
    /// In pixels of the box.
    pub to: Frame,
}

/// `content` is what is left after cropping, `scale` how large one of its pixels is when it is shown in its own size.
pub fn fitted(fit: Fit, content: Frame, (width, height): (f64, f64), scale: (f64, f64)) -> Fitted {
    let (across, down) = (width / content.width.max(1e-3), height / content.height.max(1e-3));
    let (across, down) = match fit {
        Fit::Auto | Fit::Fill => (across, down),
        Fit::Contain => (across.min(down), across.min(down)),
        Fit::Cover => (across.max(down), across.max(down)),
        Fit::None => scale,
    };
    // In the middle; what stands over is cut off.
    let span = |from: f64, length: f64, scale: f64, whole: f64| {
        let shown = (length * scale).min(whole);
        let used = if scale > 0.0 { shown / scale } else { 0.0 };
        ((from + (length - used) / 2.0, used), ((whole - shown) / 2.0, shown))
    };
    let ((x, used_width), (left, shown_width)) = span(content.x, content.width, across, width);
    let ((y, used_height), (top, shown_height)) = span(content.y, content.height, down, height);
    Fitted {
        from: Frame { x, y, width: used_width, height: used_height },
        to: Frame { x: left, y: top, width: shown_width, height: shown_height },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::time::ShowTime;

    fn layer(extra: &str) -> Pose {
        let json = format!(r#"{{"id":"a","kind":"image","asset":"b"{extra}}}"#);
        Pose::of(&serde_json::from_str(&json).expect("a layer"), ShowTime(0), ShowTime(0))
    }

    fn ground() -> Ground {
        Ground::of_canvas(Canvas { width: 1000, height: 500 })
    }

    #[test]
    fn one_side_keeps_the_ratio_and_two_stretch() {
        let check = |extra: &str, expected: (i32, i32)| {
            let frame = ground().frame_of_natural(&layer(extra), (400.0, 200.0));
            assert_eq!((side(frame.width), side(frame.height)), expected, "{extra}");
        };
        check("", (400, 200));
        check(r#","width":100"#, (100, 50));
        check(r#","height":100"#, (200, 100));
        check(r#","width":7,"height":9"#, (7, 9));
        check(r#","width":"50%""#, (500, 250));
        check(r#","width":-7,"height":9"#, (0, 9));
        check(r#","width":1e300,"height":9"#, (16_384, 9));
    }

    #[test]
    fn anchors_and_percentages_are_measured_on_the_ground() {
        let frame = ground().frame(&layer(r#","x":"50%","y":"100%","width":100,"height":50,"anchor":"bottom""#));
        assert_eq!(frame, Frame { x: 450.0, y: 450.0, width: 100.0, height: 50.0 });
        let inner = ground().within(frame).frame(&layer(r#","x":"50%","width":"50%""#));
        assert_eq!(inner, Frame { x: 500.0, y: 450.0, width: 50.0, height: 50.0 });
        let small =
            Ground::shrunk(Canvas { width: 1000, height: 500 }, Frame { x: 10.0, y: 20.0, width: 100.0, height: 50.0 });
        assert_eq!(small.frame(&layer(r#","x":500,"width":200"#)), Frame { x: 60.0, y: 20.0, width: 20.0, height: 50.0 });
    }

    #[test]
    fn content_is_fitted_into_its_box() {
        let content = Frame { x: 0.0, y: 0.0, width: 200.0, height: 100.0 };
        let check = |fit, from: [f64; 4], to: [f64; 4]| {
            let fitted = fitted(fit, content, (100.0, 100.0), (1.0, 1.0));
            let numbers = |frame: Frame| [frame.x, frame.y, frame.width, frame.height];
            assert_eq!((numbers(fitted.from), numbers(fitted.to)), (from, to), "{fit:?}");
        };
        check(Fit::Fill, [0.0, 0.0, 200.0, 100.0], [0.0, 0.0, 100.0, 100.0]);
        check(Fit::Contain, [0.0, 0.0, 200.0, 100.0], [0.0, 25.0, 100.0, 50.0]);
        check(Fit::Cover, [50.0, 0.0, 100.0, 100.0], [0.0, 0.0, 100.0, 100.0]);
        check(Fit::None, [50.0, 0.0, 100.0, 100.0], [0.0, 0.0, 100.0, 100.0]);
    }

    #[test]
    fn frames_that_touch_still_do_on_whole_pixels() {
        let thirds = (0..3).map(|index| {
            let width = 1280.0 / 3.0;
            Frame { x: f64::from(index) * width, y: 0.0, width, height: 10.0 }.snapped()
        });
        let thirds: Vec<Rect> = thirds.collect();
        assert!(thirds.windows(2).all(|pair| pair[0].right() == pair[1].x));
        assert_eq!(thirds[2].right(), 1280);
    }

    #[test]
    fn numbers_that_are_none_do_no_harm() {
        assert_eq!((pixel(f64::NAN), side(f64::NAN), weight(f64::NAN)), (0, 0, 0));
        assert_eq!((pixel(f64::INFINITY), pixel(-1.5), weight(2.0)), (32_768, -1, 255));
    }
}
