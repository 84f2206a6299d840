//! Sound as it was mixed, sample by sample: WAVE with 32-bit floats.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Output;
use crate::frame::picture::Frame;
use crate::frame::sound::{CHANNELS, SAMPLE_RATE};
use crate::render::error::RenderError;

const SAMPLE_BYTES: u32 = 4;
const FLOAT: u16 = 3;
const HEAD: u32 = 44;

pub struct Wav {
    path: PathBuf,
    file: BufWriter<File>,
    bytes: u32,
}

impl Wav {
    pub fn create(path: &Path) -> Result<Wav, RenderError> {
        let failed = RenderError::file(path);
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(&failed)?);
        file.write_all(&head(0)).map_err(&failed)?;
        Ok(Wav { path: path.to_owned(), file, bytes: 0 })
    }
}

fn head(bytes: u32) -> Vec<u8> {
    let (channels, frame) = (CHANNELS as u16, CHANNELS as u32 * SAMPLE_BYTES);
    let mut head = Vec::with_capacity(HEAD as usize);
    head.extend(b"RIFF");
    head.extend((bytes + HEAD - 8).to_le_bytes());
    head.extend(b"WAVEfmt ");
    head.extend(16_u32.to_le_bytes());
    head.extend(FLOAT.to_le_bytes());
    head.extend(channels.to_le_bytes());
    head.extend(SAMPLE_RATE.to_le_bytes());
    head.extend((SAMPLE_RATE * frame).to_le_bytes());
    head.extend((frame as u16).to_le_bytes());
    head.extend((SAMPLE_BYTES as u16 * 8).to_le_bytes());
    head.extend(b"data");
    head.extend(bytes.to_le_bytes());
    head
}

impl Output for Wav {
    fn frame(&mut self, _: Frame) -> Result<(), RenderError> {
        Ok(())
    }

    fn sound(&mut self, samples: &[f32]) -> Result<(), RenderError> {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        // After three hours the format can count no further; whoever reads on finds the samples all the same.
        self.bytes = self.bytes.saturating_add(bytes.len() as u32).min(u32::MAX - HEAD);
        self.file.write_all(&bytes).map_err(RenderError::file(&self.path))
    }

    fn finish(mut self: Box<Self>) -> Result<(), RenderError> {
        let failed = RenderError::file(&self.path);
        self.file.seek(SeekFrom::Start(0)).map_err(&failed)?;
        self.file.write_all(&head(self.bytes)).and_then(|()| self.file.flush()).map_err(&failed)
    }
}
