//! Gives what libFuzzer makes up to `drawing_upload` (src/fuzzing). The reader of fonts panics at damaged outlines, and the
//! painter checks itself with assertions where they are compiled in.
#![no_main]

#[path = "../contained.rs"]
mod contained;

libfuzzer_sys::fuzz_target!(init: contained::let_panic(&["/read-fonts-", "/skrifa-", "/tiny-skia-"]), |bytes: &[u8]| {
    marquee::fuzzing::run("drawing_upload", bytes)
});
