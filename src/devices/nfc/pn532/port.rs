//! A serial port as the chip wants it.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use rustix::termios::{self, ControlModes, OptionalActions, SpecialCodeIndex};

const BAUD: u32 = 115_200;
/// A server that leads its session must not be hung up with a port that it happens to open first. Linux has this number on all
/// machines that such a chip is wired to.
const O_NOCTTY: i32 = 0o400;

pub fn open(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.file_type().is_char_device() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no serial port"));
    }
    let file = OpenOptions::new().read(true).write(true).custom_flags(O_NOCTTY).open(path)?;
    let mut settings = termios::tcgetattr(&file)?;
    settings.make_raw();
    // three wires: nobody says that the other side is there
    settings.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
    settings.set_speed(BAUD)?;
    // a read ends after a tenth of a second without a byte
    settings.special_codes[SpecialCodeIndex::VMIN] = 0;
    settings.special_codes[SpecialCodeIndex::VTIME] = 1;
    termios::tcsetattr(&file, OptionalActions::Flush, &settings)?;
    Ok(file)
}
