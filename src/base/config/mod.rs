//! Settings: flags over `MARQUEE_*` over `marquee.toml` over defaults.

mod keys;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::quote::quoted;
pub use keys::{KEYS, Key, example};
use value::Value;

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub data_dir: PathBuf,
    /// None: nothing is kept.
    pub score: Option<Score>,
    /// None: all are kept.
    pub jam_recordings_bytes: Option<u64>,
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
    pub speakers: String,
    /// None: off.
    pub light_in: Option<IpAddr>,
    pub light_devices: Vec<PathBuf>,
    /// Jams of other servers.
    pub join: Vec<String>,
    pub join_token: Option<Hidden>,
    pub nfc: bool,
    pub nfc_serial: Option<PathBuf>,
    pub wifi_interface: Option<String>,
    pub update_url: Option<String>,
    pub update_keys: Vec<String>,
    /// None: where somebody would start it again.
    pub restart: Option<bool>,
    pub power: bool,
    pub redis: Option<Redis>,
    pub restore_from_redis: bool,
    /// None: it decides by itself.
    pub follow: Option<Follow>,
    pub admin_password: Option<Hidden>,
    pub tls: Option<TlsFiles>,
    pub allowed_hosts: Vec<String>,
    pub allowed_origins: Vec<String>,
    pub open_metrics: bool,
    /// None: no limit.
    pub rate_limit: Option<f64>,
    /// None: what suits the machine.
    pub max_connections: Option<usize>,
    pub max_in_flight: Option<usize>,
    pub max_upload_mb: u64,
    pub upload_quota_mb: u64,
    pub upload_spare_mb: u64,
    pub downloads: bool,
    pub yt_dlp: Option<PathBuf>,
    pub download_sites: Vec<String>,
    pub download_hosts: Vec<String>,
    pub download_search: bool,
    pub log: String,
    pub log_format: LogFormat,
}

/// How much is kept of what happened in the show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    pub age: Duration,
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Redis {
    /// It may hold a password.
    pub url: Hidden,
    pub authority: Option<PathBuf>,
    pub prefix: String,
}

/// Whose show it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    /// It may hold a password.
    pub url: Hidden,
    pub token: Option<Hidden>,
    pub authority: Option<PathBuf>,
    /// Put before every key, when `url` is a Redis.
    pub prefix: String,
    /// Where commands go when `url` is a Redis.
    pub commands: Option<Hidden>,
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
            score: score(value("score_hours"), value("score_mb"))?,
            jam_recordings_bytes: value("jam_recordings_mb").megabytes_if_any()?,
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
            speakers: value("speakers").text.to_owned(),
            light_in: value("light_in").ip_or_off()?,
            light_devices: value("light_devices").list().into_iter().map(PathBuf::from).collect(),
            join: value("join").list(),
            join_token: value("join_token").given().map(Hidden),
            nfc: value("nfc").switch()?,
            nfc_serial: value("nfc_serial").given().map(PathBuf::from),
            wifi_interface: value("wifi_interface").given(),
            update_url: value("update_url").given(),
            update_keys: value("update_keys").list(),
            restart: value("restart").switch_or_auto()?,
            power: value("power").switch()?,
            redis: value("redis").redis_url()?.map(|url| {
                let authority = value("redis_ca").given().map(PathBuf::from);
                Redis { url, authority, prefix: value("redis_prefix").text }
            }),
            restore_from_redis: value("restore_from").restore_from_redis(value("redis").text.is_empty())?,
            follow: match value("follow").leader_url(true)? {
                Some(url) => Some(Follow {
                    url,
                    token: value("follow_token").given().map(Hidden),
                    authority: value("follow_ca").given().map(PathBuf::from),
                    prefix: value("redis_prefix").text,
                    commands: value("follow_commands").leader_url(false)?,
                }),
                None => None,
            },
            admin_password: value("admin_password").given().map(Hidden),
            tls: tls_files(value("tls_cert"), value("tls_key"))?,
            allowed_hosts: value("allowed_hosts").list(),
            allowed_origins: value("allowed_origins").origins()?,
            open_metrics: value("open_metrics").switch()?,
            rate_limit: value("rate_limit").factor_or_off()?,
            max_connections: value("max_connections").count_or_auto()?,
            max_in_flight: value("max_in_flight").count_or_auto()?,
            max_upload_mb: value("max_upload_mb").upload_size()?,
            upload_quota_mb: value("upload_quota_mb").upload_size()?,
            upload_spare_mb: value("upload_spare_mb").upload_size()?,
            downloads: value("downloads").switch()?,
            yt_dlp: value("yt_dlp").given().map(PathBuf::from),
            download_sites: value("download_sites").list(),
            download_hosts: value("download_hosts").list(),
            download_search: value("download_search").switch()?,
            log: value("log").log_filter()?,
            log_format: value("log_format").log_format()?,
        })
    }
}

fn score(hours: Value, megabytes: Value) -> Result<Option<Score>, ConfigError> {
    let (hours, bytes) = (hours.hours()?, megabytes.upload_size()?.saturating_mul(1024 * 1024));
    Ok((hours > 0).then(|| Score { age: Duration::from_secs(hours * 3_600), bytes }))
}

fn tls_files(certificates: Value, key: Value) -> Result<Option<TlsFiles>, ConfigError> {
    match (certificates.text.is_empty(), key.text.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(TlsFiles { certificates: certificates.text.into(), key: key.text.into() })),
        (true, false) => Err(certificates.bad("give it together with tls_key")),
        (false, true) => Err(key.bad("give it together with tls_cert")),
    }
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
            ("follow", "studio:4200"),
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
