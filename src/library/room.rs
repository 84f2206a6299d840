//! Room on the disk.

use std::io;
use std::path::Path;

/// Bytes that may still be written where this is.
pub fn free(path: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}
