//! Gives what libFuzzer makes up to `journal_file` (src/fuzzing). The database beneath panics at damaged files.
#![no_main]

#[path = "../contained.rs"]
mod contained;

libfuzzer_sys::fuzz_target!(init: contained::let_panic(&["/redb-"]), |bytes: &[u8]| {
    marquee::fuzzing::run("journal_file", bytes)
});
