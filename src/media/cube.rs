//! Colour tables as `.cube` files have them.

/// Longest file: a table of 65 steps has 275,000 lines of at most some 100 characters.
pub const LARGEST_FILE: usize = 32 << 20;

/// A colour table: red runs fastest.
pub struct Cube {
    size: usize,
    colors: Vec<[f32; 3]>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CubeError {
    #[error("line {0} can not be read")]
    BadLine(usize),
    #[error("the table has no size (LUT_3D_SIZE)")]
    NoSize,
    #[error("a table of {0} steps is not possible: 2 to 65 are")]
    BadSize(usize),
    #[error("the table has {found} colours, and should have {wanted}")]
    WrongCount { found: usize, wanted: usize },
}

impl Cube {
    const LARGEST: usize = 65;

    pub fn parse(text: &str) -> Result<Cube, CubeError> {
        let mut size = None;
        let mut colors = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            let mut words = line.split_whitespace();
            match words.next() {
                None => {}
                Some(word) if word.starts_with('#') || word == "TITLE" => {}
                Some("LUT_3D_SIZE") => {
                    let given = words.next().and_then(|word| word.parse().ok()).ok_or(CubeError::BadLine(number))?;
                    if !(2..=Self::LARGEST).contains(&given) {
                        return Err(CubeError::BadSize(given));
                    }
                    size = Some(given);
                }
                // Tables begin at 0 and end at 1 in all files that are met; others are taken as if they did.
                Some("DOMAIN_MIN" | "DOMAIN_MAX") => {}
                Some(_) => {
                    if colors.len() >= Self::LARGEST.pow(3) {
                        return Err(CubeError::BadLine(number));
                    }
                    colors.push(color(line).ok_or(CubeError::BadLine(number))?);
                }
            }
        }
        let size = size.ok_or(CubeError::NoSize)?;
        let wanted = size.pow(3);
        if colors.len() != wanted {
            return Err(CubeError::WrongCount { found: colors.len(), wanted });
        }
        Ok(Cube { size, colors })
    }

    /// The colour between the eight nearest.
    pub fn at(&self, rgb: [f32; 3]) -> [f32; 3] {
        let last = self.size - 1;
        let places = rgb.map(|value| value.clamp(0.0, 1.0) * last as f32);
        let lower = places.map(|place| (place as usize).min(last - 1));
        let part = [0, 1, 2].map(|index| places[index] - lower[index] as f32);
        let mut sum = [0.0; 3];
        for corner in 0..8_usize {
            let bit = |index: usize| corner >> index & 1;
            let weight: f32 = (0..3).map(|index| if bit(index) == 1 { part[index] } else { 1.0 - part[index] }).product();
            let at = [0, 1, 2].map(|index| lower[index] + bit(index));
            let color = self.colors[(at[2] * self.size + at[1]) * self.size + at[0]];
            sum = [0, 1, 2].map(|index| sum[index] + weight * color[index]);
        }
        sum
    }
}

fn color(line: &str) -> Option<[f32; 3]> {
    let mut numbers = line.split_whitespace().map(|word| word.parse::<f32>().ok().filter(|number| number.is_finite()));
    let color = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_and_looked_up() {
        let line = |index: usize| format!("{} {} {}\n", 1 - index % 2, index / 2 % 2, index / 4);
        let text = format!("# a comment\nTITLE \"x\"\nLUT_3D_SIZE 2\n{}", (0..8).map(line).collect::<String>());
        let cube = Cube::parse(&text).expect("a table");
        assert_eq!(cube.at([0.25, 0.5, 1.0]), [0.75, 0.5, 1.0]);
        for (text, error) in [
            ("", CubeError::NoSize),
            ("LUT_3D_SIZE 1", CubeError::BadSize(1)),
            ("LUT_3D_SIZE 1000", CubeError::BadSize(1000)),
            ("LUT_3D_SIZE 2\n0 0 0", CubeError::WrongCount { found: 1, wanted: 8 }),
            ("LUT_3D_SIZE 2\n0 nan 0", CubeError::BadLine(2)),
            ("hello", CubeError::BadLine(1)),
        ] {
            assert_eq!(Cube::parse(text).err(), Some(error), "{text}");
        }
    }
}
