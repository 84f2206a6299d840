//! Gives what libFuzzer makes up to `small_texts` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("small_texts", bytes));
