//! Where the last picture of a video ends, told from its coded pictures.

use gstreamer::{BufferRef, CapsRef, ClockTime, FormattedSegment};

#[derive(Debug, Default, PartialEq)]
pub(super) struct Pictures {
    /// Of the two that are shown last: pictures do not come in the order in which they are shown.
    last: Option<Shown>,
    before: Option<ClockTime>,
    /// What the stream says that each lasts.
    usual: Option<ClockTime>,
    /// What the file says is shown of it ends here.
    stop: Option<ClockTime>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Shown {
    at: ClockTime,
    lasts: Option<ClockTime>,
}

impl Pictures {
    pub(super) fn begin(&mut self, caps: &CapsRef) {
        let rate = caps.structure(0).and_then(|caps| caps.get::<gstreamer::Fraction>("framerate").ok());
        let period = rate.and_then(|rate| {
            let (numer, denom) = (u64::try_from(rate.numer()).ok()?, u64::try_from(rate.denom()).ok()?);
            Some(ClockTime::from_nseconds(1_000_000_000_u64.checked_mul(denom)?.checked_div(numer)?))
        });
        self.usual = period.filter(|period| *period > ClockTime::ZERO);
    }

    pub(super) fn add(&mut self, segment: &FormattedSegment<ClockTime>, buffer: &BufferRef) {
        // What is decoded only for others to stand on is not seen.
        let is_seen = !buffer.flags().contains(gstreamer::BufferFlags::DECODE_ONLY);
        if let (Some(at), true) = (buffer.pts().and_then(|pts| segment.to_stream_time(pts)), is_seen) {
            self.stop = segment.stop().and_then(|stop| segment.to_stream_time(stop));
            self.show(Shown { at, lasts: buffer.duration().filter(|lasts| *lasts > ClockTime::ZERO) });
        }
    }

    fn show(&mut self, shown: Shown) {
        match self.last {
            Some(last) if shown.at > last.at => (self.before, self.last) = (Some(last.at), Some(shown)),
            // Parts of one picture.
            Some(last) if shown.at == last.at => self.last = Some(Shown { lasts: last.lasts.max(shown.lasts), ..last }),
            Some(_) => self.before = self.before.max(Some(shown.at)),
            None => self.last = Some(shown),
        }
    }

    /// Nothing, if there was no picture.
    pub(super) fn end_us(&self) -> u64 {
        let Some(last) = self.last else { return 0 };
        let since = self.before.map(|before| last.at.saturating_sub(before));
        let lasts = last.lasts.or(self.usual).or(since).unwrap_or(ClockTime::ZERO);
        let end = last.at.saturating_add(lasts);
        // One that is cut in the middle of its last picture ends there.
        let end = self.stop.filter(|stop| *stop > last.at).map_or(end, |stop| end.min(stop));
        // Nanoseconds of a third of a second are rounded; the length is not to be a microsecond less for that.
        end.nseconds().div_ceil(1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(shown: &[(u64, Option<u64>)], usual: Option<u64>) -> u64 {
        let mut pictures = Pictures { usual: usual.map(ClockTime::from_mseconds), ..Pictures::default() };
        for (at, lasts) in shown {
            pictures.show(Shown { at: ClockTime::from_mseconds(*at), lasts: lasts.map(ClockTime::from_mseconds) });
        }
        pictures.end_us()
    }

    #[test]
    fn the_last_picture_counts_with_how_long_it_is_seen() {
        assert_eq!(end_of(&[], None), 0);
        assert_eq!(end_of(&[(0, Some(40)), (120, Some(30)), (40, Some(40)), (80, Some(40))], None), 150_000);
        assert_eq!(end_of(&[(0, None), (40, None), (80, None)], Some(20)), 100_000, "the stream says it");
        assert_eq!(end_of(&[(0, None), (80, None), (40, None)], None), 120_000, "as long as the one before");
        assert_eq!(end_of(&[(40, None), (40, Some(10))], None), 50_000, "in two parts");
        let stop = Pictures { stop: Some(ClockTime::from_mseconds(100)), ..Pictures::default() };
        let mut cut = stop;
        cut.show(Shown { at: ClockTime::from_mseconds(80), lasts: Some(ClockTime::from_mseconds(40)) });
        assert_eq!(cut.end_us(), 100_000);
    }
}
