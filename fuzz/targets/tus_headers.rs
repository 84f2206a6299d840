//! Gives what libFuzzer makes up to `tus_headers` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("tus_headers", bytes));
