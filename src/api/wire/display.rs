//! A display as doors show it: as it is set up, and how it does.

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::status::DisplayState;
use crate::base::vitals::Vitals;
use crate::show::Show;
use crate::show::display::Display;

#[derive(Debug, Serialize, JsonSchema)]
pub struct DisplayView {
    #[serde(flatten)]
    display: Display,
    /// Measured.
    status: DisplayState,
}

impl DisplayView {
    pub fn new(display: &Display, vitals: &Vitals) -> Self {
        let status = vitals.status.display(display.id.as_str()).filter(|_| display.enabled);
        Self { display: display.clone(), status: status.unwrap_or_default() }
    }

    pub fn all(show: &Show, vitals: &Vitals) -> Vec<Self> {
        show.displays.values().map(|display| Self::new(display, vitals)).collect()
    }
}
