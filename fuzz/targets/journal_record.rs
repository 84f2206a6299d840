//! Gives what libFuzzer makes up to `journal_record` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("journal_record", bytes));
