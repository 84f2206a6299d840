//! The command line: what is asked for, as values. Help text is made from the configuration's keys.

mod render;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command};

use crate::base::config::{Config, ConfigError, Given, KEYS, Values, values_in_file};
use crate::identity::Role;
use crate::render::Request;

/// For a wrong flag or setting (EX_USAGE of sysexits).
pub const EXIT_USAGE: u8 = 64;

#[derive(Debug)]
pub enum Asked {
    Serve(Box<Config>),
    /// Verify a data directory.
    Check(PathBuf),
    Capabilities(Box<Config>),
    /// Paint a stretch of a show again.
    Render(Box<Request>),
    /// See to the users of a data directory.
    User {
        data_dir: PathBuf,
        command: UserCommand,
    },
    /// Something to print, and the exit code: help, the version, or what was wrong.
    Print {
        text: String,
        to_stderr: bool,
        exit_code: u8,
    },
}

#[derive(Debug, PartialEq)]
pub enum UserCommand {
    Add { name: String, role: Role },
    SetPassword { name: String },
    SetRole { name: String, role: Role },
    List,
    Remove { name: String },
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
    if name == render::NAME {
        return Asked::Render(Box::new(render::request(matches)));
    }
    // `marquee user` has subcommands of its own, and their flags are found there.
    let innermost = matches.subcommand().map_or(matches, |(_, matches)| matches);
    match (resolve(innermost, environment), name) {
        (Ok(config), "user") => Asked::User { data_dir: config.data_dir, command: user_command(matches) },
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
    let config = config_file();
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
        .subcommand(render::command())
        .subcommand(users())
}

fn users() -> Command {
    let name = || Arg::new("name").value_name("NAME").required(true).help("The user's name");
    let role = |arg: Arg| arg.value_name("ROLE").value_parser(Role::ALL.map(Role::name)).help("What they may do");
    let command = |command: &'static str, about: &'static str| {
        let data_dir = KEYS.iter().filter(|key| key.name == "data_dir").map(setting);
        Command::new(command).about(about).args(data_dir).arg(config_file())
    };
    Command::new("user")
        .about("See to users, also while the server runs")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            command("add", "Add a user; the password is asked for, or read from standard input")
                .arg(name())
                .arg(role(Arg::new("role").long("role").default_value(Role::Operator.name()))),
        )
        .subcommand(command("passwd", "Give a user another password, which ends their sessions").arg(name()))
        .subcommand(command("role", "Give a user another role").arg(name()).arg(role(Arg::new("role").required(true))))
        .subcommand(command("list", "Say who there is"))
        .subcommand(command("remove", "Remove a user, which ends their sessions").arg(name()))
}

fn user_command(matches: &ArgMatches) -> UserCommand {
    let (command, matches) = matches.subcommand().expect("clap lets `user` through only with a subcommand");
    let text = |id: &str| matches.get_one::<String>(id).cloned().expect("clap lets it through only with its arguments");
    let role = || text("role").parse().expect("clap lets only roles through");
    match command {
        "add" => UserCommand::Add { name: text("name"), role: role() },
        "passwd" => UserCommand::SetPassword { name: text("name") },
        "role" => UserCommand::SetRole { name: text("name"), role: role() },
        "remove" => UserCommand::Remove { name: text("name") },
        _ => UserCommand::List,
    }
}

fn config_file() -> Arg {
    let help = "Settings file [default: marquee.toml, where there is one]";
    Arg::new("config").long("config").value_name("FILE").help(help)
}

fn setting(key: &'static crate::base::config::Key) -> Arg {
    let default = if key.default.is_empty() { "none" } else { key.default };
    // Given twice, the last counts: scripts put their own flags before those of whoever calls them.
    let arg = Arg::new(key.name).long(key.flag()).overrides_with(key.name).value_name(key.value_name).help(format!(
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
        for arguments in [
            &["serve", "--http", "banana"][..],
            &["serve", "--nonsense"],
            &["dance"],
            &[],
            &["serve", "--config", "/none"],
            &["user"],
            &["user", "add"],
            &["user", "add", "bob", "--role", "king"],
            &["user", "role", "bob"],
            &["user", "list", "--http", "127.0.0.1:0"],
        ] {
            let Asked::Print { text, to_stderr, exit_code } = asked(arguments) else { panic!("{arguments:?}") };
            assert!(to_stderr && exit_code == EXIT_USAGE && !text.is_empty(), "{arguments:?}");
        }
    }

    #[test]
    fn users_are_seen_to_in_the_data_directory_that_was_named() {
        let bob = || "bob".to_owned();
        for (arguments, expected) in [
            (&["add", "bob"][..], UserCommand::Add { name: bob(), role: Role::Operator }),
            (&["add", "bob", "--role", "admin"], UserCommand::Add { name: bob(), role: Role::Admin }),
            (&["passwd", "bob"], UserCommand::SetPassword { name: bob() }),
            (&["role", "bob", "viewer"], UserCommand::SetRole { name: bob(), role: Role::Viewer }),
            (&["list"], UserCommand::List),
            (&["remove", "bob"], UserCommand::Remove { name: bob() }),
        ] {
            let arguments = [&["user"], arguments, &["--data-dir", "/show"]].concat();
            let Asked::User { data_dir, command } = asked(&arguments) else { panic!("{arguments:?}") };
            assert_eq!((data_dir, command), (PathBuf::from("/show"), expected));
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
