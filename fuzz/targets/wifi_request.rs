//! Gives what libFuzzer makes up to `wifi_request` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("wifi_request", bytes));
