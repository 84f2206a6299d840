//! Displays that this machine has of its own: what they are to their pictures, and how each kind is opened.
//!
//! `picture` makes pixels of the program's frames, `damage` finds those that are new, a `Surface` takes them, and `run` does
//! one after the other for as long as a display is wanted.

pub mod damage;
pub mod format;
pub mod framebuffer;
pub mod kms;
pub mod look;
#[cfg(feature = "panel")]
pub mod panel;
pub mod part;
pub mod picture;
pub mod run;
pub mod test_card;

use std::io;
use std::path::Path;

use crate::show::display::Screen;
use crate::show::geometry::Rect;
use format::PixelFormat;
use framebuffer::Framebuffer;
use kms::{Cards, Kms};

/// Longest side of a display; whatever says that it is longer is not believed.
pub const LONGEST: u32 = 8_192;

/// Where pixels are seen.
pub trait Surface {
    fn size(&self) -> (u32, u32);

    fn format(&self) -> PixelFormat;

    /// Shows the picture, which is whole; at least what `damage` says is new in it.
    fn show(&mut self, pixels: &[u8], stride: usize, damage: &[Rect]) -> Result<(), DisplayError>;

    /// Whether it is still there; asked now and then, also while nothing changes.
    fn look_after(&mut self) -> Result<(), DisplayError> {
        Ok(())
    }
}

impl<S: Surface + ?Sized> Surface for Box<S> {
    fn size(&self) -> (u32, u32) {
        (**self).size()
    }

    fn format(&self) -> PixelFormat {
        (**self).format()
    }

    fn show(&mut self, pixels: &[u8], stride: usize, damage: &[Rect]) -> Result<(), DisplayError> {
        (**self).show(pixels, stride, damage)
    }

    fn look_after(&mut self) -> Result<(), DisplayError> {
        (**self).look_after()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DisplayError {
    #[error("{what} is not there: is it plugged in, and switched on in the system's configuration?")]
    Absent { what: String },
    #[error("{device} may not be used: add the user of this server to its group, and end what else shows pictures on it")]
    Denied { device: String },
    #[error("{why}")]
    Unsuitable { why: String },
    #[error("{0}")]
    Io(String),
}

impl DisplayError {
    /// What a device that was asked for answers.
    pub(crate) fn of(error: &io::Error, device: impl std::fmt::Display) -> Self {
        let device = device.to_string();
        match error.kind() {
            io::ErrorKind::NotFound => DisplayError::Absent { what: device },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ResourceBusy => DisplayError::Denied { device },
            // No such device or address: there is a name for it, and nothing behind.
            _ if matches!(error.raw_os_error(), Some(6 | 19)) => DisplayError::Absent { what: device },
            _ => DisplayError::Io(format!("{device}: {error}")),
        }
    }

    pub(crate) fn unsuitable(why: impl Into<String>) -> Self {
        DisplayError::Unsuitable { why: why.into() }
    }

    /// Trying again soon is of no use.
    pub fn is_refusal(&self) -> bool {
        matches!(self, DisplayError::Denied { .. } | DisplayError::Unsuitable { .. })
    }
}

/// A display as it is set up. Cards are shared: only one of those who open them may show pictures.
pub fn open(screen: &Screen, cards: &Cards) -> Result<Box<dyn Surface>, DisplayError> {
    match screen {
        Screen::Kms { device, connector, mode } => {
            Ok(Box::new(Kms::open(cards, device.as_deref().map(Path::new), connector.as_deref(), *mode)?))
        }
        Screen::Framebuffer { device } => {
            Ok(Box::new(Framebuffer::open(Path::new(device), Path::new(framebuffer::GRAPHICS))?))
        }
        #[cfg(feature = "panel")]
        Screen::Panel(panel) => Ok(Box::new(panel::open(panel)?)),
        #[cfg(not(feature = "panel"))]
        Screen::Panel(_) => Err(DisplayError::unsuitable("this build can not drive panels (the feature panel)")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_can_be_done_about_them() {
        #[track_caller]
        fn check(error: io::Error, expected: DisplayError) {
            assert_eq!(DisplayError::of(&error, "/dev/fb0"), expected);
        }
        let device = || "/dev/fb0".to_owned();
        check(io::ErrorKind::NotFound.into(), DisplayError::Absent { what: device() });
        check(io::Error::from_raw_os_error(19), DisplayError::Absent { what: device() });
        check(io::ErrorKind::PermissionDenied.into(), DisplayError::Denied { device: device() });
        check(io::Error::from_raw_os_error(16), DisplayError::Denied { device: device() });
        check(io::Error::other("it burns"), DisplayError::Io("/dev/fb0: it burns".to_owned()));
    }

    #[test]
    fn only_some_errors_are_refusals() {
        assert!(DisplayError::Denied { device: String::new() }.is_refusal());
        assert!(DisplayError::unsuitable("").is_refusal());
        assert!(!DisplayError::Absent { what: String::new() }.is_refusal());
        assert!(!DisplayError::Io(String::new()).is_refusal());
    }

    #[test]
    fn what_is_not_there_is_absent() {
        let screen = Screen::Framebuffer { device: "/dev/fb987".to_owned() };
        assert!(matches!(open(&screen, &Cards::default()).err(), Some(DisplayError::Absent { .. })));
        let device = Some("/dev/dri/card987".to_owned());
        let screen = Screen::Kms { device, connector: None, mode: None };
        assert!(matches!(open(&screen, &Cards::default()).err(), Some(DisplayError::Absent { .. })));
    }
}
