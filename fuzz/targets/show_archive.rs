//! Gives what libFuzzer makes up to `show_archive` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("show_archive", bytes));
