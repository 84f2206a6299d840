//! Gives what libFuzzer makes up to `form_upload` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("form_upload", bytes));
