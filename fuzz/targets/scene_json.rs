//! Gives what libFuzzer makes up to `scene_json` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("scene_json", bytes));
