//! Gives what libFuzzer makes up to `rtmp_media` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("rtmp_media", bytes));
