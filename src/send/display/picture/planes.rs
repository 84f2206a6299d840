//! A picture as it comes: I420, BT.709, limited range.

/// Three planes that are as large as they say.
#[derive(Clone, Copy)]
pub struct Planes<'a> {
    width: usize,
    height: usize,
    pub(super) luma: Plane<'a>,
    pub(super) chroma: [Plane<'a>; 2],
}

#[derive(Clone, Copy)]
pub(super) struct Plane<'a> {
    bytes: &'a [u8],
    stride: usize,
    width: usize,
}

impl<'a> Planes<'a> {
    /// None if it has no pixels, or planes are shorter than they have to be.
    pub fn new(size: (u32, u32), [y, u, v]: [&'a [u8]; 3], luma_stride: usize, chroma_stride: usize) -> Option<Self> {
        let (width, height) = (size.0 as usize, size.1 as usize);
        let half = (width.div_ceil(2), height.div_ceil(2));
        let luma = Plane::new(y, luma_stride, (width, height))?;
        let chroma = [Plane::new(u, chroma_stride, half)?, Plane::new(v, chroma_stride, half)?];
        Some(Self { width, height, luma, chroma })
    }

    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }
}

impl<'a> Plane<'a> {
    fn new(bytes: &'a [u8], stride: usize, (width, height): (usize, usize)) -> Option<Self> {
        let needed = stride.checked_mul(height.checked_sub(1)?)?.checked_add(width)?;
        (width > 0 && stride >= width && bytes.len() >= needed).then_some(Self { bytes, stride, width })
    }

    /// Nothing below the last.
    #[inline]
    pub fn row(&self, y: usize) -> &'a [u8] {
        let start = y.saturating_mul(self.stride);
        self.bytes.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_as_large_as_they_say_or_they_are_none() {
        #[track_caller]
        fn check(size: (u32, u32), lengths: [usize; 3], strides: (usize, usize), fits: bool) {
            let planes = lengths.map(|length| vec![0; length]);
            let slices = [&*planes[0], &*planes[1], &*planes[2]];
            assert_eq!(Planes::new(size, slices, strides.0, strides.1).is_some(), fits, "{size:?} {lengths:?} {strides:?}");
        }
        check((4, 4), [16, 4, 4], (4, 2), true);
        check((3, 3), [9, 4, 4], (3, 2), true);
        check((4, 4), [3 * 8 + 4, 4 + 2, 6], (8, 4), true);
        check((4, 4), [15, 4, 4], (4, 2), false);
        check((4, 4), [16, 3, 4], (4, 2), false);
        check((4, 4), [16, 4, 3], (4, 2), false);
        check((4, 4), [16, 4, 4], (3, 2), false);
        check((0, 4), [16, 4, 4], (4, 2), false);
        check((4, 0), [16, 4, 4], (4, 2), false);
        check((u32::MAX, u32::MAX), [16, 4, 4], (usize::MAX, usize::MAX), false);
    }
}
