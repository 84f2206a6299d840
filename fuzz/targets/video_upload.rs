//! Gives what libFuzzer makes up to `video_upload` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("video_upload", bytes));
