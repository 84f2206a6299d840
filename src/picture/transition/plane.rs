//! Some rows of one plane of both pictures.

use std::ops::Range;

use super::Inputs;

pub struct Band<'a> {
    /// The whole planes.
    pub from: &'a [u8],
    pub to: &'a [u8],
    pub stride: usize,
    /// Of the whole plane.
    pub width: usize,
    pub height: usize,
    /// Pixels of the canvas that a sample is wide and high: 1 for luma, 2 for chroma.
    pub scale: usize,
    /// Rows of this plane that are to be painted.
    pub rows: Range<usize>,
}

impl<'a> Band<'a> {
    /// Of plane `number`; `rows` are those of luma.
    pub fn new(inputs: &Inputs<'a>, number: usize, rows: &Range<usize>) -> Self {
        let canvas = inputs.layout.canvas;
        let (scale, stride) = if number == 0 { (1, inputs.layout.luma_stride) } else { (2, inputs.layout.chroma_stride) };
        let height = (canvas.height as usize).div_ceil(scale);
        Self {
            from: inputs.from[number],
            to: inputs.to[number],
            stride,
            width: (canvas.width as usize).div_ceil(scale),
            height,
            scale,
            rows: rows.start / scale..rows.end.div_ceil(scale).min(height),
        }
    }

    /// A row of a whole plane.
    #[inline]
    pub fn row(&self, plane: &'a [u8], number: usize) -> &'a [u8] {
        &plane[number * self.stride..][..self.width]
    }

    /// Rows of the target, and which ones they are.
    pub fn targets<'t>(&self, target: &'t mut [u8]) -> impl Iterator<Item = (usize, &'t mut [u8])> + use<'t> {
        let width = self.width;
        self.rows.clone().zip(target.chunks_mut(self.stride)).map(move |(number, row)| (number, &mut row[..width]))
    }

    pub fn copy(&self, target: &mut [u8], plane: &'a [u8]) {
        for (number, target) in self.targets(target) {
            target.copy_from_slice(self.row(plane, number));
        }
    }
}
