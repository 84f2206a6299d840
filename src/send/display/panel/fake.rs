//! A panel for tests: it understands the commands of the usual chips, and those of the ILI9225, which has its own; and it keeps
//! the picture.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::rc::Rc;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{self, OutputPin};
use embedded_hal::spi::{self, ErrorKind, Operation, SpiDevice};

#[derive(Default)]
pub struct Glass {
    memory_size: (usize, usize),
    is_data: Cell<bool>,
    pub light: Cell<bool>,
    pub resets: Cell<u32>,
    /// Writes that are still taken; None: all.
    pub taken: Cell<Option<u32>>,
    pub state: RefCell<State>,
}

#[derive(Default)]
pub struct State {
    command: u8,
    args: Vec<u8>,
    columns: (usize, usize),
    rows: (usize, usize),
    /// Where the next pixel goes.
    at: (usize, usize),
    pub mirrored: bool,
    pub bgr: bool,
    pub inverted: bool,
    pub on: bool,
    pub pixel_bytes: usize,
    pub memory: Vec<Vec<u8>>,
    pub longest_write: usize,
    /// Bytes of pixels since it was woken.
    pub pixels_sent: usize,
}

impl Glass {
    pub fn new(memory_size: (u16, u16)) -> Rc<Self> {
        let memory_size = (memory_size.0.into(), memory_size.1.into());
        let memory = vec![vec![0xee; 3]; memory_size.0 * memory_size.1];
        Rc::new(Self { memory_size, state: RefCell::new(State { memory, ..State::default() }), ..Self::default() })
    }

    /// What people see through an opening at this place.
    pub fn seen(&self, (left, top): (usize, usize), (width, height): (usize, usize)) -> Vec<u8> {
        let state = self.state.borrow();
        let column = |x: usize| if state.mirrored { left + width - 1 - x } else { left + x };
        let at = |x: usize, y: usize| state.memory[(top + y) * self.memory_size.0 + column(x)].clone();
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| at(x, y)).collect()
    }

    fn hear(&self, bytes: &[u8]) {
        let mut state = self.state.borrow_mut();
        state.longest_write = state.longest_write.max(bytes.len());
        for byte in bytes {
            if self.is_data.get() {
                state.args.push(*byte);
                self.follow(&mut state);
            } else {
                (state.command, state.args) = (*byte, Vec::new());
                self.begin(&mut state);
            }
        }
    }

    fn begin(&self, state: &mut State) {
        match state.command {
            0x20 => state.inverted = false,
            0x21 => state.inverted = true,
            0x29 => state.on = true,
            0x2c | 0x22 => state.at = (state.columns.0, state.rows.0),
            _ => {}
        }
    }

    fn follow(&self, state: &mut State) {
        let pair = |high: u8, low: u8| usize::from(u16::from_be_bytes([high, low]));
        match (state.command, &*state.args) {
            (0x2a, [a, b, c, d]) => state.columns = (pair(*a, *b), pair(*c, *d)),
            (0x2b, [a, b, c, d]) => state.rows = (pair(*a, *b), pair(*c, *d)),
            (0x36, [mode]) => (state.mirrored, state.bgr) = (mode & 0x40 != 0, mode & 0x08 != 0),
            (0x3a, [format]) => state.pixel_bytes = if format & 7 == 5 { 2 } else { 3 },
            (0x37, [a, b]) => state.columns.0 = pair(*a, *b),
            (0x36, [a, b]) => state.columns.1 = pair(*a, *b),
            (0x39, [a, b]) => state.rows.0 = pair(*a, *b),
            (0x38, [a, b]) => state.rows.1 = pair(*a, *b),
            (0x03, [_, _]) => state.pixel_bytes = 2,
            (0x07, [_, control]) => state.on = control & 3 == 3,
            (0x2c | 0x22, pixel) if pixel.len() == state.pixel_bytes => self.put(state),
            _ => {}
        }
    }

    fn put(&self, state: &mut State) {
        let (x, y) = state.at;
        let (width, height) = self.memory_size;
        assert!(x < width && y < height && y <= state.rows.1, "a pixel at {x}, {y}");
        let column = if state.mirrored { width - 1 - x } else { x };
        state.memory[y * width + column] = std::mem::take(&mut state.args);
        state.pixels_sent += state.pixel_bytes;
        state.at = if x < state.columns.1 { (x + 1, y) } else { (state.columns.0, y + 1) };
    }
}

pub struct FakeSpi(pub Rc<Glass>);

#[derive(Debug)]
pub struct Torn;

impl spi::Error for Torn {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl spi::ErrorType for FakeSpi {
    type Error = Torn;
}

impl SpiDevice for FakeSpi {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Torn> {
        match self.0.taken.get() {
            Some(0) => return Err(Torn),
            Some(left) => self.0.taken.set(Some(left - 1)),
            None => {}
        }
        for operation in operations {
            match operation {
                Operation::Write(bytes) => self.0.hear(bytes),
                _ => panic!("it is only written to"),
            }
        }
        Ok(())
    }
}

pub enum FakePin {
    Dc(Rc<Glass>),
    Reset(Rc<Glass>),
    Light(Rc<Glass>),
}

impl digital::ErrorType for FakePin {
    type Error = Infallible;
}

impl OutputPin for FakePin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        match self {
            FakePin::Dc(glass) => glass.is_data.set(false),
            FakePin::Reset(glass) => glass.resets.set(glass.resets.get() + 1),
            FakePin::Light(glass) => glass.light.set(false),
        }
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        match self {
            FakePin::Dc(glass) => glass.is_data.set(true),
            FakePin::Reset(_) => {}
            FakePin::Light(glass) => glass.light.set(true),
        }
        Ok(())
    }
}

pub struct NoDelay;

impl DelayNs for NoDelay {
    fn delay_ns(&mut self, _: u32) {}
}
