//! Gives what libFuzzer makes up to `ws_frames` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("ws_frames", bytes));
