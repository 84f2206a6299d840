//! What the fuzz targets of several rooms assert: about errors, and about secrets.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

const API: &str = include_str!("../../docs/API.md");

/// What stands in place of every secret while a target runs. A fuzzer sees what is compared with what and tries it out, so an input
/// may have it too (`is_given_away`).
pub const SECRET: &str = "xyzzy-s3cret-plugh";
/// The same for a secret that is given as a number.
pub const SECRET_NUMBER: u64 = 860_315_927_460_718;

/// An error quotes what it is about, not the whole of what was sent: it ends up in a log and on a small screen.
const LONGEST_ERROR: usize = 1_024;

/// Clients look codes up in docs/API.md.
pub fn check_code(code: &str) {
    static DOCUMENTED: OnceLock<BTreeSet<&str>> = OnceLock::new();
    let documented = DOCUMENTED.get_or_init(|| {
        let section = API.split("\n## Error codes\n").nth(1).unwrap_or("").split("\n## ").next().unwrap_or("");
        section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect()
    });
    assert!(documented.contains(code), "{code} is not documented");
}

/// What people and logs are told about foreign bytes.
pub fn check_told(text: &str) {
    assert!(text.len() <= LONGEST_ERROR, "{} bytes of error: {}…", text.len(), &text[..text.floor_char_boundary(200)]);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "control characters go into a log: {text:?}");
    check_secret(text);
}

pub fn check_secret(text: &str) {
    assert!(!text.contains(SECRET) && !text.contains(&SECRET_NUMBER.to_string()), "a secret is told: {text}");
}

/// An input that has the secret in the open proves nothing: what a client says may be told to it again.
pub fn is_given_away(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    text.contains(SECRET) || text.contains(&SECRET_NUMBER.to_string())
}

/// Puts the secret above in place of whatever stands in a field that holds secrets.
pub fn with_secrets(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_secret =
                    ["key", "token"].contains(&name.as_str()) || name.contains("password") || name.contains("_token");
                match value {
                    Value::String(text) if is_secret => *text = SECRET.to_owned(),
                    Value::Number(number) if is_secret => *number = SECRET_NUMBER.into(),
                    value => with_secrets(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(with_secrets),
        _ => {}
    }
}
