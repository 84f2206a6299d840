//! Fuzz target: the text of a marquee.toml.

use std::net::SocketAddr;

use crate::base::config::{Config, Given, KEYS, Values, values_in_file};
use crate::base::fuzz::{SECRET, check_told};

/// The text, and the text around secrets: a mistake near a secret must not bring it into the log.
pub fn config_file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    check(text);
    check(&format!("admin_password = \"{SECRET}\"\n{text}"));
    check(&format!("{text}\nredis = \"redis://:{SECRET}@127.0.0.1:6379/0\"\n"));
    check(&format!("admin_password = \"{SECRET}{text}"));
    check(&format!("redis = [\"redis://:{SECRET}@127.0.0.1\", {text}"));
}

fn check(text: &str) {
    let values = match values_in_file("marquee.toml", text) {
        Ok(values) => values,
        Err(error) => return check_told(&error.to_string()),
    };
    assert!(values.keys().all(|key| KEYS.iter().any(|known| known.name == key)));
    // A name in place of an address would be looked up.
    let mut flags = Values::new();
    for key in ["http", "ws", "rtmp"] {
        let is_number = |text: &String| text == "off" || text.parse::<SocketAddr>().is_ok();
        if values.get(key).is_some_and(|text| !is_number(text)) {
            flags.insert(key.to_owned(), "127.0.0.1:0".to_owned());
        }
    }
    match Config::resolve(&Given { flags, file: values, ..Given::default() }) {
        Ok(config) => {
            let shown = format!("{config:?}");
            // What is no secret's key shows what it is given.
            let secret_only = config.admin_password.is_some() || config.redis.is_some();
            assert!(!secret_only || !shown.contains(&format!("Some({SECRET:?})")), "{shown}");
            assert!(config.rate_limit.is_none_or(|factor| (0.01..=1000.0).contains(&factor)));
            assert!(config.max_in_flight.is_none_or(|count| count > 0));
        }
        Err(error) => {
            let text = error.to_string();
            assert!(KEYS.iter().any(|key| text.starts_with(key.name)), "{text} names its key");
            check_told(&text);
        }
    }
}
