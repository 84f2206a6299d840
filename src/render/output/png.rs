//! A PNG for each frame, by its number: the same as `/api/frame.png` gives.

use std::fs;
use std::path::{Path, PathBuf};

use super::Output;
use super::draft::write;
use crate::frame::picture::Frame;
use crate::render::error::RenderError;
use crate::send::preview::png_from_frame;

pub struct Pictures {
    /// `%d` stands for the number.
    pattern: PathBuf,
}

impl Pictures {
    pub fn new(pattern: &Path) -> Pictures {
        Pictures { pattern: pattern.to_owned() }
    }
}

impl Output for Pictures {
    fn frame(&mut self, frame: Frame) -> Result<(), RenderError> {
        let name = self.pattern.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let path = self.pattern.with_file_name(name.replacen("%d", &frame.number.0.to_string(), 1));
        let failed = RenderError::file(&path);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(&failed)?;
        }
        let png = png_from_frame(frame).ok_or_else(|| failed(std::io::ErrorKind::InvalidData.into()))?;
        write(&path, &png).map_err(&failed)
    }

    fn sound(&mut self, _: &[f32]) -> Result<(), RenderError> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), RenderError> {
        Ok(())
    }
}
