//! Gives what libFuzzer makes up to `journal_file` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("journal_file", bytes));
