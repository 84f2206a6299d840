//! Gives what libFuzzer makes up to `journal_file` (src/fuzzing). The database beneath panics at damaged files, and whoever opens a
//! journal turns that into an error: here too it is no finding, though libFuzzer's own hook would end the process at once.
#![no_main]

use std::panic::{PanicHookInfo, set_hook, take_hook};

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

fn unless_in_the_database(libfuzzers_own: Hook) -> Hook {
    Box::new(move |panic| {
        if !panic.location().is_some_and(|place| place.file().contains("/redb-")) {
            libfuzzers_own(panic);
        }
    })
}

libfuzzer_sys::fuzz_target!(init: set_hook(unless_in_the_database(take_hook())), |bytes: &[u8]| {
    marquee::fuzzing::run("journal_file", bytes)
});
