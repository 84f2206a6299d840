//! Gives what libFuzzer makes up to `http_headers` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("http_headers", bytes));
