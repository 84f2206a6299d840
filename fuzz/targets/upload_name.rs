//! Gives what libFuzzer makes up to `upload_name` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("upload_name", bytes));
