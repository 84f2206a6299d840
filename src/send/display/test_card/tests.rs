use super::*;

fn painted(width: usize, height: usize) -> Vec<Vec<Color>> {
    let card = TestCard::new((width, height));
    (0..height).map(|y| (0..width).map(|x| card.color(x, y)).collect()).collect()
}

#[test]
fn its_border_is_on_the_very_edge() {
    for (width, height) in [(320, 240), (1920, 1080), (37, 90)] {
        let card = painted(width, height);
        let edge = |x: usize, y: usize| x == 0 || y == 0 || x == width - 1 || y == height - 1;
        let mut points = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        assert!(points.all(|(x, y)| !edge(x, y) || card[y][x] == WHITE), "{width} × {height}");
    }
}

#[test]
fn every_corner_has_a_colour_of_its_own() {
    let card = painted(320, 240);
    assert_eq!([card[2][2], card[2][317], card[237][2], card[237][317]], CORNERS);
}

#[test]
fn its_bars_and_steps_are_even() {
    let card = painted(320, 240);
    let center = |index: usize, count: usize| 32 + (2 * index + 1) * 256 / (2 * count);
    let bars: Vec<_> = (0..8).map(|index| card[96][center(index, 8)]).collect();
    assert_eq!(bars, BARS);
    let steps: Vec<_> = (0..11).map(|index| card[150][center(index, 11)][0]).collect();
    assert_eq!(steps, [0, 25, 51, 76, 102, 127, 153, 178, 204, 229, 255]);
    assert_eq!((card[96][31], card[96][288]), (GROUND, GROUND));
}

#[test]
fn lines_are_one_pixel_wide() {
    let card = painted(320, 240);
    assert!((40..100).all(|x| card[190][x] != card[190][x + 1] && card[190][x] == card[191][x]));
    assert!((185..205).all(|y| card[y][250] != card[y + 1][250] && card[y][250] == card[y][251]));
}

#[test]
fn the_text_says_how_large_it_is() {
    let card = TestCard::new((320, 240));
    assert_eq!((card.text.as_str(), card.dot), ("320x240", 4));
    let painted = painted(320, 240);
    let seen = |x: usize, y: usize| painted[card.text_at.1 + y * 4][card.text_at.0 + x * 4] == WHITE;
    // The three, and the top of the two.
    let rows: Vec<_> = (0..7).map(|y| (0..11).map(|x| if seen(x, y) { '#' } else { '.' }).collect::<String>()).collect();
    let expected = ["####...###.", "....#.#...#", "....#.....#", ".###....##.", "....#..#...", "....#.#....", "####..#####"];
    assert_eq!(rows, expected);
}

#[test]
fn even_the_smallest_display_has_one() {
    for (width, height) in [(0, 0), (1, 1), (1, 500), (500, 1), (3, 2)] {
        let card = painted(width, height);
        assert_eq!(card.len(), height);
    }
}
