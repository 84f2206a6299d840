//! Gives what libFuzzer makes up to `update_texts` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("update_texts", bytes));
