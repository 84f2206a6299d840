//! Gives what libFuzzer makes up to `config_file` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("config_file", bytes));
