//! A file gets its name once all of it is there: until then it lies beside, under another.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::Output;
use crate::frame::picture::Frame;
use crate::render::error::RenderError;

pub struct Draft {
    /// None once it is finished.
    output: Option<Box<dyn Output>>,
    beside: PathBuf,
    path: PathBuf,
}

impl Draft {
    /// `open` is given the name under which it is written.
    pub fn begin(
        path: &Path,
        open: impl FnOnce(&Path) -> Result<Box<dyn Output>, RenderError>,
    ) -> Result<Box<dyn Output>, RenderError> {
        // What leads elsewhere goes on leading there.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if path.exists() && !path.is_file() {
            // A pipe or a device has no other name, and somebody reads it meanwhile.
            return open(&path);
        }
        let mut draft = Draft { output: None, beside: beside(&path), path };
        draft.output = Some(open(&draft.beside)?);
        Ok(Box::new(draft))
    }
}

/// `film.mp4` is `.film.mp4.part` until then.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    path.with_file_name(name)
}

/// All of a small file at once.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = beside(path);
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What counts is why it could not be written.
        let _ = fs::remove_file(&beside);
    }
    written
}

impl Output for Draft {
    fn frame(&mut self, frame: Frame) -> Result<(), RenderError> {
        self.output.as_mut().map_or(Ok(()), |output| output.frame(frame))
    }

    fn sound(&mut self, samples: &[f32]) -> Result<(), RenderError> {
        self.output.as_mut().map_or(Ok(()), |output| output.sound(samples))
    }

    fn finish(mut self: Box<Self>) -> Result<(), RenderError> {
        self.output.take().map_or(Ok(()), |output| output.finish())?;
        let on_disk = File::open(&self.beside).and_then(|file| file.sync_all());
        on_disk.and_then(|()| fs::rename(&self.beside, &self.path)).map_err(RenderError::file(&self.path))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Whoever still writes it ends first.
        drop(self.output.take());
        // One that has its name is not there any more.
        let _ = fs::remove_file(&self.beside);
    }
}

#[cfg(test)]
mod tests {
    use super::super::wav::Wav;
    use super::*;

    fn draft(path: &Path) -> Result<Box<dyn Output>, RenderError> {
        Draft::begin(path, |path| Ok(Box::new(Wav::create(path)?)))
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn it_has_its_name_when_it_is_whole_and_not_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let mut output = draft(&path).unwrap();
        output.sound(&[0.5; 4]).unwrap();
        assert_eq!(names(dir.path()), [".a.wav.part"]);
        output.finish().unwrap();
        assert_eq!((names(dir.path()), fs::read(&path).unwrap().len()), (vec!["a.wav".to_owned()], 44 + 16));
    }

    #[test]
    fn one_that_is_given_up_leaves_nothing_and_what_was_there_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        fs::write(&path, "mine").unwrap();
        let mut output = draft(&path).unwrap();
        output.sound(&[0.5; 4]).unwrap();
        drop(output);
        assert_eq!((names(dir.path()), fs::read(&path).unwrap()), (vec!["a.wav".to_owned()], b"mine".to_vec()));
        let failed = Draft::begin(&path, |path| {
            fs::write(path, "half").unwrap();
            Err(RenderError::Empty)
        });
        assert!(failed.is_err() && names(dir.path()) == ["a.wav"]);
        assert!(draft(&dir.path().join("none/a.wav")).is_err() && draft(dir.path()).is_err());
        assert!(write(dir.path(), b"x").is_err() && names(dir.path()) == ["a.wav"]);
    }

    #[test]
    fn what_leads_elsewhere_goes_on_leading_there() {
        let dir = tempfile::tempdir().unwrap();
        let (path, link) = (dir.path().join("a.wav"), dir.path().join("link.wav"));
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        draft(&link).unwrap().finish().unwrap();
        assert_eq!(fs::read(&path).unwrap().len(), 44);
        assert!(link.is_symlink());
    }
}
