//! How far it is to the nearest other point.

type Spot = [f64; 2];

/// For each point; `None` where there is no other, leaving out such as are at the very same place.
pub(super) fn distances(points: &[Spot]) -> Vec<Option<f64>> {
    let mut tree = points.to_vec();
    sort(&mut tree, 0);
    points.iter().map(|point| nearest(&tree, 0, *point, None).map(f64::sqrt)).collect()
}

/// A tree in place: the middle one divides the others by x, the middle ones of both halves divide theirs by y, and so on.
fn sort(tree: &mut [Spot], axis: usize) {
    if tree.len() > 1 {
        let (low, _, high) = tree.select_nth_unstable_by(tree.len() / 2, |a, b| a[axis].total_cmp(&b[axis]));
        sort(low, 1 - axis);
        sort(high, 1 - axis);
    }
}

/// The square of the distance, if it is less than `best`.
fn nearest(tree: &[Spot], axis: usize, point: Spot, best: Option<f64>) -> Option<f64> {
    let (low, rest) = tree.split_at(tree.len() / 2);
    let Some((middle, high)) = rest.split_first() else { return best };
    let beyond = point[axis] - middle[axis];
    let (near, far) = if beyond < 0.0 { (low, high) } else { (high, low) };
    let best = nearer(best, (point[0] - middle[0]).powi(2) + (point[1] - middle[1]).powi(2));
    let best = nearest(near, 1 - axis, point, best);
    if best.is_none_or(|best| beyond * beyond < best) { nearest(far, 1 - axis, point, best) } else { best }
}

fn nearer(best: Option<f64>, distance: f64) -> Option<f64> {
    match best {
        Some(best) if best <= distance => Some(best),
        _ if distance > 0.0 => Some(distance),
        _ => best,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn alone_there_is_no_neighbor() {
        assert_eq!(distances(&[]), []);
        assert_eq!(distances(&[[0.5, 0.5], [0.5, 0.5]]), [None, None]);
        assert_eq!(distances(&[[0.0, 0.0], [0.3, 0.4], [0.0, 0.0]]), [Some(0.5); 3]);
    }

    proptest! {
        #[test]
        fn the_nearest_is_found_as_by_looking_at_all(
            // Few different coordinates: many are equal.
            points in prop::collection::vec([0_u8..12, 0_u8..12], 0..80),
        ) {
            let points: Vec<Spot> = points.iter().map(|[x, y]| [f64::from(*x) / 7.0, f64::from(*y) / 11.0]).collect();
            let all = |point: &Spot| {
                let others = points.iter().map(|other| (point[0] - other[0]).powi(2) + (point[1] - other[1]).powi(2));
                others.filter(|distance| *distance > 0.0).min_by(f64::total_cmp).map(f64::sqrt)
            };
            prop_assert_eq!(distances(&points), points.iter().map(all).collect::<Vec<_>>());
        }
    }
}
