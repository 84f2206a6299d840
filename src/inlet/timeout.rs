//! What a feed shows at a time: the last frame that came, for as long as it counts.

#[derive(Clone, Debug, Default)]
pub struct Timeout {
    pixels: Vec<[u8; 3]>,
    came: Option<i64>,
    until: i64,
}

impl Timeout {
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the room.
    pub fn show(&mut self, pixels: &[[u8; 3]], now: i64, until: i64) {
        self.pixels.clear();
        self.pixels.extend_from_slice(pixels);
        (self.came, self.until) = (Some(now), until);
    }

    /// The sender is done.
    pub fn end(&mut self) {
        self.came = None;
    }

    /// When the frame came that it shows, or showed.
    pub fn came(&self) -> Option<i64> {
        self.came
    }

    pub fn is_live(&self, now: i64) -> bool {
        self.came.is_some() && now < self.until
    }

    /// None if nothing came lately.
    pub fn pixels(&self, now: i64) -> Option<&[[u8; 3]]> {
        self.is_live(now).then_some(self.pixels.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_counts_until_its_time_is_over_or_its_sender_is_done() {
        let mut timeout = Timeout::new();
        assert_eq!((timeout.pixels(0), timeout.came()), (None, None));
        timeout.show(&[[1; 3]], 100, 200);
        assert_eq!(timeout.pixels(199), Some(&[[1; 3]][..]));
        assert!(!timeout.is_live(200));
        assert_eq!((timeout.pixels(200), timeout.came()), (None, Some(100)));
        timeout.show(&[[2; 3], [3; 3]], 300, 400);
        assert_eq!(timeout.pixels(300), Some(&[[2; 3], [3; 3]][..]));
        timeout.end();
        assert_eq!(timeout.pixels(300), None);
    }

    #[test]
    fn frames_take_the_room_of_the_first() {
        let mut timeout = Timeout::new();
        timeout.show(&[[1; 3]; 300], 0, 1);
        let room = timeout.pixels.capacity();
        for time in 1..100 {
            timeout.show(&[[2; 3]; 300], time, time + 1);
            assert_eq!(timeout.pixels.capacity(), room);
        }
    }
}
