//! One heap for all threads.
//!
//! glibc gives each new thread a heap of its own, up to eight for each core, and keeps them. GStreamer makes threads for every
//! pipeline, so a server whose stream starts and stops, or whose destinations reconnect, would grow in steps of ten megabytes
//! that nobody uses. Small pieces come from each thread's own cache either way, so one heap costs no time that can be measured.

use std::os::unix::process::CommandExt;
use std::process::Command;

const SETTING: &str = "MALLOC_ARENA_MAX";

/// glibc reads the setting when a program begins, so the program begins again, as the same process. Whoever has set it keeps
/// what they set; if it can not begin again, it goes on as it is.
pub fn share_one_heap() {
    if std::env::var_os(SETTING).is_some() {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        let error = Command::new(program).args(std::env::args_os().skip(1)).env(SETTING, "1").exec();
        eprintln!("marquee: going on with a heap for each thread: {error}");
    }
}
