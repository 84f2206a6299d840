//! Settings: flags over `MARQUEE_*` over `marquee.toml` over defaults. Each key is described once, in `KEYS`; the help text and
//! `config.example.toml` are made from it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

/// One setting.
pub struct Key {
    /// As in `marquee.toml`; with dashes it is the flag, in capitals after `MARQUEE_` the environment variable.
    pub name: &'static str,
    pub value_name: &'static str,
    pub default: &'static str,
    pub help: &'static str,
}

/// A switch needs no value on the command line.
const SWITCH: &str = "true|false";

pub const KEYS: [Key; 10] = [
    Key { name: "data_dir", value_name: "DIR", default: "data", help: "Where the journal, assets and recordings are kept" },
    Key {
        name: "http",
        value_name: "ADDR",
        default: "127.0.0.1:4200",
        help: "REST, WebSocket and page; port 0 picks a free one",
    },
    Key { name: "ws", value_name: "ADDR", default: "127.0.0.1:4201", help: "WebSocket alone; port 0 picks a free one" },
    Key { name: "rtmp", value_name: "ADDR|off", default: "127.0.0.1:1935", help: "The RTMP server that players open" },
    Key { name: "demo", value_name: SWITCH, default: "false", help: "Put a demo scene on air where there is no scene yet" },
    Key { name: "live", value_name: SWITCH, default: "false", help: "Go on air at the start" },
    Key {
        name: "encoder",
        value_name: "NAME",
        default: "auto",
        help: "The H.264 encoder, as a GStreamer element; auto takes the best that works here",
    },
    Key {
        name: "pipelines_dir",
        value_name: "DIR",
        default: "",
        help: "Pipelines here (NAME.launch) take the place of the built-in ones; empty: none",
    },
    Key {
        name: "log",
        value_name: "FILTER",
        default: "info",
        help: "What is logged: error, warn, info, debug, or marquee::send=debug …",
    },
    Key { name: "log_format", value_name: "text|json", default: "text", help: "How logs are written, to standard error" },
];

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub data_dir: PathBuf,
    pub http: SocketAddr,
    pub ws: SocketAddr,
    /// None: off.
    pub rtmp: Option<SocketAddr>,
    pub demo: bool,
    pub live: bool,
    pub encoder: String,
    pub pipelines_dir: Option<PathBuf>,
    pub log: String,
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// Where a value was given, for the message when it is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Flag,
    Environment,
    File,
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Flag => "command line",
            Source::Environment => "environment",
            Source::File => "configuration file",
            Source::Default => "default",
        })
    }
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    #[error("{key}: {value:?} (from the {source_of}) is not right: {expected}")]
    BadValue { key: &'static str, value: String, source_of: Source, expected: &'static str },
    #[error("{0} can not be read: {1}")]
    BadFile(String, String),
    #[error("{0}: there is no setting {1:?}; `marquee serve --help` lists them")]
    UnknownKey(String, String),
}

/// Values as text, by key, before anyone judged them.
pub type Values = BTreeMap<String, String>;

/// What was given, in each place. The environment comes in as values, so that tests need no real one.
#[derive(Default)]
pub struct Given {
    pub flags: Values,
    pub environment: Values,
    pub file: Values,
}

impl Key {
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    pub fn variable(&self) -> String {
        format!("MARQUEE_{}", self.name.to_uppercase())
    }

    pub fn is_switch(&self) -> bool {
        self.value_name == SWITCH
    }
}

/// Reads the text of a `marquee.toml`: flat, one key a line.
pub fn values_in_file(name: &str, text: &str) -> Result<Values, ConfigError> {
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| ConfigError::BadFile(name.to_owned(), error.to_string()))?;
    let mut values = Values::new();
    for (key, value) in table {
        if !KEYS.iter().any(|known| known.name == key) {
            return Err(ConfigError::UnknownKey(name.to_owned(), key));
        }
        let text = match value {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        values.insert(key, text);
    }
    Ok(values)
}

impl Config {
    pub fn resolve(given: &Given) -> Result<Self, ConfigError> {
        let value = |name: &'static str| Value::find(given, name);
        Ok(Self {
            data_dir: value("data_dir").required("give a directory")?.into(),
            http: value("http").address()?,
            ws: value("ws").address()?,
            rtmp: value("rtmp").address_or_off()?,
            demo: value("demo").switch()?,
            live: value("live").switch()?,
            encoder: value("encoder").required("give auto or the name of a GStreamer element, such as x264enc")?,
            pipelines_dir: Some(value("pipelines_dir").text).filter(|text| !text.is_empty()).map(PathBuf::from),
            log: value("log").log_filter()?,
            log_format: value("log_format").log_format()?,
        })
    }
}

/// One value and where it came from.
struct Value {
    key: &'static str,
    text: String,
    source: Source,
}

impl Value {
    fn find(given: &Given, key: &'static str) -> Self {
        let places = [(Source::Flag, &given.flags), (Source::Environment, &given.environment), (Source::File, &given.file)];
        for (source, values) in places {
            if let Some(text) = values.get(key) {
                return Self { key, text: text.clone(), source };
            }
        }
        let default = KEYS.iter().find(|known| known.name == key).map_or("", |known| known.default);
        Self { key, text: default.to_owned(), source: Source::Default }
    }

    fn bad(self, expected: &'static str) -> ConfigError {
        ConfigError::BadValue { key: self.key, value: self.text, source_of: self.source, expected }
    }

    fn required(self, expected: &'static str) -> Result<String, ConfigError> {
        if self.text.is_empty() { Err(self.bad(expected)) } else { Ok(self.text) }
    }

    fn address(self) -> Result<SocketAddr, ConfigError> {
        let Some(address) = self.text.to_socket_addrs().ok().and_then(|mut found| found.next()) else {
            return Err(self.bad("give an address with a port, such as 127.0.0.1:4200 (port 0 picks a free one)"));
        };
        if !address.ip().is_loopback() {
            return Err(
                self.bad("others could reach it, and there are no users and passwords yet: listen on 127.0.0.1 or [::1]")
            );
        }
        Ok(address)
    }

    fn address_or_off(self) -> Result<Option<SocketAddr>, ConfigError> {
        if self.text == "off" { Ok(None) } else { self.address().map(Some) }
    }

    fn switch(self) -> Result<bool, ConfigError> {
        match self.text.as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err(self.bad("give true or false")),
        }
    }

    fn log_filter(self) -> Result<String, ConfigError> {
        match tracing_subscriber::EnvFilter::try_new(&self.text) {
            Ok(_) => Ok(self.text),
            Err(_) => Err(self.bad("give error, warn, info, debug or trace, or a list such as info,marquee::send=debug")),
        }
    }

    fn log_format(self) -> Result<LogFormat, ConfigError> {
        match self.text.as_str() {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err(self.bad("give text or json")),
        }
    }
}

/// The text of `config.example.toml`.
pub fn example() -> String {
    let mut text =
        String::from("# Settings of marquee, with their defaults. A flag or a MARQUEE_* variable goes before this file.\n");
    for key in &KEYS {
        let quoted = if key.is_switch() { key.default.to_owned() } else { format!("{:?}", key.default) };
        text += &format!("\n# {} (--{}, {})\n# {} = {}\n", key.help, key.flag(), key.variable(), key.name, quoted);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nearer_places_win() {
        let mut given = Given { file: values(&[("http", "127.0.0.1:1"), ("live", "true")]), ..Given::default() };
        assert_eq!(Config::resolve(&given).unwrap().http.port(), 1);
        given.environment = values(&[("http", "127.0.0.1:2")]);
        assert_eq!(Config::resolve(&given).unwrap().http.port(), 2);
        given.flags = values(&[("http", "127.0.0.1:3"), ("rtmp", "off")]);
        let config = Config::resolve(&given).unwrap();
        assert_eq!((config.http.port(), config.rtmp, config.live, config.demo), (3, None, true, false));
    }

    #[test]
    fn a_bad_value_names_its_key_and_what_would_be_right() {
        for (key, value) in [
            ("http", "banana"),
            ("http", "127.0.0.1"),
            ("ws", "127.0.0.1:99999"),
            ("rtmp", "on"),
            ("demo", "maybe"),
            ("log_format", "xml"),
            ("data_dir", ""),
            ("http", "0.0.0.0:4200"),
            ("log", "a=b=c"),
        ] {
            let given = Given { flags: values(&[(key, value)]), ..Given::default() };
            let message = Config::resolve(&given).expect_err(value).to_string();
            assert!(message.starts_with(key) && message.contains("command line"), "{message}");
        }
    }

    #[test]
    fn a_file_with_an_unknown_key_is_refused() {
        assert!(matches!(values_in_file("f", "htp = \"x\""), Err(ConfigError::UnknownKey(..))));
        assert!(matches!(values_in_file("f", "= 3"), Err(ConfigError::BadFile(..))));
        assert_eq!(values_in_file("f", "live = true\nhttp = \"a\"").unwrap(), values(&[("live", "true"), ("http", "a")]));
    }

    /// Run with UPDATE=1 to write it anew.
    #[test]
    fn the_example_file_says_what_the_server_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config.example.toml");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, example()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), example());
        // Taken out of its comments it is a configuration that resolves to the defaults.
        let uncommented: Vec<_> = example()
            .lines()
            .filter_map(|line| line.strip_prefix("# ").filter(|l| l.contains(" = ")))
            .map(str::to_owned)
            .collect();
        let file = values_in_file("example", &uncommented.join("\n")).unwrap();
        assert_eq!(Config::resolve(&Given { file, ..Given::default() }), Config::resolve(&Given::default()));
    }
}
