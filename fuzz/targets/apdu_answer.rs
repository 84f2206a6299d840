//! Gives what libFuzzer makes up to `apdu_answer` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("apdu_answer", bytes));
