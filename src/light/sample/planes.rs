//! A picture in I420 (BT.709, limited range) that lies somewhere else.

/// Far more than any picture has, and so little that sums of it fit anywhere.
const MAX_SIDE: u32 = 32_768;

/// Its planes are as long as its size asks for; `new` sees to that.
#[derive(Clone, Copy, Debug)]
pub struct Planes<'a> {
    width: usize,
    height: usize,
    planes: [&'a [u8]; 3],
    strides: [usize; 3],
}

/// One of its planes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane<'a> {
    pub bytes: &'a [u8],
    pub stride: usize,
    pub width: usize,
    pub height: usize,
}

impl<'a> Planes<'a> {
    /// Y, U and V; `None` if there is nothing in it, far too much, or one of them is too short.
    pub fn new(width: u32, height: u32, planes: [&'a [u8]; 3], strides: [usize; 3]) -> Option<Self> {
        let all = Self { width: usize::try_from(width).ok()?, height: usize::try_from(height).ok()?, planes, strides };
        let sides = 1..=MAX_SIDE;
        let whole = sides.contains(&width)
            && sides.contains(&height)
            && [0, 1, 2].into_iter().all(|number| all.plane(number).is_some_and(Plane::is_whole));
        whole.then_some(all)
    }

    pub(super) fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }

    pub(super) fn plane(&self, number: usize) -> Option<Plane<'a>> {
        let part = if number == 0 { 1 } else { 2 };
        let (width, height) = (self.width.div_ceil(part), self.height.div_ceil(part));
        Some(Plane { bytes: self.planes.get(number)?, stride: *self.strides.get(number)?, width, height })
    }
}

impl<'a> Plane<'a> {
    pub const NONE: Plane<'static> = Plane { bytes: &[], stride: 1, width: 0, height: 0 };

    fn is_whole(self) -> bool {
        let before_last = self.height.saturating_sub(1).checked_mul(self.stride);
        let needed = before_last.and_then(|before| before.checked_add(self.width));
        self.stride >= self.width && needed.is_some_and(|needed| self.bytes.len() >= needed)
    }

    pub fn lines(self) -> impl Iterator<Item = &'a [u8]> {
        self.bytes.chunks(self.stride.max(1)).take(self.height).filter_map(move |line| line.get(..self.width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(size: [u32; 2], lengths: [usize; 3], strides: [usize; 3], right: bool) {
        let bytes = [0; 64];
        let planes = lengths.map(|length| &bytes[..length]);
        assert_eq!(Planes::new(size[0], size[1], planes, strides).is_some(), right, "{size:?} {lengths:?} {strides:?}");
    }

    #[test]
    fn planes_that_are_too_short_are_no_picture() {
        check([4, 4], [16, 4, 4], [4, 2, 2], true);
        check([3, 3], [9, 4, 4], [3, 2, 2], true);
        check([3, 3], [9, 3, 4], [3, 2, 2], false);
        check([4, 4], [15, 4, 4], [4, 2, 2], false);
        check([4, 4], [16, 4, 4], [3, 2, 2], false);
        check([4, 4], [8 * 3 + 4, 4, 4], [8, 2, 2], true);
        check([4, 4], [8 * 3 + 3, 4, 4], [8, 2, 2], false);
        check([0, 4], [16, 4, 4], [4, 2, 2], false);
        check([4, 0], [16, 4, 4], [4, 2, 2], false);
        check([u32::MAX, u32::MAX], [64, 64, 64], [usize::MAX, usize::MAX, usize::MAX], false);
    }
}
