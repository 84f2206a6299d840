//! Gives what libFuzzer makes up to `tag_sightings` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("tag_sightings", bytes));
