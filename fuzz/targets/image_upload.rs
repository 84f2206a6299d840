//! Gives what libFuzzer makes up to `image_upload` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("image_upload", bytes));
