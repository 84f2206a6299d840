//! Gives what libFuzzer makes up to `obs_file` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("obs_file", bytes));
