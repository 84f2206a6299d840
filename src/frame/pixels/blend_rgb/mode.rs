//! The blend modes.

/// How a colour meets what is below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Darker: white changes nothing.
    Multiply,
    /// Lighter: black changes nothing.
    Screen,
    /// The sum, cut off at white.
    Add,
    /// Multiplied where it is dark below, screened where it is light.
    Overlay,
    Darken,
    Lighten,
    Difference,
}

impl Mode {
    pub const ALL: [Mode; 7] =
        [Mode::Multiply, Mode::Screen, Mode::Add, Mode::Overlay, Mode::Darken, Mode::Lighten, Mode::Difference];
}
