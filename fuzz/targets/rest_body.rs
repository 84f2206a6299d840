//! Gives what libFuzzer makes up to `rest_body` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("rest_body", bytes));
