//! Gives what libFuzzer makes up to `pixel_packets` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("pixel_packets", bytes));
