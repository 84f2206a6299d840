//! Gives what libFuzzer makes up to `jam_frames` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("jam_frames", bytes));
