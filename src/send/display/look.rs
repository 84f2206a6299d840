//! How the picture is to be put on a display: what may change while it is shown.

use crate::show::display::{Display, Fit};
use crate::show::rotation::Rotation;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub fit: Fit,
    pub rotation: Rotation,
    pub brightness: f64,
    pub gamma: f64,
    pub test_card: bool,
    /// At most so many pictures in a second.
    pub fps: Option<u16>,
}

impl Look {
    pub fn of(display: &Display) -> Self {
        let Display { fit, rotation, brightness, gamma, test_card, fps, .. } = *display;
        Self { fit, rotation, brightness, gamma, test_card, fps }
    }
}

impl Default for Look {
    fn default() -> Self {
        let (fit, rotation) = Default::default();
        Self { fit, rotation, brightness: 1.0, gamma: 1.0, test_card: false, fps: None }
    }
}
