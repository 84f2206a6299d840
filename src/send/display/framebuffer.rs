//! A framebuffer device of the old kind (`/dev/fb0`): the kernel says in sysfs what it is like, and takes rows as a file does.

#[cfg(test)]
mod tests;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::format::PixelFormat;
use super::part::Part;
use super::{DisplayError, LONGEST, Surface};
use crate::show::geometry::Rect;

/// Where the kernel says what framebuffers are like.
pub const GRAPHICS: &str = "/sys/class/graphics";

pub struct Framebuffer {
    device: String,
    file: File,
    shape: Shape,
}

/// What it is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    size: (u32, u32),
    format: PixelFormat,
    stride: usize,
}

impl Framebuffer {
    /// `graphics` has a folder for each framebuffer. What has none is no framebuffer, and is not opened.
    pub fn open(device: &Path, graphics: &Path) -> Result<Self, DisplayError> {
        let name = device.display().to_string();
        let folder = device.file_name().map(|file| graphics.join(file)).filter(|folder| folder.is_dir());
        let Some(folder) = folder else { return Err(DisplayError::Absent { what: name }) };
        let shape = Shape::read(&folder).map_err(|why| DisplayError::unsuitable(format!("{name}: {why}")))?;
        let file = OpenOptions::new().write(true).open(device).map_err(|error| DisplayError::of(&error, &name))?;
        Ok(Self { device: name, file, shape })
    }

    fn write(&self, pixels: &[u8], stride: usize, part: &Part) -> io::Result<()> {
        let bytes = self.shape.format.bytes();
        let row = self.shape.size.0 as usize * bytes;
        // Whole rows that lie as they do there go in one call.
        if stride == self.shape.stride && part.columns.len() * bytes == row {
            let (first, last) = (part.rows.start, part.rows.end.saturating_sub(1));
            let whole = part.bytes(first, stride, bytes).start..part.bytes(last, stride, bytes).end;
            return self.file.write_all_at(pixels.get(whole.clone()).unwrap_or_default(), whole.start as u64);
        }
        for y in part.rows.clone() {
            let line = pixels.get(part.bytes(y, stride, bytes)).unwrap_or_default();
            self.file.write_all_at(line, part.bytes(y, self.shape.stride, bytes).start as u64)?;
        }
        Ok(())
    }
}

impl Surface for Framebuffer {
    fn size(&self) -> (u32, u32) {
        self.shape.size
    }

    fn format(&self) -> PixelFormat {
        self.shape.format
    }

    fn show(&mut self, pixels: &[u8], stride: usize, damage: &[Rect]) -> Result<(), DisplayError> {
        let mut parts = damage.iter().filter_map(|rect| Part::of(*rect, self.shape.size));
        parts.try_for_each(|part| self.write(pixels, stride, &part)).map_err(|error| DisplayError::of(&error, &self.device))
    }
}

impl Shape {
    fn read(folder: &Path) -> Result<Self, String> {
        let text = |file: &str| fs::read_to_string(folder.join(file)).map(|text| text.trim().to_owned());
        let needed = |file: &str| text(file).map_err(|error| format!("{file}: {error}"));
        let memory = needed("virtual_size")?;
        let memory = size_of(&memory, ',').ok_or_else(|| format!("its size is {memory:?}"))?;
        let format = match needed("bits_per_pixel")?.as_str() {
            "32" => PixelFormat::Xrgb8888,
            "24" => PixelFormat::Bgr888,
            "16" => PixelFormat::Rgb565,
            other => return Err(format!("{other} bits of a pixel are too few, or too many")),
        };
        // Memory may hold more than is seen: room for the next picture below the first.
        let seen = text("mode").ok().and_then(|mode| mode_size(&mode)).unwrap_or(memory);
        let size = (seen.0.min(memory.0), seen.1.min(memory.1));
        if size.0 == 0 || size.1 == 0 || size.0.max(size.1) > LONGEST {
            return Err(format!("its size is {} × {}", size.0, size.1));
        }
        let packed = memory.0 as usize * format.bytes();
        let stride = text("stride").ok().and_then(|text| text.parse().ok()).filter(|stride| *stride >= packed);
        Ok(Self { size, format, stride: stride.unwrap_or(packed) })
    }
}

fn size_of(text: &str, between: char) -> Option<(u32, u32)> {
    let (width, height) = text.split_once(between)?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// `U:1920x1080p-60`
fn mode_size(text: &str) -> Option<(u32, u32)> {
    let (_, size) = text.split_once(':')?;
    let end = size.find(|letter: char| !letter.is_ascii_digit() && letter != 'x')?;
    size_of(size.get(..end)?, 'x')
}
