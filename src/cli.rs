//! The command line: what is asked for, as values. Help text is made from the configuration's keys.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command};

use crate::base::config::{Config, ConfigError, Given, KEYS, Values, values_in_file};

/// For a wrong flag or setting (EX_USAGE of sysexits).
pub const EXIT_USAGE: u8 = 64;

#[derive(Debug)]
pub enum Asked {
    Serve(Box<Config>),
    /// Verify a data directory.
    Check(PathBuf),
    Capabilities(Box<Config>),
    /// Something to print, and the exit code: help, the version, or what was wrong.
    Print {
        text: String,
        to_stderr: bool,
        exit_code: u8,
    },
}

pub fn read(arguments: impl IntoIterator<Item = OsString>, environment: impl Fn(&str) -> Option<String>) -> Asked {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            let is_answer = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let exit_code = if is_answer { 0 } else { EXIT_USAGE };
            return Asked::Print { text: error.to_string(), to_stderr: !is_answer, exit_code };
        }
    };
    let Some((name, matches)) = matches.subcommand() else {
        return Asked::Print { text: command().render_help().to_string(), to_stderr: true, exit_code: EXIT_USAGE };
    };
    match (resolve(matches, environment), name) {
        (Ok(config), "check") => Asked::Check(config.data_dir),
        (Ok(config), "capabilities") => Asked::Capabilities(Box::new(config)),
        (Ok(config), _) => Asked::Serve(Box::new(config)),
        (Err(error), _) => Asked::Print { text: format!("marquee: {error}\n"), to_stderr: true, exit_code: EXIT_USAGE },
    }
}

fn resolve(matches: &ArgMatches, environment: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let mut given = Given::default();
    for key in KEYS {
        // Not every subcommand has every flag.
        if let Ok(Some(value)) = matches.try_get_one::<String>(key.name) {
            given.flags.insert(key.name.to_owned(), value.clone());
        }
        if let Some(value) = environment(&key.variable()) {
            given.environment.insert(key.name.to_owned(), value);
        }
    }
    given.file = file_values(matches.get_one::<String>("config"))?;
    Config::resolve(&given)
}

/// A file that was named must be there; `marquee.toml` in the working directory may be.
fn file_values(named: Option<&String>) -> Result<Values, ConfigError> {
    let name = named.map_or("marquee.toml", String::as_str);
    match std::fs::read_to_string(name) {
        Ok(text) => values_in_file(name, &text),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(Values::new()),
        Err(error) => Err(ConfigError::BadFile(name.to_owned(), error.to_string())),
    }
}

fn command() -> Command {
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .help("Settings file [default: marquee.toml, where there is one]");
    let settings = || KEYS.iter().map(setting);
    let only = |names: &'static [&'static str]| KEYS.iter().filter(|key| names.contains(&key.name)).map(setting);
    Command::new("marquee")
        .version(env!("CARGO_PKG_VERSION"))
        .about("One live show, put on every surface")
        .subcommand(Command::new("serve").about("Run the server").args(settings()).arg(config.clone()))
        .subcommand(Command::new("check").about("Verify a data directory").args(only(&["data_dir"])).arg(config.clone()))
        .subcommand(
            Command::new("capabilities")
                .about("Say what this build can do on this machine, as JSON")
                .args(only(&["encoder"]))
                .arg(config),
        )
}

fn setting(key: &'static crate::base::config::Key) -> Arg {
    let default = if key.default.is_empty() { "none" } else { key.default };
    let arg = Arg::new(key.name).long(key.flag()).value_name(key.value_name).help(format!(
        "{} [default: {default}] [{}]",
        key.help,
        key.variable()
    ));
    if key.is_switch() { arg.num_args(0..=1).require_equals(true).default_missing_value("true") } else { arg }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(arguments: &[&str]) -> Asked {
        let arguments = std::iter::once("marquee").chain(arguments.iter().copied()).map(OsString::from);
        read(arguments, |_| None)
    }

    #[test]
    fn every_setting_is_in_the_help() {
        let Asked::Print { text, to_stderr: false, exit_code: 0 } = asked(&["serve", "--help"]) else {
            panic!("help is an answer")
        };
        for key in KEYS {
            for word in [&format!("--{}", key.flag()), &key.variable()] {
                assert!(text.contains(word.as_str()), "{word}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_code_64() {
        for arguments in
            [&["serve", "--http", "banana"][..], &["serve", "--nonsense"], &["dance"], &[], &["serve", "--config", "/none"]]
        {
            let Asked::Print { text, to_stderr, exit_code } = asked(arguments) else { panic!("{arguments:?}") };
            assert!(to_stderr && exit_code == EXIT_USAGE && !text.is_empty(), "{arguments:?}");
        }
    }

    #[test]
    fn a_switch_needs_no_value() {
        let Asked::Serve(config) = asked(&["serve", "--demo", "--live=false", "--rtmp", "off"]) else {
            panic!("it is fine")
        };
        assert_eq!((config.demo, config.live, config.rtmp), (true, false, None));
    }
}
