//! What yt-dlp is called with: the only place where such words are put together. No shell reads them, nothing of a stranger stands
//! where an option could, and no path of ours is among them: the program runs in the folder of its job.

use super::address::Address;
use super::extractors::Extractors;
use super::quality::Quality;
use super::search::Query;

/// Where what is not yet whole lies, in the folder of a job.
pub const PARTS: &str = "parts";

/// Begin lines of what yt-dlp says (`line`).
pub const PROGRESS: &str = "DL";
pub const STEP: &str = "PP";
pub const INFO: &str = "INFO";
pub const DONE: &str = "DONE";
pub const FOUND: &str = "FOUND";

const PROGRESS_FIELDS: &str =
    "%(progress.{status,downloaded_bytes,total_bytes,total_bytes_estimate,speed,eta,fragment_index,fragment_count})j";
const STEP_FIELDS: &str = "%(progress.{status,postprocessor})j";
const INFO_FIELDS: &str = "%(.{id,title,ext,duration,extractor,webpage_url,is_live,playlist_count})j";
const DONE_FIELDS: &str = "%(.{id,title,filepath,ext,duration,webpage_url})j";
const FOUND_FIELDS: &str = "%(.{id,title,duration,thumbnails,channel,view_count})j";

/// Whatever a configuration, a plugin or a cache of the user's would change, is left aside.
const ALONE: [&str; 12] = [
    "--ignore-config",
    "--no-plugin-dirs",
    "--no-cache-dir",
    "--no-exec",
    "--quiet",
    "--no-warnings",
    "--color=never",
    // A server that says nothing for so long is asked again.
    "--socket-timeout=15",
    "--retries=3",
    "--fragment-retries=3",
    "--extractor-retries=2",
    // Otherwise a hole is left where a piece can not be had, and the download counts as good.
    "--abort-on-unavailable-fragments",
];

const FETCHING: [&str; 11] = [
    "--no-playlist",
    "--playlist-items=1",
    // Printing would mean only looking.
    "--no-simulate",
    "--newline",
    "--progress",
    "--progress-delta=0.5",
    "--continue",
    "--no-mtime",
    // An id may be as long as an address; names of files may not.
    "--trim-filenames=100",
    "--paths=temp:parts",
    "--output=%(id)s.%(ext)s",
];

pub fn download(address: &Address, quality: Quality, largest_bytes: u64, extractors: &Extractors) -> Vec<String> {
    let mut words: Vec<String> = ALONE.into_iter().chain(FETCHING).map(str::to_owned).collect();
    words.push(format!("--progress-template=download:{PROGRESS} {PROGRESS_FIELDS}"));
    words.push(format!("--progress-template=postprocess:{STEP} {STEP_FIELDS}"));
    words.push(format!("--print=before_dl:{INFO} {INFO_FIELDS}"));
    words.push(format!("--print=after_move:{DONE} {DONE_FIELDS}"));
    words.push(format!("--max-filesize={largest_bytes}"));
    words.push(format!("--use-extractors={}", extractors.as_str()));
    words.push(format!("--format={}", quality.formats()));
    words.extend(quality.order().map(|order| format!("--format-sort={order}")));
    words.extend(["--".to_owned(), address.as_str().to_owned()]);
    words
}

pub fn search(query: &Query) -> Vec<String> {
    let mut words: Vec<String> = ALONE.into_iter().map(str::to_owned).collect();
    words.push("--flat-playlist".to_owned());
    words.push(format!("--print=video:{FOUND} {FOUND_FIELDS}"));
    // Whatever the words are that are looked for: nobody else would take them.
    words.push("--use-extractors=youtube:search".to_owned());
    words.extend(["--".to_owned(), format!("ytsearch{}:{}", query.most(), query.words())]);
    words
}

pub fn version() -> [&'static str; 2] {
    ["--ignore-config", "--version"]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_for(address: &str, quality: &str) -> Vec<String> {
        let extractors = Extractors::parse(&["default", "-generic"]).expect("names");
        let address = Address::parse(address).expect("an address");
        download(&address, quality.parse().expect("a quality"), 1_000, &extractors)
    }

    fn value<'a>(words: &'a [String], option: &str) -> Vec<&'a str> {
        words.iter().filter_map(|word| word.strip_prefix(option)?.strip_prefix('=')).collect()
    }

    #[test]
    fn an_address_stands_where_no_option_can() {
        for address in [
            "https://example.com/watch?v=--exec=reboot",
            "https://example.com/ --version",
            "https://example.com/%(id)s$(reboot)`reboot`;reboot|x",
        ] {
            let words = words_for(address, "best");
            let [.., dashes, last] = &words[..] else { panic!("{words:?}") };
            assert_eq!((dashes.as_str(), last.starts_with("https://")), ("--", true));
            assert_eq!(words.iter().filter(|word| *word == "--").count(), 1, "{words:?}");
            assert_eq!(words[..words.len() - 2], words_for("https://example.com/", "best")[..words.len() - 2]);
        }
    }

    #[test]
    fn words_that_are_no_address_never_come_this_far() {
        for text in ["--version", "-o /etc/x", "--exec=reboot", "https://example.com/\n--exec=reboot", "ytsearch1:x"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn qualities_choose_formats() {
        let formats = |quality| value(&words_for("https://example.com/", quality), "--format").concat();
        assert!(formats("best").starts_with("bv*[") && formats("worst").starts_with("wv*["));
        assert!(formats("bestaudio").starts_with("ba[") && formats("bestaudio").contains("/b["));
        let words = words_for("https://example.com/", "720p");
        assert_eq!(value(&words, "--format-sort"), ["res:720"]);
        assert_eq!(value(&words_for("https://example.com/", "best"), "--format-sort"), [""; 0]);
    }

    #[test]
    fn everything_has_its_limits() {
        let words = words_for("https://example.com/", "best");
        assert_eq!(value(&words, "--max-filesize"), ["1000"]);
        assert_eq!(value(&words, "--use-extractors"), ["default,-generic"]);
        assert_eq!(value(&words, "--output"), ["%(id)s.%(ext)s"]);
        assert_eq!(value(&words, "--paths"), [format!("temp:{PARTS}")]);
        for word in ["--ignore-config", "--no-plugin-dirs", "--no-cache-dir", "--no-exec", "--no-playlist"] {
            assert!(words.iter().any(|found| found == word), "{word}");
        }
        // What others on the machine can read in the list of processes.
        assert!(!words.iter().any(|word| word.contains("proxy")), "{words:?}");
        assert!(words.iter().all(|word| !word.contains(char::is_control)));
    }

    #[test]
    fn words_that_are_looked_for_are_one_word_behind_the_dashes() {
        for asked in ["cats", "--exec=reboot", "https://example.com/", "ytsearchall:x", "\"; reboot"] {
            let words = search(&Query::new(asked, 5).expect("a query"));
            assert_eq!(words[words.len() - 2..], ["--".to_owned(), format!("ytsearch5:{asked}")]);
            assert_eq!(value(&words, "--use-extractors"), ["youtube:search"]);
        }
    }
}
