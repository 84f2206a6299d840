//! The datagrams of one frame, one after the other in a buffer that is kept for the next.

#[derive(Debug, Default)]
pub struct Packets {
    bytes: Vec<u8>,
    /// Where each packet ends, and the next begins.
    ends: Vec<usize>,
}

impl Packets {
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the room.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// One more packet: what `write` appends. It is given everything before as well, and leaves that alone.
    pub fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn get(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end);
        self.bytes.get(start..end)
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    #[cfg(test)]
    pub fn room(&self) -> (usize, usize) {
        (self.bytes.capacity(), self.ends.capacity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_out_as_they_were_put_in() {
        let mut packets = Packets::new();
        assert!(packets.is_empty());
        packets.add(|out| out.extend_from_slice(b"one"));
        packets.add(|_| ());
        packets.add(|out| out.extend_from_slice(b"three"));
        assert_eq!(packets.iter().collect::<Vec<_>>(), [&b"one"[..], b"", b"three"]);
        assert_eq!((packets.len(), packets.get(2), packets.get(3)), (3, Some(&b"three"[..]), None));
        packets.clear();
        assert_eq!((packets.len(), packets.iter().count(), packets.get(0)), (0, 0, None));
    }

    #[test]
    fn a_packet_that_took_from_those_before_it_is_lost_and_breaks_nothing() {
        let mut packets = Packets::new();
        packets.add(|out| out.extend_from_slice(b"one"));
        packets.add(Vec::clear);
        packets.add(|out| out.extend_from_slice(b"three"));
        assert_eq!((packets.get(0), packets.get(1), packets.get(2)), (Some(&b"thr"[..]), None, Some(&b"three"[..])));
        assert_eq!(packets.get(usize::MAX), None);
    }

    #[test]
    fn after_the_first_frame_nothing_is_allocated() {
        let mut packets = Packets::new();
        let frame = |packets: &mut Packets| (0..25).for_each(|_| packets.add(|out| out.extend_from_slice(&[7; 638])));
        frame(&mut packets);
        let first = packets.room();
        for _ in 0..100 {
            packets.clear();
            assert_eq!(packets.room(), first, "nothing is given back");
            frame(&mut packets);
            assert_eq!(packets.room(), first);
        }
    }
}
