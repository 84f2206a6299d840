//! Gives what libFuzzer makes up to `log_fields` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("log_fields", bytes));
