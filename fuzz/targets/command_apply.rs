//! Gives what libFuzzer makes up to `command_apply` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("command_apply", bytes));
