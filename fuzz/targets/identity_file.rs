//! Gives what libFuzzer makes up to `identity_file` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("identity_file", bytes));
