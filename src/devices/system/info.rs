//! What this machine is, and how it is.

use std::path::PathBuf;

use serde::Serialize;
use sysinfo::System;

use crate::base::clock::Stopwatch;

use super::heat::{Heat, heat};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SystemInfo {
    pub hostname: Option<String>,
    /// Of this program.
    pub version: String,
    /// Of this program's process.
    pub uptime_s: u64,
    pub machine_uptime_s: Option<u64>,
    pub os: Option<String>,
    pub kernel: Option<String>,
    pub architecture: &'static str,
    pub cpus: usize,
    pub load: Option<Load>,
    pub memory: Option<Memory>,
    /// None: this machine does not say.
    pub heat: Option<Heat>,
    /// Where the data lies.
    pub disk: Option<Disk>,
}

/// How many processes wanted to run, in the mean of the last minutes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Load {
    pub one: f64,
    pub five: f64,
    pub fifteen: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Memory {
    pub total_bytes: u64,
    pub available_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Disk {
    pub total_bytes: u64,
    pub available_bytes: u64,
}

/// Made once, when the program starts: its age is that of the program.
#[derive(Clone)]
pub struct SystemInfoSource {
    version: String,
    data: PathBuf,
    sys: PathBuf,
    since: Stopwatch,
}

impl SystemInfoSource {
    pub fn new(version: &str, data: PathBuf) -> Self {
        Self { version: version.to_owned(), data, sys: PathBuf::from("/sys"), since: Stopwatch::start() }
    }

    /// Looks on a thread that may wait: disks and sensors sometimes take their time. None: the server is going down.
    pub async fn info(&self) -> Option<SystemInfo> {
        let source = self.clone();
        tokio::task::spawn_blocking(move || source.look()).await.ok()
    }

    fn look(&self) -> SystemInfo {
        SystemInfo {
            hostname: System::host_name().ok(),
            version: self.version.clone(),
            uptime_s: self.since.elapsed().as_secs(),
            machine_uptime_s: System::uptime().ok(),
            os: System::long_os_version().ok(),
            kernel: System::kernel_version().ok(),
            architecture: std::env::consts::ARCH,
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            load: load(),
            memory: memory(),
            heat: heat(&self.sys),
            disk: self.disk(),
        }
    }

    fn disk(&self) -> Option<Disk> {
        let told = rustix::fs::statvfs(&self.data).ok()?;
        let bytes = |blocks: u64| blocks.saturating_mul(told.f_frsize);
        Some(Disk { total_bytes: bytes(told.f_blocks), available_bytes: bytes(told.f_bavail) })
    }
}

fn load() -> Option<Load> {
    let load = System::load_average().ok()?;
    Some(Load { one: load.one, five: load.five, fifteen: load.fifteen })
}

fn memory() -> Option<Memory> {
    let mut system = System::new().ok()?;
    system.refresh_memory();
    Some(Memory { total_bytes: system.total_memory(), available_bytes: system.available_memory() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_machine_is_what_the_kernel_says() {
        let dir = tempfile::tempdir().unwrap();
        let source = SystemInfoSource::new("1.2.3", dir.path().to_owned());
        let info = source.info().await.unwrap();
        let kernel = |name: &str| std::fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap().trim().to_owned();
        assert_eq!(info.hostname, Some(kernel("hostname")));
        assert_eq!(info.kernel, Some(kernel("osrelease")));
        let memory = std::fs::read_to_string("/proc/meminfo").unwrap();
        let total: u64 = memory.split_whitespace().nth(1).unwrap().parse().unwrap();
        let memory = info.memory.unwrap();
        assert_eq!(memory.total_bytes, total * 1_024);
        assert!(memory.available_bytes < memory.total_bytes);
        let uptime: f64 = std::fs::read_to_string("/proc/uptime").unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!(info.machine_uptime_s.unwrap() <= uptime as u64 && info.uptime_s <= info.machine_uptime_s.unwrap());
        assert!(info.disk.is_some_and(|disk| disk.available_bytes <= disk.total_bytes && disk.total_bytes > 0));
        assert!(info.cpus >= 1 && info.load.is_some());
        serde_json::to_string(&info).unwrap();
    }

    #[tokio::test]
    async fn a_disk_that_is_not_there_is_not_told_of() {
        let source = SystemInfoSource::new("1.2.3", PathBuf::from("/nowhere/at/all"));
        assert_eq!(source.info().await.unwrap().disk, None);
    }
}
