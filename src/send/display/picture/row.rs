//! One row of an upright picture, colour by colour.

#[derive(Default)]
pub struct Row {
    pub red: Vec<u8>,
    pub green: Vec<u8>,
    pub blue: Vec<u8>,
}

impl Row {
    pub fn resize(&mut self, width: usize) {
        self.each(|plane| plane.resize(width, 0));
    }

    pub fn len(&self) -> usize {
        self.red.len()
    }

    pub fn is_empty(&self) -> bool {
        self.red.is_empty()
    }

    pub fn colors(&self) -> [&[u8]; 3] {
        [&self.red, &self.green, &self.blue]
    }

    pub fn fill(&mut self, [red, green, blue]: [u8; 3]) {
        self.red.fill(red);
        self.green.fill(green);
        self.blue.fill(blue);
    }

    pub fn set(&mut self, x: usize, [red, green, blue]: [u8; 3]) {
        for (plane, value) in [(&mut self.red, red), (&mut self.green, green), (&mut self.blue, blue)] {
            if let Some(place) = plane.get_mut(x) {
                *place = value;
            }
        }
    }

    pub(super) fn each(&mut self, change: impl FnMut(&mut Vec<u8>)) {
        [&mut self.red, &mut self.green, &mut self.blue].into_iter().for_each(change);
    }
}
