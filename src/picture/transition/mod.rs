//! One picture turning into another: any band of rows of a frame in the midst of a transition.
//!
//! Every sample depends on its place and the progress alone, so bands may be cut anywhere and shared among threads, and give the
//! same bytes. At progress 0 the frame is exactly the old picture, at 1 exactly the new one. Nothing is allocated.
//!
//! Pictures that move (slide, push) do so by whole pixels of luma. Where that is odd, chroma lies half a sample off and is the
//! mean of two neighbours; the sample under the seam is the mean of both pictures. Rounding to even pixels instead would spare
//! that, but an eased movement ends with steps of one pixel, and there steps of two are seen as a jerk; that colour is a little
//! softer in every other frame of a movement is not.

mod edge;
mod fade;
mod plane;
mod stinger;
mod travel;
mod zoom;

use std::ops::Range;

use crate::frame::picture::Layout;
use crate::show::transition::{Kind, Transition};
use plane::Band;

/// What goes into a transition: pictures of one layout, without transparency.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub layout: Layout,
    /// Y, U and V.
    pub from: [&'a [u8]; 3],
    pub to: [&'a [u8]; 3],
    /// For a luma wipe; without it, it is a fade.
    pub mask: Option<LumaMask<'a>>,
    /// For a stinger, what it shows at this instant; without it, it is a cut.
    pub overlay: Option<Overlay<'a>>,
}

/// A picture of the canvas' size that says when each place changes.
#[derive(Clone, Copy)]
pub struct LumaMask<'a> {
    /// 0 (first) to 255 (last), one for each pixel, its rows one after the other.
    pub fine: &'a [u8],
    /// The means of four, for chroma.
    pub coarse: &'a [u8],
}

/// A premultiplied picture of the canvas' size.
#[derive(Clone, Copy)]
pub struct Overlay<'a> {
    /// Y, U and V.
    pub planes: [&'a [u8]; 3],
    /// Alpha of pixels, and of chroma samples.
    pub fine: &'a [u8],
    pub coarse: &'a [u8],
    /// From one row to the next, of luma and `fine`, and of chroma and `coarse`.
    pub luma_stride: usize,
    pub chroma_stride: usize,
}

/// Paints rows `rows` (both ends even, or the canvas' end). The planes of `target` begin with the first of them, in the layout of
/// the inputs.
pub fn mix(transition: &Transition, progress: f64, inputs: &Inputs<'_>, rows: Range<usize>, target: [&mut [u8]; 3]) {
    for (number, target) in target.into_iter().enumerate() {
        let band = Band::new(inputs, number, &rows);
        if progress >= 1.0 {
            band.copy(target, inputs.to[number]);
        } else if progress > 0.0 {
            mix_plane(transition, progress, inputs, number, &band, target);
        } else {
            // So it does for a progress that is no number.
            band.copy(target, inputs.from[number]);
        }
    }
}

fn mix_plane(
    transition: &Transition,
    progress: f64,
    inputs: &Inputs<'_>,
    number: usize,
    band: &Band<'_>,
    target: &mut [u8],
) {
    match &transition.kind {
        Kind::Cut {} => band.copy(target, band.to),
        Kind::Fade {} => fade::fade(band, progress, target),
        Kind::Dip { color } => fade::dip(band, progress, fade::sample(*color, number), target),
        Kind::Slide { direction } => travel::slide(band, progress, *direction, target),
        Kind::Push { direction } => travel::push(band, progress, *direction, target),
        Kind::Wipe { direction, softness } => edge::wipe(band, progress, *direction, *softness, target),
        Kind::Iris { softness, x, y } => edge::iris(band, progress, *softness, (*x, *y), target),
        Kind::Zoom {} => zoom::zoom(band, progress, target),
        Kind::Stinger { cut_ms, .. } => {
            let is_cut = progress * f64::from(transition.duration_ms) >= f64::from(*cut_ms);
            stinger::stinger(band, is_cut, inputs.overlay.as_ref(), number, target);
        }
        Kind::LumaWipe { softness, invert, .. } => match &inputs.mask {
            Some(mask) => {
                let mask = if number == 0 { mask.fine } else { mask.coarse };
                edge::luma_wipe(band, edge::Threshold::new(progress, *softness, *invert), mask, target);
            }
            None => fade::fade(band, progress, target),
        },
    }
}

#[cfg(test)]
mod tests;
