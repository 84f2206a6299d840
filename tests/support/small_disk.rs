//! A small file system of its own, which can be filled.

use std::path::Path;
use std::process::Command;

pub struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// None where we may not mount.
    pub fn mount(megabytes: u32) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let options = format!("size={megabytes}m");
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(dir.path()).status().ok()?;
        status.success().then_some(Self(dir))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Bytes.
    pub fn free(&self) -> usize {
        let output = Command::new("df").args(["-B1", "--output=avail"]).arg(self.path()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).lines().last().and_then(|free| free.trim().parse().ok()).unwrap()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
