//! Gives what libFuzzer makes up to `redis_snapshot` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("redis_snapshot", bytes));
