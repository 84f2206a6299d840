//! Gives what libFuzzer makes up to `download_address` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("download_address", bytes));
