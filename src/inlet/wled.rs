//! WLED's own realtime packets. Each is shown at once, as a device does: who needs several for a frame had better send DDP.

use super::SECOND;
use super::canvas::Canvas;
use super::taken::{Packet, Taken};
use crate::wire::wled;

/// What devices tell one another on the same port begins with it.
const NOTIFICATION: u8 = 0;
const FOR_EVER: u8 = 255;

#[derive(Default)]
pub struct Wled {
    /// How long the sender wants its last packet to be shown.
    pub lasts: Option<i64>,
}

impl Wled {
    pub fn take(&mut self, packet: Packet<'_>, canvas: &mut Canvas) -> Taken {
        let Some(decoded) = wled::decode(packet.bytes) else {
            let known = packet.bytes.first() == Some(&NOTIFICATION);
            return if known { Taken::Elsewhere } else { Taken::Malformed };
        };
        if decoded.timeout_s == 0 {
            return Taken::Ended;
        }
        self.lasts = (decoded.timeout_s != FOR_EVER).then(|| i64::from(decoded.timeout_s) * SECOND);
        if !decoded.data.is_empty() {
            canvas.write(decoded.channels, decoded.start * decoded.channels, decoded.data);
        }
        for [index, rgb @ ..] in decoded.scattered {
            canvas.write(3, usize::from(*index) * 3, rgb);
        }
        canvas.show();
        Taken::Frame
    }
}
