//! What a connection counts.

use crate::base::vitals::{Counter, Vitals};
use crate::show::ids::DestinationId;

pub(super) struct Counts {
    pub packets: Counter,
    pub dropped: Counter,
    bytes: Counter,
    counted: u64,
}

impl Counts {
    pub fn of(vitals: &Vitals, id: &DestinationId) -> Self {
        let labels = [id.as_str()];
        Self {
            packets: vitals.destination_packets.with_label_values(&labels),
            dropped: vitals.destination_dropped.with_label_values(&labels),
            bytes: vitals.destination_bytes.with_label_values(&labels),
            counted: 0,
        }
    }

    /// Of this connection.
    pub fn bytes_so_far(&mut self, bytes: u64) {
        self.bytes.inc_by(bytes.saturating_sub(self.counted));
        self.counted = bytes;
    }
}
