//! From the canvas' colours (BT.709, limited range) to those of a JPEG (BT.601, full range) and of a PNG (R'G'B').
//!
//! Both kinds of Y'CbCr are linear in R'G'B', so one matrix leads from the one to the other. Grey stays grey, hence chroma
//! depends on chroma alone, and can be converted at its own resolution.

/// Fixed point with 16 bits.
const fn fixed(factor: f64) -> i32 {
    (factor * 65_536.0 + if factor < 0.0 { -0.5 } else { 0.5 }) as i32
}

const HALF: i32 = 1 << 15;

/// Limited to full range.
const LUMA: f64 = 255.0 / 219.0;
const CHROMA: f64 = 255.0 / 224.0;

/// R'G'B' from BT.709.
const RED_FROM_CR: f64 = 1.5748;
const GREEN_FROM_CB: f64 = -0.187_324;
const GREEN_FROM_CR: f64 = -0.468_124;
const BLUE_FROM_CB: f64 = 1.8556;

/// BT.601 luma of what BT.709's chroma adds to grey.
const LUMA_FROM_CB: f64 = 0.587 * GREEN_FROM_CB + 0.114 * BLUE_FROM_CB;
const LUMA_FROM_CR: f64 = 0.299 * RED_FROM_CR + 0.587 * GREEN_FROM_CR;

fn clamped(value: i32) -> u8 {
    ((value + HALF) >> 16).clamp(0, 255) as u8
}

/// Turns one row of chroma into the JPEG's, each sample written twice, and says what it adds to luma.
pub fn jpeg_chroma_from_canvas(cb: &[u8], cr: &[u8], jpeg_cb: &mut [u8], jpeg_cr: &mut [u8], luma_shift: &mut [i32]) {
    const CB_FROM_CB: i32 = fixed(CHROMA * (BLUE_FROM_CB - LUMA_FROM_CB) / 1.772);
    const CB_FROM_CR: i32 = fixed(CHROMA * -LUMA_FROM_CR / 1.772);
    const CR_FROM_CB: i32 = fixed(CHROMA * -LUMA_FROM_CB / 1.402);
    const CR_FROM_CR: i32 = fixed(CHROMA * (RED_FROM_CR - LUMA_FROM_CR) / 1.402);
    let samples = cb.iter().zip(cr);
    let targets = jpeg_cb.chunks_exact_mut(2).zip(jpeg_cr.chunks_exact_mut(2)).zip(luma_shift);
    for ((cb, cr), ((jpeg_cb, jpeg_cr), shift)) in samples.zip(targets) {
        let (cb, cr) = (i32::from(*cb) - 128, i32::from(*cr) - 128);
        jpeg_cb.fill(clamped(CB_FROM_CB * cb + CB_FROM_CR * cr + (128 << 16)));
        jpeg_cr.fill(clamped(CR_FROM_CB * cb + CR_FROM_CR * cr + (128 << 16)));
        *shift = fixed(CHROMA * LUMA_FROM_CB) * cb + fixed(CHROMA * LUMA_FROM_CR) * cr;
    }
}

/// Turns one row of luma into the JPEG's, in place.
pub fn jpeg_luma_from_canvas(luma: &mut [u8], luma_shift: &[i32]) {
    for (pair, shift) in luma.chunks_exact_mut(2).zip(luma_shift) {
        for luma in pair {
            *luma = clamped(fixed(LUMA) * (i32::from(*luma) - 16) + shift);
        }
    }
}

pub fn rgb_from_canvas(luma: u8, cb: u8, cr: u8) -> [u8; 3] {
    let grey = fixed(LUMA) * (i32::from(luma) - 16);
    let (cb, cr) = (i32::from(cb) - 128, i32::from(cr) - 128);
    [
        clamped(grey + fixed(CHROMA * RED_FROM_CR) * cr),
        clamped(grey + fixed(CHROMA * GREEN_FROM_CB) * cb + fixed(CHROMA * GREEN_FROM_CR) * cr),
        clamped(grey + fixed(CHROMA * BLUE_FROM_CB) * cb),
    ]
}
