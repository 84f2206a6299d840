//! Settings: flags over `MARQUEE_*` over `marquee.toml` over defaults. Each key is described once, in `KEYS`; the help text and
//! `config.example.toml` are made from it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use super::quote::quoted;

/// One setting.
pub struct Key {
    /// As in `marquee.toml`; with dashes it is the flag, in capitals after `MARQUEE_` the environment variable.
    pub name: &'static str,
    pub value_name: &'static str,
    pub default: &'static str,
    pub help: &'static str,
}

/// Not quoted, not even when they are wrong.
const SECRET: [&str; 2] = ["redis", "admin_password"];

/// A switch needs no value on the command line.
const SWITCH: &str = "true|false";

pub const KEYS: &[Key] = &[
    Key { name: "data_dir", value_name: "DIR", default: "data", help: "Where the journal, assets and recordings are kept" },
    Key {
        name: "http",
        value_name: "ADDR",
        default: "127.0.0.1:4200",
        help: "REST, WebSocket and page; port 0 picks a free one",
    },
    Key { name: "ws", value_name: "ADDR", default: "127.0.0.1:4201", help: "WebSocket alone; port 0 picks a free one" },
    Key { name: "rtmp", value_name: "ADDR|off", default: "127.0.0.1:1935", help: "The RTMP server that players open" },
    Key {
        name: "whep",
        value_name: "ADDR|off",
        default: "",
        help: "Where pictures for browsers come from, over UDP (WHEP); empty: the address and port of http",
    },
    Key { name: "whep_viewers", value_name: "N", default: "32", help: "Browsers that may watch over WHEP at once" },
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
        name: "redis",
        value_name: "URL",
        default: "",
        help: "Redis that gets a copy of the state, redis://… or rediss://… with TLS; empty: none",
    },
    Key {
        name: "redis_ca",
        value_name: "FILE",
        default: "",
        help: "A certificate (PEM) to trust for rediss://, besides the well-known",
    },
    Key { name: "redis_prefix", value_name: "TEXT", default: "", help: "Put before every key in Redis" },
    Key {
        name: "restore_from",
        value_name: "redis",
        default: "",
        help: "Where the data directory is empty, begin with the show that Redis holds; stream keys are not in it",
    },
    Key {
        name: "admin_password",
        value_name: "PASSWORD",
        default: "",
        help: "Password of the user admin, made at the first start beyond loopback; empty: one is made up and printed once",
    },
    Key {
        name: "tls_cert",
        value_name: "FILE",
        default: "",
        help: "Certificates (PEM) for HTTPS; looked at again when renewed",
    },
    Key { name: "tls_key", value_name: "FILE", default: "", help: "The certificate's private key (PEM)" },
    Key {
        name: "allowed_hosts",
        value_name: "NAMES",
        default: "",
        help: "Host names that the server goes by, besides localhost and addresses, separated by commas",
    },
    Key {
        name: "allowed_origins",
        value_name: "ORIGINS",
        default: "",
        help: "Other sites whose pages may steer it, such as https://studio.example, separated by commas",
    },
    Key {
        name: "open_metrics",
        value_name: SWITCH,
        default: "false",
        help: "Let /metrics be read without a login, by a Prometheus that has none",
    },
    Key {
        name: "rate_limit",
        value_name: "FACTOR|off",
        default: "1",
        help: "How often each client may ask, as a multiple of what is usual",
    },
    Key {
        name: "max_in_flight",
        value_name: "N|auto",
        default: "auto",
        help: "Requests that are worked on at once; auto is 12 on a Raspberry Pi and 64 elsewhere",
    },
    Key {
        name: "max_upload_mb",
        value_name: "N",
        default: "2048",
        help: "Largest video or sound that can be uploaded, in MiB; pictures, fonts and colour tables may have 32",
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
    /// Over UDP. None: off.
    pub whep: Option<SocketAddr>,
    pub whep_viewers: usize,
    pub demo: bool,
    pub live: bool,
    pub encoder: String,
    pub pipelines_dir: Option<PathBuf>,
    pub redis: Option<Redis>,
    pub restore_from_redis: bool,
    pub admin_password: Option<Hidden>,
    pub tls: Option<TlsFiles>,
    pub allowed_hosts: Vec<String>,
    pub allowed_origins: Vec<String>,
    pub open_metrics: bool,
    /// None: no limit.
    pub rate_limit: Option<f64>,
    /// None: what suits the machine.
    pub max_in_flight: Option<usize>,
    pub max_upload_mb: u64,
    pub log: String,
    pub log_format: LogFormat,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Redis {
    /// It may hold a password.
    pub url: Hidden,
    pub authority: Option<PathBuf>,
    pub prefix: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TlsFiles {
    pub certificates: PathBuf,
    pub key: PathBuf,
}

/// A setting that nobody gets to see again.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(***)")
    }
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
        text.parse().map_err(|error| ConfigError::BadFile(name.to_owned(), what_and_where(&error, text)))?;
    let mut values = Values::new();
    for (key, value) in table {
        if !KEYS.iter().any(|known| known.name == key) {
            return Err(ConfigError::UnknownKey(name.to_owned(), quoted(&key)));
        }
        let text = match value {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        values.insert(key, text);
    }
    Ok(values)
}

/// Without the line itself, which the parser would quote: there may be a password in it.
fn what_and_where(error: &toml::de::Error, text: &str) -> String {
    let place = error.span().map_or(0, |span| text.floor_char_boundary(span.start));
    let before = &text[..place];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    format!("line {line}, column {column}: {}", quoted(error.message()))
}

impl Config {
    pub fn resolve(given: &Given) -> Result<Self, ConfigError> {
        let value = |name: &'static str| Value::find(given, name);
        Ok(Self {
            data_dir: value("data_dir").required("give a directory")?.into(),
            http: value("http").address()?,
            ws: value("ws").address()?,
            rtmp: value("rtmp").address_or_off()?,
            whep: match value("whep") {
                whep if whep.text.is_empty() => Some(value("http").address()?),
                whep => whep.address_or_off()?,
            },
            whep_viewers: value("whep_viewers").count()?,
            demo: value("demo").switch()?,
            live: value("live").switch()?,
            encoder: value("encoder").required("give auto or the name of a GStreamer element, such as x264enc")?,
            pipelines_dir: value("pipelines_dir").given().map(PathBuf::from),
            redis: value("redis").redis_url()?.map(|url| {
                let authority = value("redis_ca").given().map(PathBuf::from);
                Redis { url, authority, prefix: value("redis_prefix").text }
            }),
            restore_from_redis: value("restore_from").restore_from_redis(value("redis").text.is_empty())?,
            admin_password: value("admin_password").given().map(Hidden),
            tls: tls_files(value("tls_cert"), value("tls_key"))?,
            allowed_hosts: value("allowed_hosts").list(),
            allowed_origins: value("allowed_origins").origins()?,
            open_metrics: value("open_metrics").switch()?,
            rate_limit: value("rate_limit").factor_or_off()?,
            max_in_flight: value("max_in_flight").count_or_auto()?,
            max_upload_mb: value("max_upload_mb").upload_size()?,
            log: value("log").log_filter()?,
            log_format: value("log_format").log_format()?,
        })
    }
}

fn tls_files(certificates: Value, key: Value) -> Result<Option<TlsFiles>, ConfigError> {
    match (certificates.text.is_empty(), key.text.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(TlsFiles { certificates: certificates.text.into(), key: key.text.into() })),
        (true, false) => Err(certificates.bad("give it together with tls_key")),
        (false, true) => Err(key.bad("give it together with tls_cert")),
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
        let value = if SECRET.contains(&self.key) { "***".to_owned() } else { quoted(&self.text) };
        ConfigError::BadValue { key: self.key, value, source_of: self.source, expected }
    }

    fn given(self) -> Option<String> {
        Some(self.text).filter(|text| !text.is_empty())
    }

    fn list(self) -> Vec<String> {
        self.text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    fn origins(self) -> Result<Vec<String>, ConfigError> {
        let text = self.text.clone();
        let is_origin = |origin: &String| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '@', ' ']))
        };
        let (key, source) = (self.key, self.source);
        let origins: Vec<String> = self.list().into_iter().map(|origin| origin.to_ascii_lowercase()).collect();
        if origins.iter().all(is_origin) {
            return Ok(origins);
        }
        Err(Value { key, text, source }
            .bad("give origins such as https://studio.example or http://192.168.1.7:3000, without a path"))
    }

    fn redis_url(self) -> Result<Option<Hidden>, ConfigError> {
        let known = ["redis://", "rediss://", "unix://", "redis+unix://"];
        match self.text.as_str() {
            "" => Ok(None),
            text if known.iter().any(|scheme| text.starts_with(scheme)) => Ok(Some(Hidden(self.text))),
            _ => Err(self.bad("give a URL such as redis://:password@host:6379/0, or rediss://… for TLS")),
        }
    }

    fn restore_from_redis(self, no_redis: bool) -> Result<bool, ConfigError> {
        match self.text.as_str() {
            "" => Ok(false),
            "redis" if no_redis => Err(self.bad("say where it is, with redis")),
            "redis" => Ok(true),
            _ => Err(self.bad("give redis, or nothing")),
        }
    }

    fn factor_or_off(self) -> Result<Option<f64>, ConfigError> {
        match self.text.parse::<f64>() {
            _ if self.text == "off" => Ok(None),
            Ok(factor) if (0.01..=1000.0).contains(&factor) => Ok(Some(factor)),
            _ => Err(self.bad("give a factor from 0.01 to 1000, or off")),
        }
    }

    fn count_or_auto(self) -> Result<Option<usize>, ConfigError> {
        match self.text.parse::<usize>() {
            _ if self.text == "auto" => Ok(None),
            Ok(count) if (1..=10_000).contains(&count) => Ok(Some(count)),
            _ => Err(self.bad("give a number from 1 to 10000, or auto")),
        }
    }

    fn count(self) -> Result<usize, ConfigError> {
        match self.text.parse::<usize>() {
            Ok(count) if (1..=1_000).contains(&count) => Ok(count),
            _ => Err(self.bad("give a number from 1 to 1000")),
        }
    }

    fn upload_size(self) -> Result<u64, ConfigError> {
        match self.text.parse::<u64>() {
            Ok(megabytes) if (1..=1_048_576).contains(&megabytes) => Ok(megabytes),
            _ => Err(self.bad("give a number of MiB from 1 to 1048576")),
        }
    }

    fn required(self, expected: &'static str) -> Result<String, ConfigError> {
        if self.text.is_empty() { Err(self.bad(expected)) } else { Ok(self.text) }
    }

    fn address(self) -> Result<SocketAddr, ConfigError> {
        let Some(address) = self.text.to_socket_addrs().ok().and_then(|mut found| found.next()) else {
            return Err(self.bad("give an address with a port, such as 127.0.0.1:4200 (port 0 picks a free one)"));
        };
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
    for key in KEYS {
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
            ("redis", "localhost"),
            ("restore_from", "redis"),
            ("tls_cert", "cert.pem"),
            ("allowed_origins", "studio.example"),
            ("rate_limit", "fast"),
            ("max_in_flight", "0"),
            ("log", "a=b=c"),
        ] {
            let given = Given { flags: values(&[(key, value)]), ..Given::default() };
            let message = Config::resolve(&given).expect_err(value).to_string();
            let blamed = if key == "tls_cert" { "tls_key" } else { key };
            assert!(message.starts_with(blamed), "{message}");
            assert!(message.contains("command line") || blamed != key, "{message}");
        }
    }

    #[test]
    fn a_file_with_an_unknown_key_is_refused() {
        assert!(matches!(values_in_file("f", "htp = \"x\""), Err(ConfigError::UnknownKey(..))));
        assert!(matches!(values_in_file("f", "= 3"), Err(ConfigError::BadFile(..))));
        assert_eq!(values_in_file("f", "live = true\nhttp = \"a\"").unwrap(), values(&[("live", "true"), ("http", "a")]));
    }

    #[test]
    fn a_long_mistake_is_quoted_in_part() {
        let long = "x".repeat(5_000);
        let file = values_in_file("f", &format!("http = {long:?}")).unwrap();
        let wrong = [
            values_in_file("f", &format!("{long} = 1")).unwrap_err(),
            Config::resolve(&Given { file, ..Given::default() }).unwrap_err(),
        ];
        assert!(wrong.iter().all(|error| error.to_string().len() < 1_000), "{wrong:?}");
    }

    #[test]
    fn a_mistake_beside_a_secret_does_not_quote_it() {
        for text in [
            "admin_password = \"s3cret",
            "admin_password = 's3cret' x",
            "live = true\nredis = redis://:s3cret@host",
            "admin_password = \"s3cret\"\nadmin_password = \"s3cret\"",
        ] {
            let message = values_in_file("marquee.toml", text).expect_err(text).to_string();
            assert!(!message.contains("s3cret") && message.contains("line "), "{message}");
        }
    }

    #[test]
    fn secrets_are_not_quoted() {
        let given = Given { flags: values(&[("redis", "http://:s3cret@host")]), ..Given::default() };
        let message = Config::resolve(&given).expect_err("no Redis").to_string();
        assert!(!message.contains("s3cret"), "{message}");
        let given =
            Given { flags: values(&[("redis", "redis://:s3cret@host"), ("admin_password", "s3cret")]), ..Given::default() };
        let config = Config::resolve(&given).unwrap();
        assert!(!format!("{config:?}").contains("s3cret"));
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
