//! WLED's own realtime datagrams: a mode, how long the device waits for the next before its effects come back, and pixels.
//!
//! The device shows every packet at once, so a strip that needs several tears; DDP does not.

use super::number;
use super::packets::Packets;

pub const PORT: u16 = 21_324;

/// What a WLED device reads of a datagram.
const MOST_BYTES: usize = 1472;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Each pixel with its index, of 8 bits.
    Warls,
    /// From the first pixel on, three channels.
    Drgb,
    /// From the first pixel on, four channels.
    Drgbw,
    /// From a given pixel on, three channels.
    Dnrgb,
    /// From a given pixel on, four channels.
    Dnrgbw,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wled {
    pub mode: Mode,
    /// Seconds; 255 is for ever.
    pub timeout_s: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    pub mode: Mode,
    /// 0 ends realtime at once, 255 never does.
    pub timeout_s: u8,
    /// The pixel that `data` begins at.
    pub start: usize,
    /// Bytes a pixel of `data`.
    pub channels: usize,
    /// Whole pixels. None with `Mode::Warls`.
    pub data: &'a [u8],
    /// Each an index and its three channels: all of `Mode::Warls`, none of any other.
    pub scattered: &'a [[u8; 4]],
}

impl Mode {
    const ALL: [Mode; 5] = [Mode::Warls, Mode::Drgb, Mode::Drgbw, Mode::Dnrgb, Mode::Dnrgbw];

    fn byte(self) -> u8 {
        match self {
            Mode::Warls => 1,
            Mode::Drgb => 2,
            Mode::Drgbw => 3,
            Mode::Dnrgb => 4,
            Mode::Dnrgbw => 5,
        }
    }

    pub fn channels(self) -> usize {
        match self {
            Mode::Warls | Mode::Drgb | Mode::Dnrgb => 3,
            Mode::Drgbw | Mode::Dnrgbw => 4,
        }
    }

    /// Pixels of one packet.
    fn pixels(self) -> usize {
        match self {
            Mode::Warls => 255,
            Mode::Drgb | Mode::Drgbw => (MOST_BYTES - 2) / self.channels(),
            Mode::Dnrgb | Mode::Dnrgbw => (MOST_BYTES - 4) / self.channels(),
        }
    }
}

/// How many pixels a mode can reach. Those behind stay as they are.
pub fn reach(mode: Mode) -> usize {
    match mode {
        Mode::Dnrgb | Mode::Dnrgbw => usize::from(u16::MAX),
        Mode::Warls | Mode::Drgb | Mode::Drgbw => mode.pixels(),
    }
}

/// Ends realtime: the device goes back to its own effects.
pub fn release() -> [u8; 2] {
    [Mode::Drgb.byte(), 0]
}

impl Wled {
    /// A pixel that is not whole is left out, and so is what the mode cannot reach.
    pub fn encode(&self, data: &[u8], packets: &mut Packets) {
        let (channels, pixels) = (self.mode.channels(), self.mode.pixels());
        let reached = (data.len() / channels).min(reach(self.mode)) * channels;
        let data = data.get(..reached).unwrap_or_default();
        for (index, part) in data.chunks(pixels * channels).enumerate() {
            let start = u16::try_from(index * pixels).unwrap_or(u16::MAX);
            packets.add(|out| self.packet(start, part, out));
        }
    }

    fn packet(&self, start: u16, part: &[u8], out: &mut Vec<u8>) {
        // with 0 the device would leave realtime instead of showing this
        out.extend_from_slice(&[self.mode.byte(), self.timeout_s.max(1)]);
        match self.mode {
            Mode::Warls => {
                for (index, pixel) in (0..=u8::MAX).zip(part.chunks_exact(3)) {
                    out.push(index);
                    out.extend_from_slice(pixel);
                }
                return;
            }
            Mode::Drgb | Mode::Drgbw => (),
            Mode::Dnrgb | Mode::Dnrgbw => out.extend_from_slice(&start.to_be_bytes()),
        }
        out.extend_from_slice(part);
    }
}

/// `None` for whatever else comes to this port: notifications, and requests in JSON or in the language of old.
pub fn decode(packet: &[u8]) -> Option<Decoded<'_>> {
    let [mode, timeout_s, rest @ ..] = packet else { return None };
    let (mode, timeout_s) = (Mode::ALL.into_iter().find(|known| known.byte() == *mode)?, *timeout_s);
    let channels = mode.channels();
    let nothing = Decoded { mode, timeout_s, start: 0, channels, data: &[], scattered: &[] };
    let (start, data) = match mode {
        Mode::Warls => return Some(Decoded { scattered: rest.as_chunks().0, ..nothing }),
        Mode::Drgb | Mode::Drgbw => (0, rest),
        // without a start it still prolongs or ends realtime
        Mode::Dnrgb | Mode::Dnrgbw => (number(rest, 0).unwrap_or(0), rest.get(2..).unwrap_or_default()),
    };
    let whole = data.len() / channels * channels;
    Some(Decoded { start: usize::from(start), data: data.get(..whole).unwrap_or_default(), ..nothing })
}
