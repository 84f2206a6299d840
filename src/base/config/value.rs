//! One value, as text, and what it must be.

use std::net::IpAddr;
use std::net::{SocketAddr, ToSocketAddrs};

use super::keys::{KEYS, SECRET};
use super::{ConfigError, Given, Hidden, LogFormat, Source};
use crate::base::quote::quoted;

/// One value and where it came from.
pub(super) struct Value {
    key: &'static str,
    pub text: String,
    source: Source,
}

impl Value {
    pub fn find(given: &Given, key: &'static str) -> Self {
        let places = [(Source::Flag, &given.flags), (Source::Environment, &given.environment), (Source::File, &given.file)];
        for (source, values) in places {
            if let Some(text) = values.get(key) {
                return Self { key, text: text.clone(), source };
            }
        }
        let default = KEYS.iter().find(|known| known.name == key).map_or("", |known| known.default);
        Self { key, text: default.to_owned(), source: Source::Default }
    }

    pub fn bad(self, expected: &'static str) -> ConfigError {
        let value = if SECRET.contains(&self.key) { "***".to_owned() } else { quoted(&self.text) };
        ConfigError::BadValue { key: self.key, value, source_of: self.source, expected }
    }

    pub fn given(self) -> Option<String> {
        Some(self.text).filter(|text| !text.is_empty())
    }

    pub fn list(self) -> Vec<String> {
        self.text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    pub fn origins(self) -> Result<Vec<String>, ConfigError> {
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

    pub fn redis_url(self) -> Result<Option<Hidden>, ConfigError> {
        let known = ["redis://", "rediss://", "unix://", "redis+unix://"];
        match self.text.as_str() {
            "" => Ok(None),
            text if known.iter().any(|scheme| text.starts_with(scheme)) => Ok(Some(Hidden(self.text))),
            _ => Err(self.bad("give a URL such as redis://:password@host:6379/0, or rediss://… for TLS")),
        }
    }

    pub fn leader_url(self, or_redis: bool) -> Result<Option<Hidden>, ConfigError> {
        let known = ["http://", "https://", "ws://", "wss://"];
        let is = |schemes: &[&str]| schemes.iter().any(|scheme| self.text.starts_with(scheme));
        match self.text.as_str() {
            "" => Ok(None),
            _ if is(&known) || (or_redis && is(&["redis://", "rediss://"])) => Ok(Some(Hidden(self.text))),
            _ if or_redis => Err(self.bad("give the leader's address, http://host:4200 or https://…, or redis://…")),
            _ => Err(self.bad("give the leader's address, http://host:4200 or https://…")),
        }
    }

    pub fn restore_from_redis(self, no_redis: bool) -> Result<bool, ConfigError> {
        match self.text.as_str() {
            "" => Ok(false),
            "redis" if no_redis => Err(self.bad("say where it is, with redis")),
            "redis" => Ok(true),
            _ => Err(self.bad("give redis, or nothing")),
        }
    }

    pub fn factor_or_off(self) -> Result<Option<f64>, ConfigError> {
        match self.text.parse::<f64>() {
            _ if self.text == "off" => Ok(None),
            Ok(factor) if (0.01..=1000.0).contains(&factor) => Ok(Some(factor)),
            _ => Err(self.bad("give a factor from 0.01 to 1000, or off")),
        }
    }

    pub fn count_or_auto(self) -> Result<Option<usize>, ConfigError> {
        match self.text.parse::<usize>() {
            _ if self.text == "auto" => Ok(None),
            Ok(count) if (1..=10_000).contains(&count) => Ok(Some(count)),
            _ => Err(self.bad("give a number from 1 to 10000, or auto")),
        }
    }

    pub fn count(self) -> Result<usize, ConfigError> {
        match self.text.parse::<usize>() {
            Ok(count) if (1..=1_000).contains(&count) => Ok(count),
            _ => Err(self.bad("give a number from 1 to 1000")),
        }
    }

    pub fn upload_size(self) -> Result<u64, ConfigError> {
        match self.text.parse::<u64>() {
            Ok(megabytes) if (1..=1_048_576).contains(&megabytes) => Ok(megabytes),
            _ => Err(self.bad("give a number of MiB from 1 to 1048576")),
        }
    }

    /// In bytes; None is 0.
    pub fn megabytes_if_any(self) -> Result<Option<u64>, ConfigError> {
        match self.text.parse::<u64>() {
            Ok(0) => Ok(None),
            Ok(megabytes) if megabytes <= 1_048_576 => Ok(Some(megabytes * 1024 * 1024)),
            _ => Err(self.bad("give a number of MiB from 0 to 1048576")),
        }
    }

    pub fn hours(self) -> Result<u64, ConfigError> {
        match self.text.parse::<u64>() {
            Ok(hours) if hours <= 87_600 => Ok(hours),
            _ => Err(self.bad("give a number of hours from 0 to 87600")),
        }
    }

    pub fn required(self, expected: &'static str) -> Result<String, ConfigError> {
        if self.text.is_empty() { Err(self.bad(expected)) } else { Ok(self.text) }
    }

    pub fn address(self) -> Result<SocketAddr, ConfigError> {
        let Some(address) = self.text.to_socket_addrs().ok().and_then(|mut found| found.next()) else {
            return Err(self.bad("give an address with a port, such as 127.0.0.1:4200 (port 0 picks a free one)"));
        };
        Ok(address)
    }

    pub fn address_or_off(self) -> Result<Option<SocketAddr>, ConfigError> {
        if self.text == "off" { Ok(None) } else { self.address().map(Some) }
    }

    pub fn ip_or_off(self) -> Result<Option<IpAddr>, ConfigError> {
        match self.text.as_str() {
            "off" => Ok(None),
            text => match text.parse() {
                Ok(address) => Ok(Some(address)),
                Err(_) => Err(self.bad("give an address, such as 192.168.1.5 or 0.0.0.0, or off")),
            },
        }
    }

    pub fn switch(self) -> Result<bool, ConfigError> {
        match self.text.as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err(self.bad("give true or false")),
        }
    }

    /// None: auto.
    pub fn switch_or_auto(self) -> Result<Option<bool>, ConfigError> {
        match self.text.as_str() {
            "auto" => Ok(None),
            "true" | "1" | "yes" | "on" => Ok(Some(true)),
            "false" | "0" | "no" | "off" => Ok(Some(false)),
            _ => Err(self.bad("give auto, true or false")),
        }
    }

    pub fn log_filter(self) -> Result<String, ConfigError> {
        match tracing_subscriber::EnvFilter::try_new(&self.text) {
            Ok(_) => Ok(self.text),
            Err(_) => Err(self.bad("give error, warn, info, debug or trace, or a list such as info,marquee::send=debug")),
        }
    }

    pub fn log_format(self) -> Result<LogFormat, ConfigError> {
        match self.text.as_str() {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err(self.bad("give text or json")),
        }
    }
}
