//! docs/API.md names every route and every error code, and none that is not there.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::api::codes::{self, CODES};
use crate::api::{openapi, routes};

const DOCS: &str = include_str!("../../../docs/API.md");

/// The codes of the last `fn code` in a source file: what can be missing has others before it.
fn codes(source: &str) -> BTreeSet<&str> {
    let body = source.split("fn code(").last().expect("a code function").split("\n    }\n").next().unwrap_or("");
    body.lines().filter_map(|line| line.split("=> \"").nth(1)?.split('"').next()).collect()
}

#[test]
fn every_code_is_documented_and_every_documented_code_exists() {
    let sources = [
        include_str!("../error.rs"),
        include_str!("../wire/message.rs"),
        include_str!("../jam/no_seat.rs"),
        include_str!("../../jam/refused.rs"),
        include_str!("../../library/error.rs"),
        include_str!("../../library/frames/mod.rs"),
        include_str!("../../identity/error.rs"),
        include_str!("../../state/rejection.rs"),
        include_str!("../../template/error.rs"),
        include_str!("../../exchange/obs/mod.rs"),
        include_str!("../../exchange/archive.rs"),
        include_str!("../../send/whep/mod.rs"),
        include_str!("../rest/tus/trouble.rs"),
        include_str!("../../library/uploads/error.rs"),
        include_str!("../../devices/wifi/error.rs"),
        include_str!("../../devices/update/error.rs"),
        include_str!("../../devices/wifi/failure.rs"),
        include_str!("../../devices/system/power.rs"),
        include_str!("../../devices/system/restart.rs"),
        include_str!("../../library/downloads/address.rs"),
        include_str!("../../library/downloads/search.rs"),
    ];
    // A leader may be newer, and say what is not known here.
    let of_leaders = ["refused_by_leader"];
    let known: BTreeSet<&str> = sources.into_iter().flat_map(codes).chain(of_leaders).collect();
    assert!(known.len() > 40, "the codes are found: {known:?}");
    let listed: BTreeSet<&str> = CODES.iter().map(|code| code.code).collect();
    assert_eq!(known, listed);
    generated("codes", &codes::table_for_people());
}

/// What stands between two marks in docs/API.md is made; with UPDATE=1 it is made anew.
pub fn generated(mark: &str, text: &str) {
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
    if std::env::var_os("UPDATE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/API.md");
        let docs = std::fs::read_to_string(path).expect("it can be read");
        let (before, rest) = docs.split_once(&begin).expect("a place for it");
        let (_, after) = rest.split_once(&end).expect("its end");
        std::fs::write(path, format!("{before}{begin}{text}{end}{after}")).expect("written");
        return;
    }
    assert!(DOCS.contains(&format!("{begin}{text}{end}")), "run the tests docs with UPDATE=1");
}

#[test]
fn the_table_of_who_may_do_what_is_documented() {
    generated("roles", &routes::table_for_people());
}

/// Every row but files of the page and the WebSocket's own words is in the OpenAPI document, and the copy in docs/ is fresh.
#[test]
fn the_openapi_document_has_every_row_and_its_copy_is_fresh() {
    let document = openapi::document();
    for row in routes::TABLE.iter().filter(|row| row.path.starts_with("/api") || row.path == "/metrics" || row.path == "/ws")
    {
        let operation = &document["paths"][row.path][row.method.to_lowercase()];
        assert_eq!(operation["x-role"], row.access.name(), "{} {}", row.method, row.path);
        for code in operation["responses"].as_object().expect("answers").keys() {
            assert!(code.parse::<u16>().is_ok_and(|code| (100..600).contains(&code)), "{code}");
        }
    }
    let text = serde_json::to_string_pretty(&document).expect("JSON") + "\n";
    let mut names: Vec<&Value> = operations(&document).map(|operation| &operation["operationId"]).collect();
    names.sort_by_key(|name| name.to_string());
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "each has a name of its own");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &text).expect("written");
    }
    assert!(std::fs::read_to_string(path).is_ok_and(|copy| copy == text), "run the tests docs with UPDATE=1");
}

#[test]
fn every_route_is_documented_and_every_documented_route_exists() {
    let known: BTreeSet<String> = routes::TABLE.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    let documented: BTreeSet<String> =
        DOCS.lines().filter_map(|line| Some(line.strip_prefix("### `")?.split('`').next()?.to_owned())).collect();
    assert_eq!(known, documented);
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(_, methods)| methods.as_object().into_iter().flatten().map(|(_, operation)| operation))
}
