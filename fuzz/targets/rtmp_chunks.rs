//! Gives what libFuzzer makes up to `rtmp_chunks` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("rtmp_chunks", bytes));
