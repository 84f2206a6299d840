//! Frames as they were painted, sample by sample: YUV4MPEG2, which FFmpeg and many others read.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Output, Spec};
use crate::frame::picture::{Frame, Layout};
use crate::render::error::RenderError;

pub struct Y4m {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Y4m {
    pub fn create(path: &Path, spec: Spec) -> Result<Y4m, RenderError> {
        let failed = RenderError::file(path);
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(&failed)?);
        let (size, fps) = (spec.size, spec.fps);
        writeln!(
            file,
            "YUV4MPEG2 W{} H{} F{}:{} Ip A1:1 C420mpeg2 XCOLORRANGE=LIMITED",
            size.width,
            size.height,
            fps.numerator(),
            fps.denominator()
        )
        .map_err(&failed)?;
        Ok(Y4m { path: path.to_owned(), file })
    }
}

fn write(out: &mut impl Write, frame: &Frame) -> io::Result<()> {
    let Layout { canvas, luma_stride, chroma_stride } = frame.layout();
    out.write_all(b"FRAME\n")?;
    for (index, plane) in frame.planes().into_iter().enumerate() {
        let (stride, width) =
            if index == 0 { (luma_stride, canvas.width) } else { (chroma_stride, canvas.width.div_ceil(2)) };
        for row in plane.chunks(stride) {
            out.write_all(row.get(..width as usize).unwrap_or(row))?;
        }
    }
    Ok(())
}

impl Output for Y4m {
    fn frame(&mut self, frame: Frame) -> Result<(), RenderError> {
        write(&mut self.file, &frame).map_err(RenderError::file(&self.path))
    }

    fn sound(&mut self, _: &[f32]) -> Result<(), RenderError> {
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), RenderError> {
        self.file.flush().map_err(RenderError::file(&self.path))
    }
}
