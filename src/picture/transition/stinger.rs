//! A picture with transparency over a cut.

use super::Overlay;
use super::plane::Band;
use crate::frame::pixels::over;

pub fn stinger(band: &Band<'_>, is_cut: bool, overlay: Option<&Overlay<'_>>, number: usize, target: &mut [u8]) {
    band.copy(target, if is_cut { band.to } else { band.from });
    let Some(overlay) = overlay else {
        return;
    };
    let (alpha, stride) =
        if number == 0 { (overlay.fine, overlay.luma_stride) } else { (overlay.coarse, overlay.chroma_stride) };
    for (row, target) in band.targets(target) {
        let samples = row * stride..row * stride + band.width.min(stride);
        // Rows that the overlay does not have stay as they are; without alpha it hides all.
        if alpha.is_empty() {
            if let Some(source) = overlay.planes[number].get(samples) {
                target[..source.len()].copy_from_slice(source);
            }
            continue;
        }
        if let (Some(source), Some(alpha)) = (overlay.planes[number].get(samples.clone()), alpha.get(samples)) {
            over::over(target, source, alpha);
        }
    }
}
