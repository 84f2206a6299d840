use proptest::prelude::*;

use super::*;

const SIZE: (u32, u32) = (200, 70);

fn picture() -> Vec<u8> {
    vec![0; 200 * 70 * 2]
}

fn dot(picture: &mut [u8], x: usize, y: usize) {
    picture[(y * 200 + x) * 2 + 1] ^= 1;
}

fn after(dots: &[(usize, usize)]) -> Vec<Rect> {
    let mut damage = Damage::new(SIZE, 2);
    let mut picture = picture();
    damage.find(&picture);
    dots.iter().for_each(|(x, y)| dot(&mut picture, *x, *y));
    damage.find(&picture).to_vec()
}

#[test]
fn the_first_picture_is_all_new_and_the_same_again_is_not() {
    let mut damage = Damage::new(SIZE, 2);
    let whole = rect(0, 0, 200, 70);
    assert_eq!(damage.find(&picture()), [whole]);
    assert_eq!(damage.find(&picture()), []);
    damage.forget();
    assert_eq!(damage.find(&picture()), [whole]);
}

#[test]
fn what_changed_is_told_in_tiles() {
    #[track_caller]
    fn check(dots: &[(usize, usize)], expected: &[Rect]) {
        assert_eq!(after(dots), expected);
    }
    check(&[(0, 0)], &[rect(0, 0, 32, 16)]);
    check(&[(31, 15), (32, 15)], &[rect(0, 0, 64, 16)]);
    check(&[(33, 15), (33, 16), (33, 40)], &[rect(32, 0, 32, 48)]);
    check(&[(199, 69)], &[rect(192, 64, 8, 6)]);
    check(&[(0, 0), (199, 0)], &[rect(0, 0, 32, 16), rect(192, 0, 8, 16)]);
    check(&[(0, 0), (0, 0)], &[]);
}

#[test]
fn a_picture_of_another_size_is_not_compared() {
    let mut damage = Damage::new(SIZE, 2);
    assert_eq!(damage.find(&[1, 2, 3]), []);
    assert_eq!(damage.find(&picture()).len(), 1);
    assert_eq!(Damage::new((0, 0), 4).find(&[]), []);
}

fn apply(rects: &[Rect], from: &[u8], to: &mut [u8]) {
    for rect in rects {
        for y in rect.y..rect.y + rect.height {
            let start = (y as usize * 200 + rect.x as usize) * 2;
            let end = start + rect.width as usize * 2;
            to[start..end].copy_from_slice(&from[start..end]);
        }
    }
}

proptest! {
    #[test]
    fn applying_the_rectangles_gives_the_same_picture(
        pictures in prop::collection::vec(prop::collection::vec((0_usize..200, 0_usize..70), 0..60), 1..5)
    ) {
        let mut damage = Damage::new(SIZE, 2);
        let mut now = picture();
        let mut display = vec![77; now.len()];
        for dots in pictures {
            dots.iter().for_each(|(x, y)| dot(&mut now, *x, *y));
            let rects = damage.find(&now).to_vec();
            prop_assert!(rects.len() <= MOST);
            for (index, one) in rects.iter().enumerate() {
                prop_assert!(one.x >= 0 && one.y >= 0 && one.x + one.width <= 200 && one.y + one.height <= 70);
                prop_assert!(rects.iter().skip(index + 1).all(|other| !overlap(*one, *other)));
            }
            apply(&rects, &now, &mut display);
            prop_assert_eq!(&display, &now);
        }
    }
}

#[test]
fn many_changes_stay_few_rectangles() {
    // Every other tile of a chessboard.
    let tiles = (0..7).flat_map(|x| (0..5).map(move |y| (x, y))).filter(|(x, y)| (x + y) % 2 == 0);
    let dots: Vec<_> = tiles.map(|(x, y)| (x * 32, y * 16)).collect();
    assert_eq!(dots.len(), 18);
    let rects = after(&dots);
    assert!((1..=MOST).contains(&rects.len()), "{rects:?}");
}
