//! Gives what libFuzzer makes up to `bearer` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("bearer", bytes));
