//! Gives what libFuzzer makes up to `zip_upload` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("zip_upload", bytes));
