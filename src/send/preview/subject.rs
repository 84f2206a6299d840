//! Of what pictures are made for those who watch: where their settings stand, and where they are counted.

use crate::base::vitals::{Vitals, WatchCounts};
use crate::show::stream::{PreviewConfig, StreamConfig};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Program,
    /// All scenes at once.
    Multiview,
}

impl Subject {
    pub(super) fn config(self, config: &StreamConfig) -> PreviewConfig {
        match self {
            Subject::Program => config.preview,
            Subject::Multiview => config.multiview,
        }
    }

    pub(super) fn counts(self, vitals: &Vitals) -> WatchCounts {
        match self {
            Subject::Program => vitals.preview_counts(),
            Subject::Multiview => vitals.multiview_counts(),
        }
    }

    /// Of the thread, and of what it is to health.
    pub(super) fn name(self) -> &'static str {
        match self {
            Subject::Program => "preview",
            Subject::Multiview => "multiview-jpeg",
        }
    }
}
