//! A child process that never outlives its test, and what /proc says of a process.

use std::process::Child;

/// Ends the child by its pid when dropped.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn signal(pid: u32, name: &str) {
    let status = std::process::Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().unwrap();
    assert!(status.success(), "kill -{name} {pid}");
}

/// Resident memory in bytes.
pub fn resident(pid: u32) -> u64 {
    of_status(pid, "VmRSS:")
}

/// The most that it ever was.
pub fn peak(pid: u32) -> u64 {
    of_status(pid, "VmHWM:")
}

fn of_status(pid: u32, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

pub fn threads(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().count()
}

pub fn descriptors(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// Seconds that all cores together were taken away by other machines on the same host, since this one was started.
pub fn stolen() -> f64 {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    // Hundredths of a second: user, nice, system, idle, iowait, irq, softirq, steal.
    text.split_whitespace().nth(8).and_then(|hundredths| hundredths.parse::<f64>().ok()).unwrap_or(0.0) / 100.0
}
