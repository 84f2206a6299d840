//! Gives what libFuzzer makes up to `pn532_bytes` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("pn532_bytes", bytes));
