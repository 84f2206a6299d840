//! Adalight and its kin: microcontrollers on a serial line, which look for a header and then count bytes.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Tells the number of pixels less one.
    Ada,
    /// Tells the number of pixels, and sends what an APA102 wants to hear: the controller only hands it on.
    LightBerry,
    /// HyperSerial: as `Ada`, but with three sums at its end, and what was disturbed is not shown.
    Awa,
}

const HEADER: usize = 6;

/// Three channels a pixel, into a buffer that is kept; nothing without a pixel. More pixels than can be told are left out.
pub fn encode(variant: Variant, data: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let (pixels, _) = data.as_chunks::<3>();
    let pixels = pixels.get(..variant.most()).unwrap_or(pixels);
    if pixels.is_empty() {
        return;
    }
    out.reserve(HEADER + variant.body(pixels.len()));
    out.extend_from_slice(&variant.header(pixels.len()));
    let data = pixels.as_flattened();
    match variant {
        Variant::Ada => out.extend_from_slice(data),
        Variant::Awa => {
            out.extend_from_slice(data);
            out.extend_from_slice(&sums(data));
        }
        Variant::LightBerry => {
            out.extend_from_slice(&[0; 4]);
            out.extend(pixels.iter().flat_map(|[a, b, c]| [0xff, *a, *b, *c]));
            out.resize(HEADER + variant.body(pixels.len()), 0);
        }
    }
}

impl Variant {
    fn most(self) -> usize {
        match self {
            Variant::Ada | Variant::Awa => 65_536,
            Variant::LightBerry => 65_535,
        }
    }

    fn magic(self) -> [u8; 3] {
        match self {
            Variant::Ada | Variant::LightBerry => *b"Ada",
            Variant::Awa => *b"Awa",
        }
    }

    fn header(self, pixels: usize) -> [u8; HEADER] {
        let told = match self {
            Variant::Ada | Variant::Awa => pixels.saturating_sub(1),
            Variant::LightBerry => pixels,
        };
        let [high, low] = u16::try_from(told).unwrap_or(u16::MAX).to_be_bytes();
        let [a, b, c] = self.magic();
        [a, b, c, high, low, high ^ low ^ 0x55]
    }

    /// Bytes after the header.
    fn body(self, pixels: usize) -> usize {
        match self {
            Variant::Ada => 3 * pixels,
            Variant::Awa => 3 * pixels + 3,
            Variant::LightBerry => 4 + 4 * pixels + pixels.div_ceil(16).max(4),
        }
    }
}

/// The two of Fletcher, and one that knows each byte's place, up to the 256th. The last is never an `A`: a header begins so.
fn sums(data: &[u8]) -> [u8; 3] {
    let add = |sum: u8, byte: u8| ((u16::from(sum) + u16::from(byte)) % 255) as u8;
    let mut place = 0u8;
    let [first, second, third] = data.iter().fold([0; 3], |[first, second, third], byte| {
        let first = add(first, *byte);
        let third = add(third, byte ^ place);
        place = place.wrapping_add(1);
        [first, add(second, first), third]
    });
    [first, second, if third == b'A' { 0xaa } else { third }]
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// Three channels a pixel.
    pub data: Vec<u8>,
    /// What comes after the frame.
    pub rest: &'a [u8],
}

/// The first whole frame of a stream, whatever lies before it. What tells `Ada` and `LightBerry` apart is not in the stream.
pub fn decode(variant: Variant, stream: &[u8]) -> Option<Decoded<'_>> {
    let mut rest = stream;
    loop {
        let Some(pixels) = told(variant, rest) else {
            rest = rest.get(1..)?;
            continue;
        };
        let (body, after) = rest.get(HEADER..)?.split_at_checked(variant.body(pixels))?;
        if let Some(data) = colors(variant, pixels, body) {
            return Some(Decoded { data, rest: after });
        }
        rest = after;
    }
}

/// How many pixels a header tells, if one is here.
fn told(variant: Variant, stream: &[u8]) -> Option<usize> {
    let [high, low, check] = stream.strip_prefix(&variant.magic())?.first_chunk()?;
    let count = usize::from(u16::from_be_bytes([*high, *low]));
    let pixels = if variant == Variant::LightBerry { count } else { count + 1 };
    (high ^ low ^ 0x55 == *check).then_some(pixels)
}

fn colors(variant: Variant, pixels: usize, body: &[u8]) -> Option<Vec<u8>> {
    match variant {
        Variant::Ada => Some(body.to_vec()),
        Variant::Awa => body.split_last_chunk().filter(|(data, told)| sums(data) == **told).map(|(data, _)| data.to_vec()),
        Variant::LightBerry => {
            let (frames, _) = body.get(4..)?.as_chunks::<4>();
            Some(frames.iter().take(pixels).flat_map(|[_, a, b, c]| [*a, *b, *c]).collect())
        }
    }
}
