//! docs/API.md names every route and every error code, and none that is not there.

use std::collections::BTreeSet;

use crate::api::routes;

const DOCS: &str = include_str!("../../../docs/API.md");

/// The codes of `fn code` in a source file.
fn codes(source: &str) -> BTreeSet<&str> {
    let body = source.split("fn code(").nth(1).expect("a code function").split("\n    }\n").next().unwrap_or("");
    body.lines().filter_map(|line| line.split("=> \"").nth(1)?.split('"').next()).collect()
}

#[test]
fn every_code_is_documented_and_every_documented_code_exists() {
    let sources = [
        include_str!("../error.rs"),
        include_str!("../wire/message.rs"),
        include_str!("../../library/error.rs"),
        include_str!("../../identity/error.rs"),
        include_str!("../../state/rejection.rs"),
    ];
    let known: BTreeSet<&str> = sources.into_iter().flat_map(codes).collect();
    assert!(known.len() > 40, "the codes are found: {known:?}");
    let section = DOCS.split("\n## Error codes\n").nth(1).expect("a section").split("\n## ").next().unwrap_or("");
    let documented: BTreeSet<&str> =
        section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(known, documented);
}

#[test]
fn every_route_is_documented_and_every_documented_route_exists() {
    let known: BTreeSet<String> = routes::TABLE.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    let documented: BTreeSet<String> =
        DOCS.lines().filter_map(|line| Some(line.strip_prefix("### `")?.split('`').next()?.to_owned())).collect();
    assert_eq!(known, documented);
}
