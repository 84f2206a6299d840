//! Gives what libFuzzer makes up to `proxy_heads` (src/fuzzing).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| marquee::fuzzing::run("proxy_heads", bytes));
