//! What is to be painted, as the command line says it.

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use super::when::{When, seconds, when};
use crate::show::geometry::Canvas;
use crate::show::stream::Preset;
use crate::show::time::Fps;

#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// A data directory, a file of a score, or an exported show.
    pub source: PathBuf,
    /// Where assets lie; None: where the source has them.
    pub assets: Option<PathBuf>,
    pub output: PathBuf,
    pub from: Option<When>,
    pub to: Option<When>,
    pub length: Option<Duration>,
    /// None: as the show is.
    pub size: Option<Canvas>,
    pub fps: Option<Fps>,
    pub coding: Coding,
    pub overwrite: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coding {
    pub rate: Rate,
    pub preset: Preset,
    /// kbit/s.
    pub sound: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// As x264 counts: smaller is better.
    Quality(u32),
    /// kbit/s.
    Bitrate(u32),
}

/// What an output is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Mp4,
    Mkv,
    /// Every sample as it was painted, and no sound.
    Y4m,
    /// One file for each frame, by its number.
    Png,
    /// Sound alone, every sample as it was mixed.
    Wav,
}

impl Kind {
    pub fn of(path: &Path) -> Option<Kind> {
        let name = path.file_name()?.to_str()?;
        match path.extension()?.to_str()? {
            "mp4" | "m4v" => Some(Kind::Mp4),
            "mkv" => Some(Kind::Mkv),
            "y4m" => Some(Kind::Y4m),
            "wav" => Some(Kind::Wav),
            "png" if name.matches("%d").count() == 1 => Some(Kind::Png),
            _ => None,
        }
    }
}

/// As `WIDTHxHEIGHT`.
pub fn size(text: &str) -> Result<Canvas, String> {
    let sides =
        text.split_once(['x', 'X', '×']).and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    let fits = |side: u32| (Canvas::MIN..=Canvas::MAX).contains(&side) && side.is_multiple_of(2);
    match sides {
        Some((width, height)) if fits(width) && fits(height) => Ok(Canvas { width, height }),
        _ => Err(format!("give it as 1920x1080: even numbers from {} to {}", Canvas::MIN, Canvas::MAX)),
    }
}

pub fn fps(text: &str) -> Result<Fps, String> {
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    let parsed = above.parse().ok().zip(below.parse().ok());
    let fps = parsed.and_then(|(numerator, denominator)| Fps::new(numerator, denominator).ok());
    fps.ok_or_else(|| "give 1 to 120, or a fraction such as 30000/1001".to_owned())
}

pub fn preset(text: &str) -> Result<Preset, String> {
    serde_json::from_value(text.into()).map_err(|_| "give one of x264's presets from ultrafast to medium".to_owned())
}

pub fn output(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match Kind::of(&path) {
        Some(_) => Ok(path),
        None => Err("give a name that ends in .mp4, .mkv, .y4m, .wav, or %d.png".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_said_by_its_name() {
        for (name, kind) in [
            ("a.mp4", Some(Kind::Mp4)),
            ("dir/a.mkv", Some(Kind::Mkv)),
            ("a.y4m", Some(Kind::Y4m)),
            ("frames/%d.png", Some(Kind::Png)),
            ("a.wav", Some(Kind::Wav)),
            ("a.png", None),
            ("%d/a.png", None),
            ("a.avi", None),
            ("mp4", None),
        ] {
            assert_eq!(Kind::of(Path::new(name)), kind, "{name}");
            assert_eq!(output(name).is_ok(), kind.is_some(), "{name}");
        }
    }

    #[test]
    fn sizes_and_rates_are_in_range() {
        assert_eq!(size("3840x2160"), Ok(Canvas { width: 3840, height: 2160 }));
        for bad in ["", "x", "1920", "1921x1080", "1920x0", "9999x1080", "-2x2", "1920x1080x2"] {
            assert!(size(bad).is_err(), "{bad}");
        }
        assert_eq!(fps("30000/1001"), Ok(Fps::new(30_000, 1_001).unwrap()));
        for bad in ["", "0", "a", "30/0", "1/2/3", "999"] {
            assert!(fps(bad).is_err(), "{bad}");
        }
        assert_eq!((preset("fast").is_ok(), preset("slow").is_ok()), (true, false));
    }
}
