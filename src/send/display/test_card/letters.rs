//! Digits of five by seven dots, with one dot between two.

pub const HEIGHT: usize = 7;
const WIDTH: usize = 5;

/// From top to bottom, the leftmost dot highest.
const DIGITS: [[u8; HEIGHT]; 10] = [
    [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
    [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
    [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110],
    [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
    [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
    [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
    [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
    [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
    [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
];
const TIMES: [u8; HEIGHT] = [0, 0, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001];

/// Dots of a whole text.
pub fn width(text: &str) -> usize {
    (text.len() * (WIDTH + 1)).saturating_sub(1)
}

/// Digits and `x`; all else is blank.
pub fn is_dot(text: &str, x: usize, y: usize) -> bool {
    let digit = |letter: u8| match letter {
        b'x' => Some(&TIMES),
        _ => DIGITS.get(usize::from(letter.checked_sub(b'0')?)),
    };
    let rows = text.as_bytes().get(x / (WIDTH + 1)).and_then(|letter| digit(*letter));
    let row = rows.and_then(|rows| rows.get(y)).copied().unwrap_or(0);
    // The sixth is the gap.
    row << 1 >> (WIDTH - x % (WIDTH + 1)) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_in_dots() {
        let line = |y| (0..width("1x4")).map(|x| if is_dot("1x4", x, y) { '#' } else { '.' }).collect::<String>();
        let lines: Vec<_> = (0..HEIGHT).map(line).collect();
        assert_eq!(
            lines,
            [
                "..#............#.",
                ".##...........##.",
                "..#...#...#..#.#.",
                "..#....#.#..#..#.",
                "..#.....#...#####",
                "..#....#.#.....#.",
                ".###..#...#....#.",
            ]
        );
    }

    #[test]
    fn there_is_nothing_beside_the_text() {
        for (text, x, y) in [("8", 5, 0), ("8", 6, 3), ("8", 0, 7), ("", 0, 0), ("ä", 1, 1), ("8", usize::MAX, usize::MAX)]
        {
            assert!(!is_dot(text, x, y), "{text} {x} {y}");
        }
    }
}
