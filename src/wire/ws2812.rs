//! The one-wire signal of WS2812 and its kin, drawn with the data line of an SPI bus: a long pulse is a one, a short one a zero.

use std::ops::RangeInclusive;

/// How many bits on the bus a bit of colour takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// At 2.4 MHz: 9 bytes for a pixel of three channels.
    Three,
    /// At 3.2 MHz: 12 bytes for a pixel of three channels, and a zero that is shorter.
    Four,
}

/// LEDs take what they got once the line is low for more than 280 µs; older ones are content with 50.
const RESET_US: u32 = 300;

static THREE: [[u8; 3]; 256] = table(0b100, 0b110);
static FOUR: [[u8; 4]; 256] = table(0b1000, 0b1110);

impl Encoding {
    pub fn clock_hz(self) -> u32 {
        match self {
            Encoding::Three => 2_400_000,
            Encoding::Four => 3_200_000,
        }
    }

    /// For each byte of colour.
    pub fn bytes_per_channel(self) -> usize {
        match self {
            Encoding::Three => 3,
            Encoding::Four => 4,
        }
    }

    /// Bytes during which the line is low, before and after the colours.
    pub fn gap(self) -> usize {
        (self.clock_hz() / 1_000 * RESET_US).div_ceil(8 * 1_000) as usize
    }
}

/// What each byte of colour looks like, its highest bit first.
const fn table<const N: usize>(zero: u32, one: u32) -> [[u8; N]; 256] {
    let mut table = [[0; N]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bits = 0;
        let mut bit = 8;
        while bit > 0 {
            bit -= 1;
            bits = bits << N | if byte >> bit & 1 == 1 { one } else { zero };
        }
        let mut place = N;
        while place > 0 {
            place -= 1;
            table[byte][place] = bits as u8;
            bits >>= 8;
        }
        byte += 1;
    }
    table
}

/// What goes over the bus in one transfer, into a buffer that is kept.
///
/// It begins low for as long as it ends: on a line that idles high, the first edge is the end of a pulse that the first LED takes
/// for a bit of its own, unless it is made to forget it.
pub fn encode(encoding: Encoding, data: &[u8], out: &mut Vec<u8>) {
    let gap = encoding.gap();
    out.clear();
    out.reserve(data.len() * encoding.bytes_per_channel() + 2 * gap);
    out.resize(gap, 0);
    match encoding {
        Encoding::Three => data.iter().for_each(|byte| out.extend_from_slice(&THREE[usize::from(*byte)])),
        Encoding::Four => data.iter().for_each(|byte| out.extend_from_slice(&FOUR[usize::from(*byte)])),
    }
    out.resize(out.len() + gap, 0);
}

/// How many pixels fit into a transfer of `bufsiz` bytes. Both gaps count: of three channels the usual 4096 bytes hold 435 or
/// 321 pixels, not the 455 or 341 that they would hold without.
pub fn largest(encoding: Encoding, channels: usize, bufsiz: usize) -> usize {
    let pixel = channels.max(1).saturating_mul(encoding.bytes_per_channel());
    bufsiz.saturating_sub(2 * encoding.gap()) / pixel
}

/// What the LEDs would show: `None` if there is nothing that they took.
pub fn decode(encoding: Encoding, bits: &[u8]) -> Option<Vec<u8>> {
    let mut strip = Strip::new(encoding.clock_hz());
    for byte in bits {
        for bit in (0..8).rev() {
            strip.see(byte >> bit & 1 == 1);
        }
    }
    strip.shown
}

/// LEDs that know nothing of a bus: they see a line that is high or low for some time.
struct Strip {
    clock_hz: u32,
    high: bool,
    /// For so many clocks.
    since: u32,
    heard: Vec<bool>,
    disturbed: bool,
    shown: Option<Vec<u8>>,
}

/// In nanoseconds, as data sheets of several makers overlap.
const SHORT: RangeInclusive<u64> = 200..=500;
const LONG: RangeInclusive<u64> = 550..=1_000;
const PAUSE: u64 = 5_000;
const RESET: u64 = 280_000;

impl Strip {
    fn new(clock_hz: u32) -> Self {
        Self { clock_hz, high: false, since: 0, heard: Vec::new(), disturbed: false, shown: None }
    }

    fn see(&mut self, high: bool) {
        if high != self.high {
            self.edge();
            self.high = high;
            self.since = 0;
        }
        self.since = self.since.saturating_add(1);
        if !high && self.nanoseconds() > RESET {
            self.take();
        }
    }

    fn nanoseconds(&self) -> u64 {
        u64::from(self.since) * 1_000_000_000 / u64::from(self.clock_hz.max(1))
    }

    fn edge(&mut self) {
        let lasted = self.nanoseconds();
        match (self.high, SHORT.contains(&lasted), LONG.contains(&lasted)) {
            (true, true, _) => self.heard.push(false),
            (true, _, true) => self.heard.push(true),
            (true, false, false) => self.disturbed = true,
            (false, ..) => self.disturbed |= lasted > PAUSE && !self.heard.is_empty(),
        }
    }

    fn take(&mut self) {
        let (bytes, half) = self.heard.as_chunks::<8>();
        if !self.disturbed && half.is_empty() && !bytes.is_empty() {
            let byte = |bits: &[bool; 8]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
            self.shown = Some(bytes.iter().map(byte).collect());
        }
        self.heard.clear();
        self.disturbed = false;
    }
}
