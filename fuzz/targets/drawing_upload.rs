//! Gives what libFuzzer makes up to `drawing_upload` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("drawing_upload", bytes));
