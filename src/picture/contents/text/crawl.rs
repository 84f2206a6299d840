//! Where a crawling text is at a time: pure, so every node shows it at the same place.

use crate::show::text::{Crawl, CrawlDirection};

/// A position that is far beyond any picture; sums of such positions can not overflow.
const FARTHEST: i128 = 1 << 24;

/// Where the first copy of a crawling text begins, in pixels from the left or upper side of its box.
///
/// `extent` is the length of the picture in the direction of the crawl, `box_length` that of the box, both in pixels.
/// At `since` the text is just outside, and comes in. When it has left, and its next copy has come in behind it after the
/// gap, the next copy takes its name: so the result stays between one period before the box and the box' end. The other
/// copies follow at a distance of `period(crawl, extent)`: `copies` says where.
pub fn offset(crawl: &Crawl, extent: i32, box_length: i32, at_micros: i64, since_micros: i64) -> i32 {
    let (extent, box_length) = (i128::from(extent.max(0)), i128::from(box_length.max(0)));
    let period = i128::from(period(crawl, extent as i32));
    let way = way(crawl, at_micros, since_micros);
    let place = match crawl.direction {
        CrawlDirection::Left | CrawlDirection::Up => {
            // From `box_length` downwards; from there on always within the period before the box.
            let place = box_length - way;
            if place > -period { place } else { -(-place).rem_euclid(period) }
        }
        CrawlDirection::Right | CrawlDirection::Down => {
            let place = way - extent;
            if place < box_length { place } else { box_length - period + (place - box_length).rem_euclid(period) }
        }
    };
    place.clamp(-FARTHEST, FARTHEST) as i32
}

/// Pixels from one copy to the next.
pub fn period(crawl: &Crawl, extent: i32) -> i32 {
    let gap = if crawl.gap.is_finite() { crawl.gap.clamp(0.0, 8_192.0).round() as i32 } else { 0 };
    extent.max(0).saturating_add(gap).max(1)
}

/// Where copies begin that are at least partly in the box.
pub fn copies(crawl: &Crawl, extent: i32, box_length: i32, at_micros: i64, since_micros: i64) -> impl Iterator<Item = i32> {
    let first = offset(crawl, extent, box_length, at_micros, since_micros);
    let period = period(crawl, extent);
    // Those that follow come from where the first one came.
    let step = match crawl.direction {
        CrawlDirection::Left | CrawlDirection::Up => period,
        CrawlDirection::Right | CrawlDirection::Down => -period,
    };
    let count = if extent > 0 { box_length.max(0) / period + 2 } else { 0 };
    (0..count)
        .map(move |copy| first.saturating_add(step.saturating_mul(copy)))
        .filter(move |place| *place < box_length && place.saturating_add(extent) > 0)
}

/// Pixels gone since the start.
fn way(crawl: &Crawl, at_micros: i64, since_micros: i64) -> i128 {
    let speed = if crawl.speed.is_finite() { crawl.speed.clamp(0.0, 100_000.0) } else { 0.0 };
    let micros = i128::from(at_micros.saturating_sub(since_micros).max(0));
    // In thousandths of a pixel per second, so that the place is exact after days.
    micros * (speed * 1_000.0).round() as i128 / 1_000_000_000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn crawl(direction: CrawlDirection) -> Crawl {
        Crawl { direction, speed: 100.0, gap: 50.0 }
    }

    #[test]
    fn a_line_comes_in_goes_through_and_comes_again() {
        let at = |seconds: i64| offset(&crawl(CrawlDirection::Left), 300, 200, seconds * 1_000_000, 0);
        assert_eq!([0, 1, 2, 4, 5, 6].map(at), [200, 100, 0, -200, -300, -50]);
        let at = |seconds: i64| offset(&crawl(CrawlDirection::Right), 300, 200, seconds * 1_000_000, 0);
        assert_eq!([0, 1, 3, 4, 5, 6].map(at), [-300, -200, 0, 100, -150, -50]);
        let places =
            |seconds: i64| copies(&crawl(CrawlDirection::Left), 60, 200, seconds * 1_000_000, 0).collect::<Vec<_>>();
        assert_eq!((places(0), places(1), places(30)), (vec![], vec![100], vec![-50, 60, 170]));
        assert_eq!(copies(&crawl(CrawlDirection::Up), 0, 200, 9_000_000, 0).count(), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_moves_without_a_jump(
            extent in 1..3_000_i32, length in 1..3_000_i32, gap in 0..500_i32, speed in 1..4_000_i32, at in 0..1_000_000_000_000_i64
        ) {
            for direction in [CrawlDirection::Left, CrawlDirection::Right, CrawlDirection::Up, CrawlDirection::Down] {
                let crawl = Crawl { direction, speed: f64::from(speed), gap: f64::from(gap) };
                // A step in which it goes by less than a pixel.
                let (one, two) = (at, at + 1_000_000 / i64::from(speed) - 1);
                let inked = |at: i64| -> Vec<i32> { copies(&crawl, extent, length, at, 0).collect() };
                let (one, two) = (inked(one), inked(two));
                for place in &one {
                    let stays = two.iter().any(|other| other.abs_diff(*place) <= 1);
                    let leaves = *place + extent <= 1 || *place >= length - 1;
                    prop_assert!(stays || leaves, "{:?} {:?} {:?}", direction, one, two);
                }
            }
        }

        #[test]
        fn nothing_overflows(extent: i32, length: i32, at: i64, since: i64, speed: f64, gap: f64) {
            for direction in [CrawlDirection::Left, CrawlDirection::Down] {
                let crawl = Crawl { direction, speed, gap };
                offset(&crawl, extent, length, at, since);
                let _ = copies(&crawl, extent.min(4_096), length.min(4_096), at, since).take(9_000).count();
            }
        }
    }
}
