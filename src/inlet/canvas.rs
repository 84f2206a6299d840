//! Where packets write, and what is shown of it: the next frame grows while the last one stays as it is.

use std::ops::Range;

pub struct Canvas {
    /// Of the next frame, `channels` a pixel; the room is for four.
    bytes: Vec<u8>,
    channels: usize,
    /// Bytes that the last frame does not show yet.
    changed: Range<usize>,
    pixels: Vec<[u8; 3]>,
}

impl Canvas {
    pub fn new(pixels: usize, channels: usize) -> Self {
        Self { bytes: vec![0; pixels * 4], channels, changed: 0..0, pixels: vec![[0; 3]; pixels] }
    }

    /// Bytes that pixels are made of.
    fn used(&self) -> usize {
        self.pixels.len() * self.channels
    }

    /// What lies beyond the last pixel is left out. Others than before may send other channels: then all begins dark.
    pub fn write(&mut self, channels: usize, offset: usize, data: &[u8]) {
        if channels != self.channels {
            self.channels = channels;
            self.clear();
        }
        let used = self.used();
        let Some(room) = self.bytes.get_mut(..used).and_then(|bytes| bytes.get_mut(offset..)) else { return };
        let length = data.len().min(room.len());
        for (place, byte) in room.iter_mut().zip(data) {
            *place = *byte;
        }
        self.mark(offset..offset + length);
    }

    fn mark(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let before = if self.changed.is_empty() { range.clone() } else { self.changed.clone() };
        self.changed = before.start.min(range.start)..before.end.max(range.end);
    }

    /// Everything dark, from the next frame on.
    pub fn clear(&mut self) {
        self.bytes.fill(0);
        self.changed = 0..self.used();
    }

    /// Something has been written that is not shown yet.
    pub fn is_ahead(&self) -> bool {
        !self.changed.is_empty()
    }

    /// All that has been written is the frame now.
    pub fn show(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        let pixels = changed.start / self.channels..changed.end.div_ceil(self.channels);
        let bytes = self.bytes.get(pixels.start * self.channels..pixels.end * self.channels).unwrap_or_default();
        let shown = self.pixels.get_mut(pixels).unwrap_or_default();
        if self.channels == 4 {
            for (pixel, rgbw) in shown.iter_mut().zip(bytes.as_chunks().0) {
                *pixel = with_white(*rgbw);
            }
        } else {
            for (pixel, rgb) in shown.iter_mut().zip(bytes.as_chunks().0) {
                *pixel = *rgb;
            }
        }
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub fn room(&self) -> usize {
        self.bytes.capacity() + self.pixels.capacity()
    }

    pub fn pixels(&self) -> &[[u8; 3]] {
        &self.pixels
    }
}

/// A white LED shines beside the coloured ones; what is brighter than white is white.
fn with_white([red, green, blue, white]: [u8; 4]) -> [u8; 3] {
    [red, green, blue].map(|color| color.saturating_add(white))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_is_not_seen_before_it_is_shown() {
        let mut canvas = Canvas::new(2, 3);
        canvas.write(3, 0, &[1, 2, 3, 4, 5, 6]);
        assert_eq!((canvas.pixels(), canvas.is_ahead()), (&[[0; 3]; 2][..], true));
        canvas.show();
        assert_eq!((canvas.pixels(), canvas.is_ahead()), (&[[1, 2, 3], [4, 5, 6]][..], false));
        canvas.write(3, 4, &[7]);
        canvas.show();
        assert_eq!(canvas.pixels(), [[1, 2, 3], [4, 7, 6]], "the rest stays");
    }

    #[test]
    fn white_is_added_to_each_colour() {
        let mut canvas = Canvas::new(3, 4);
        canvas.write(4, 0, &[10, 20, 30, 0, 10, 20, 30, 100, 200, 100, 0, 100]);
        canvas.show();
        assert_eq!(canvas.pixels(), [[10, 20, 30], [110, 120, 130], [255, 200, 100]]);
    }

    #[test]
    fn with_other_channels_all_begins_dark() {
        let mut canvas = Canvas::new(2, 3);
        canvas.write(3, 0, &[9; 6]);
        canvas.show();
        canvas.write(4, 4, &[1, 2, 3, 0]);
        canvas.show();
        assert_eq!(canvas.pixels(), [[0; 3], [1, 2, 3]]);
    }

    proptest! {
        #[test]
        fn it_shows_the_same_as_one_that_shows_everything_anew(writes in vec((0usize..60, vec(any::<u8>(), 0..50), any::<bool>()), 0..20)) {
            let mut canvas = Canvas::new(16, 3);
            let (mut bytes, mut wanted) = (vec![0u8; 48], vec![[0; 3]; 16]);
            for (offset, data, show) in writes {
                canvas.write(3, offset, &data);
                bytes.iter_mut().skip(offset).zip(&data).for_each(|(place, byte)| *place = *byte);
                if show {
                    canvas.show();
                    wanted = bytes.as_chunks::<3>().0.to_vec();
                }
                prop_assert_eq!(canvas.pixels(), &wanted);
            }
        }

        #[test]
        fn no_write_makes_it_fail(writes in vec((any::<bool>(), any::<usize>(), vec(any::<u8>(), 0..50)), 0..20)) {
            let mut canvas = Canvas::new(7, 3);
            for (white, offset, data) in writes {
                canvas.write(if white { 4 } else { 3 }, offset, &data);
                canvas.show();
                prop_assert_eq!(canvas.pixels().len(), 7);
            }
        }
    }
}
