//! A connector of a graphics card, by the kernel's mode setting: two buffers in turn, or one of which the card is told what
//! is new.

mod card;
mod choice;
mod swap;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::Arc;

use card::Card;
pub use card::Cards;
use choice::{Connector, Plugged, Timing, Way};
use drm::Device as _;
use drm::buffer::{Buffer as _, DrmFourcc};
use drm::control::dumbbuffer::DumbBuffer;
use drm::control::{ClipRect, Device as _, ModeFlags, ModeTypeFlags, PageFlipFlags};
use drm::control::{ResourceHandles, connector, crtc, framebuffer};
use swap::Swap;

use super::damage::MOST;
use super::format::PixelFormat;
use super::part::Part;
use super::{DisplayError, Surface};
use crate::show::display::Mode;
use crate::show::geometry::Rect;

const FOLDER: &str = "/dev/dri";

pub struct Kms {
    head: Head,
    size: (u32, u32),
    way: Way,
    buffers: Vec<Buffer>,
    swap: Swap,
    /// A flip was asked for, and may not be done yet.
    is_flipping: bool,
    clips: Vec<ClipRect>,
}

/// A connector with what makes the picture for it. Dropped, both show what they did before.
struct Head {
    card: Arc<Card>,
    name: String,
    connector: connector::Handle,
    crtc: crtc::Handle,
    mode: drm::control::Mode,
    before: Option<crtc::Info>,
}

struct Buffer {
    card: Arc<Card>,
    memory: DumbBuffer,
    picture: framebuffer::Handle,
}

impl Kms {
    /// Without a device: on the first card that has what is wanted.
    pub fn open(
        cards: &Cards,
        device: Option<&Path>,
        connector: Option<&str>,
        mode: Option<Mode>,
    ) -> Result<Self, DisplayError> {
        if let Some(device) = device {
            return Self::on(cards.open(device)?, connector, mode);
        }
        let mut told = DisplayError::Absent { what: format!("a graphics card in {FOLDER}") };
        for path in choice::cards(Path::new(FOLDER)) {
            let display = match cards.open(&path) {
                // It only computes.
                Ok(card) if !card.has_connectors() => continue,
                Ok(card) => Self::on(card, connector, mode),
                Err(error) => Err(error),
            };
            match display {
                Ok(display) => return Ok(display),
                // That something is not on one card says less than what is wrong with another.
                Err(error) if matches!(told, DisplayError::Absent { .. }) => told = error,
                Err(_) => {}
            }
        }
        Err(told)
    }

    fn on(card: Arc<Card>, connector: Option<&str>, mode: Option<Mode>) -> Result<Self, DisplayError> {
        let head = Head::choose(card, connector, mode)?;
        let (width, height) = head.mode.size();
        let size = (u32::from(width), u32::from(height));
        let driver = head.card.get_driver().map(|driver| driver.name().to_string_lossy().into_owned());
        let way = choice::way(&driver.unwrap_or_default());
        let count = if way == Way::Flip { 2 } else { 1 };
        let buffers = (0..count).map(|_| Buffer::new(&head.card, size)).collect::<Result<Vec<_>, _>>()?;
        let clips = Vec::with_capacity(MOST);
        let display = Self { head, size, way, buffers, swap: Swap::new(), is_flipping: false, clips };
        // Now rather than with the first picture: whether it may be done is known at once.
        display.light()?;
        Ok(display)
    }

    /// The buffer that is next is seen from now on.
    fn light(&self) -> Result<(), DisplayError> {
        let Head { card, connector, crtc, mode, .. } = &self.head;
        let picture = self.buffers.get(self.swap.back()).map(|buffer| buffer.picture);
        card.set_crtc(*crtc, picture, (0, 0), &[*connector], Some(*mode)).map_err(|error| card.error(&error))
    }

    fn flip(&mut self) -> Result<(), DisplayError> {
        let Head { card, crtc, .. } = &self.head;
        let Some(buffer) = self.buffers.get(self.swap.back()) else { return Ok(()) };
        match card.page_flip(*crtc, buffer.picture, PageFlipFlags::EVENT, None) {
            Ok(()) => self.is_flipping = true,
            // It can not: then it is set anew, which waits for the screen, too.
            Err(error) if !matches!(error.kind(), io::ErrorKind::PermissionDenied) => self.light()?,
            Err(error) => return Err(card.error(&error)),
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<(), DisplayError> {
        let Head { card, crtc, name, .. } = &self.head;
        if !std::mem::take(&mut self.is_flipping) || card.wait_for_flip(*crtc).map_err(|error| card.error(&error))? {
            return Ok(());
        }
        Err(DisplayError::Io(format!("{name}: the card does not say when the picture is seen")))
    }

    fn touch(&mut self, damage: &[Rect]) -> Result<(), DisplayError> {
        let Some(buffer) = self.buffers.first() else { return Ok(()) };
        self.clips.clear();
        self.clips.extend(damage.iter().filter_map(|rect| Part::of(*rect, self.size)).map(|part| clip(&part)));
        // None of them would mean all of it.
        if self.clips.is_empty() {
            return Ok(());
        }
        match self.head.card.dirty_framebuffer(buffer.picture, &self.clips) {
            // A card that needs not be told says that it can not be.
            Err(error) if !matches!(error.raw_os_error(), Some(22 | 38 | 95)) => Err(self.head.card.error(&error)),
            _ => Ok(()),
        }
    }
}

impl Surface for Kms {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn format(&self) -> PixelFormat {
        PixelFormat::Xrgb8888
    }

    fn show(&mut self, pixels: &[u8], stride: usize, damage: &[Rect]) -> Result<(), DisplayError> {
        self.wait()?;
        let Some(buffer) = self.buffers.get_mut(self.swap.back()) else { return Ok(()) };
        let stale = |rect: Rect| Part::of(rect, self.size);
        match self.way {
            Way::Flip => {
                buffer.write(pixels, stride, self.swap.stale(damage).filter_map(stale))?;
                self.flip()?;
                self.swap.swap(damage);
            }
            Way::Touch => {
                buffer.write(pixels, stride, damage.iter().copied().filter_map(stale))?;
                self.touch(damage)?;
            }
        }
        Ok(())
    }

    fn look_after(&mut self) -> Result<(), DisplayError> {
        let Head { card, connector, name, .. } = &self.head;
        let seen = card.get_connector(*connector, false).map_err(|error| card.error(&error))?;
        let is_gone = seen.state() == connector::State::Disconnected;
        if is_gone { Err(DisplayError::Absent { what: format!("a screen on {name}") }) } else { Ok(()) }
    }
}

impl Head {
    fn choose(card: Arc<Card>, wanted: Option<&str>, mode: Option<Mode>) -> Result<Self, DisplayError> {
        let no_card = || DisplayError::unsuitable(format!("{} is no card with connectors", card.name));
        let resources = card.resource_handles().map_err(|_| no_card())?;
        let taken = card.taken();
        let infos = resources.connectors().iter().map(|handle| seen(&card, *handle, &taken));
        let infos = infos.collect::<Result<Vec<_>, _>>().map_err(|error| card.error(&error))?;
        let names: Vec<_> = infos.iter().map(|info| named(info, &taken)).collect();
        let index = choice::connector(&names, wanted)?;
        let Some(info) = infos.get(index) else { return Err(no_card()) };
        let timings: Vec<_> = info.modes().iter().map(timing).collect();
        let mode = choice::mode(&timings, mode)?;
        let Some(mode) = info.modes().get(mode).copied() else { return Err(no_card()) };
        let crtc = source(&card, &resources, info, &taken)?;
        let before = card.get_crtc(crtc).ok();
        if !card.take(info.handle(), crtc) {
            return Err(DisplayError::Io(format!("{info}: another display was faster")));
        }
        Ok(Self { name: info.to_string(), connector: info.handle(), crtc, mode, before, card })
    }
}

impl Drop for Head {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            // What was shown before may be gone; then it is the kernel's console that comes back.
            let connector = before.mode().map(|_| self.connector);
            let picture = before.framebuffer();
            let _ = self.card.set_crtc(self.crtc, picture, before.position(), connector.as_slice(), before.mode());
        }
        self.card.give_back(self.crtc);
    }
}

impl Buffer {
    fn new(card: &Arc<Card>, size: (u32, u32)) -> Result<Self, DisplayError> {
        let told = |error: io::Error| card.error(&error);
        let memory = card.create_dumb_buffer(size, DrmFourcc::Xrgb8888, 32).map_err(told)?;
        match card.add_framebuffer(&memory, 24, 32) {
            Ok(picture) => Ok(Self { card: card.clone(), memory, picture }),
            Err(error) => {
                // What matters is the first error.
                let _ = card.destroy_dumb_buffer(memory);
                Err(told(error))
            }
        }
    }

    fn write(&mut self, pixels: &[u8], stride: usize, parts: impl Iterator<Item = Part>) -> Result<(), DisplayError> {
        let pitch = self.memory.pitch() as usize;
        let mut memory = self.card.map_dumb_buffer(&mut self.memory).map_err(|error| self.card.error(&error))?;
        parts.for_each(|part| part.copy(PixelFormat::Xrgb8888.bytes(), (pixels, stride), (memory.as_mut(), pitch)));
        Ok(())
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // The kernel does both when the card is closed, at the latest.
        let _ = self.card.destroy_framebuffer(self.picture);
        let _ = self.card.destroy_dumb_buffer(self.memory);
    }
}

/// What hangs on a connector. A card that looks only when it is asked to is asked, but not in the middle of what it shows.
fn seen(card: &Card, handle: connector::Handle, taken: &[(connector::Handle, crtc::Handle)]) -> io::Result<connector::Info> {
    let info = card.get_connector(handle, false)?;
    let is_taken = taken.iter().any(|(connector, _)| *connector == handle);
    if info.modes().is_empty() && !is_taken { card.get_connector(handle, true) } else { Ok(info) }
}

fn named(info: &connector::Info, taken: &[(connector::Handle, crtc::Handle)]) -> Connector {
    let plugged = match info.state() {
        connector::State::Connected => Plugged::Yes,
        connector::State::Disconnected => Plugged::No,
        connector::State::Unknown => Plugged::Maybe,
    };
    let is_taken = taken.iter().any(|(connector, _)| *connector == info.handle());
    Connector { name: info.to_string(), plugged, is_taken }
}

fn timing(mode: &drm::control::Mode) -> Timing {
    let is_preferred = mode.mode_type().contains(ModeTypeFlags::PREFERRED);
    Timing {
        size: mode.size(),
        hz: mode.vrefresh(),
        is_preferred,
        is_interlaced: mode.flags().contains(ModeFlags::INTERLACE),
    }
}

fn source(
    card: &Card,
    resources: &ResourceHandles,
    info: &connector::Info,
    taken: &[(connector::Handle, crtc::Handle)],
) -> Result<crtc::Handle, DisplayError> {
    let current = info.current_encoder().and_then(|encoder| card.get_encoder(encoder).ok()?.crtc());
    let encoders = info.encoders().iter().filter_map(|encoder| card.get_encoder(*encoder).ok());
    let possible: Vec<_> = encoders.flat_map(|encoder| resources.filter_crtcs(encoder.possible_crtcs())).collect();
    let taken: Vec<_> = taken.iter().map(|(_, crtc)| *crtc).collect();
    choice::source(current, &possible, &taken)
}

fn clip(part: &Part) -> ClipRect {
    let number = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
    let Part { columns, rows } = part;
    ClipRect::new(number(columns.start), number(rows.start), number(columns.end), number(rows.end))
}
