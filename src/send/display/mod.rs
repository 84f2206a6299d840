//! Displays that this machine has of its own: what they are to their pictures, and how each kind is opened.
//!
//! `picture` makes pixels of the program's frames, `damage` finds those that are new, a `Surface` takes them, and `run` does
//! one after the other for as long as a display is wanted.

pub mod damage;
mod figures;
pub mod format;
pub mod found;
pub mod framebuffer;
pub mod kms;
pub mod look;
#[cfg(feature = "panel")]
pub mod panel;
pub mod part;
pub mod picture;
pub mod run;
mod screens;
pub mod test_card;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use arc_swap::ArcSwap;

use crate::base::clock::Clock;
use crate::base::status::Condition;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::mailbox::Mailbox;
use crate::frame::picture::Frame;
use crate::show::Show;
use crate::show::display::Screen;
use crate::show::geometry::Rect;
use format::PixelFormat;
use framebuffer::Framebuffer;
use kms::{Cards, Kms};
use screens::Screens;

/// Longest side of a display; whatever says that it is longer is not believed.
pub const LONGEST: u32 = 8_192;

pub struct Env {
    pub show: Arc<ArcSwap<Show>>,
    /// Each display has a branch of it.
    pub frames: Arc<Mailbox<Frame>>,
    pub clock: Clock,
    pub vitals: Arc<Vitals>,
    pub stop: StopFlag,
    pub open: Open,
}

/// How displays are opened: `opener`, or what a test has in place of hardware.
pub type Open = Arc<dyn Fn(&Screen) -> Result<Box<dyn Surface>, DisplayError> + Send + Sync>;

/// Opens what this machine has. All displays share what is opened of a card: only one of those who open it may show pictures.
pub fn opener() -> Open {
    let cards = Cards::default();
    Arc::new(move |screen| open(screen, &cards))
}

/// Starts the thread `displays`, which starts one for each.
pub fn start(env: Env) -> io::Result<JoinHandle<()>> {
    let failing = Failing::of("displays", &env.vitals, Condition::degraded("the thread that starts displays has failed"));
    let stop = env.stop.clone();
    let screens = Screens::new(env);
    spawn_watched("displays", failing, move || screens.run(&stop))
}

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

fn open(screen: &Screen, cards: &Cards) -> Result<Box<dyn Surface>, DisplayError> {
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
