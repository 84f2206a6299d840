//! What fields become, and when.

use std::hash::DefaultHasher;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

/// 2026-01-31 12:04:56.999999 UTC, a Saturday.
const AT: ShowTime = ShowTime(1_769_861_096_999_999);

static VALUES: LazyLock<Values> = LazyLock::new(|| {
    let values = r#"{"score": "3:2", "player.title": "Blue {clock}", "start": "2026-01-31T13:05:00+01:00", "empty": "",
        "home": 3, "share": 0.5, "won": true}"#;
    serde_json::from_str(values).expect("values")
});

fn context(at: ShowTime, offset: &str) -> Context<'static> {
    let timezone = UtcOffset::try_from(offset.to_owned()).expect("an offset");
    Context { at, since: Some(ShowTime(AT.micros() - 3_725_000_000)), timezone, values: &VALUES }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(fill(text, &context(AT, "Z")), expected, "{text}");
}

#[test]
fn every_field_is_filled_in() {
    check("{date} {clock}", "2026-01-31 12:04:56");
    check("{clock:HH:MM} {clock:h:mm ap} { clock:H.M.S }", "12:04 12:04 PM 12.4.56");
    check("{date:DD.MM.YY} {date:WWW, D MMM YYYY} {date:WWWW MMMM M}", "31.01.26 Sat, 31 Jan 2026 Saturday January 1");
    check("{countdown:1769861097000} {countdown:1769861397000} {countdown:0}", "00:01 05:01 00:00");
    check("{countdown:2026-01-31T14:04:57Z} {countdown:start}", "2:00:01 00:04");
    check("{elapsed}", "1:02:05");
    check("{home}-{value:share} {won}", "3-0.5 true");
    check("{value:score} {score} {player.title} <{empty}>", "3:2 3:2 Blue {clock} <>");
}

#[test]
fn what_is_no_field_stays() {
    for text in
        ["{nothing}", "{countdown:never}", "{countdown}", "{value:}", "{}", "{ }", "{", "}", "{a b}", "{a\n}", "ß {é"]
    {
        check(text, text);
    }
    check("{{clock}} {{{score}}} }}", "{clock} {3:2} }");
    check(&format!("{{{}}}", "x".repeat(500)), &format!("{{{}}}", "x".repeat(500)));
}

#[test]
fn time_zones_move_clocks_and_dates() {
    let at = |offset: &str| fill("{date:D} {clock:HH:MM}", &context(AT, offset)).into_owned();
    assert_eq!((at("+02:00"), at("-12:30"), at("+12:00")), ("31 14:04".into(), "30 23:34".into(), "1 00:04".into()));
    assert_eq!(fill("{clock}", &context(ShowTime(-1), "Z")), "23:59:59");
    assert!(fill("{date}", &context(ShowTime(i64::MAX), "+18:00")).len() >= 10);
}

#[test]
fn granularity_is_that_of_the_fastest_field() {
    assert_eq!(changes("plain {{clock}} {score}"), Granularity::Never);
    assert_eq!(changes("{date}"), Granularity::Day);
    assert_eq!(changes("{date} {clock:HH:MM}"), Granularity::Minute);
    for text in ["{date} {clock}", "{elapsed}", "{countdown:start}"] {
        assert_eq!(changes(text), Granularity::Second);
    }
    assert!(names_values("{score}") && !names_values("{clock} {{score}}"));
}

#[test]
fn the_next_change_is_when_the_text_differs() {
    for text in ["{clock}", "{clock:H:MM}", "{date}", "{elapsed}", "{countdown:start}", "{date} {elapsed}"] {
        for offset in ["Z", "+05:45", "-03:30"] {
            let now = context(AT, offset);
            let next = next_change(text, &now).expect("it changes");
            let at = |micros: i64| fill(text, &Context { at: ShowTime(micros), ..now }).into_owned();
            assert!(next > AT, "{text}");
            assert_eq!(at(next.micros() - 1), at(AT.micros()), "{text} stays until then");
            assert!(at(next.micros()) != at(AT.micros()) || at(next.micros() + 1) != at(AT.micros()), "{text} changes then");
        }
    }
    assert_eq!(next_change("{score} {countdown:0}", &context(AT, "Z")), None);
}

fn hashed(text: &str, context: &Context<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    hash(text, context, &mut hasher);
    hasher.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_filled(text in "([{}:a-zA-Z. \n]|\\PC|\\{clock:\\PC{0,6}\\}|\\{date:\\PC{0,6}\\}){0,40}", at in any::<i64>()) {
        let context = context(ShowTime(at), "-18:00");
        let filled = fill(&text, &context);
        prop_assert!(filled.len() <= 64 * text.len());
        changes(&text);
        next_change(&text, &context);
    }

    #[test]
    fn equal_hashes_are_equal_texts(at in 0..200_000_000_i64, step in 0..90_000_000_i64) {
        for text in ["{clock}", "{clock:HH:MM}", "{date}", "{elapsed}", "{countdown:start}", "{score}"] {
            let (one, two) = (context(ShowTime(AT.micros() + at), "+05:45"), context(ShowTime(AT.micros() + at + step), "+05:45"));
            prop_assert_eq!(hashed(text, &one) == hashed(text, &two), fill(text, &one) == fill(text, &two), "{}", text);
        }
    }
}
