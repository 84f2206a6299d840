//! `marquee user …`: sees to the users of a data directory, also while a server runs on it. The server's own lock is not taken;
//! `identity` keeps the two apart.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::base::clock::Clock;
use crate::cli::UserCommand;
use crate::identity::{Identity, IdentityError, Role, UserView};

/// Many times the longest password; what is longer was not meant as one.
const MAX_LINE: u64 = 4_096;

pub fn see_to(data_dir: &Path, command: UserCommand) -> anyhow::Result<String> {
    // Only the first user may be what makes a data directory; anything else there is a mistyped path.
    if !matches!(command, UserCommand::Add { .. }) && !data_dir.is_dir() {
        bail!("there is no data directory {}", data_dir.display());
    }
    let identity = Identity::open(data_dir, Clock::system())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("nothing can be run")?;
    match command {
        UserCommand::Add { name, role } => add(&identity, &name, role, &runtime),
        UserCommand::SetPassword { name } => {
            // Asked before the password is: nobody should type one twice for a name that is not there.
            find(&identity, &name)?;
            let password = read_password(&name)?;
            runtime.block_on(identity.set_password(&name, &password))?;
            Ok(format!("{name} has a new password; their sessions have ended\n"))
        }
        UserCommand::SetRole { name, role } => {
            let user = runtime.block_on(identity.set_role(&name, role))?;
            Ok(format!("{} is {} now\n", user.name, user.role))
        }
        UserCommand::List => list(&identity.users()),
        UserCommand::Remove { name } => remove(&identity, &name, &runtime),
    }
}

fn add(identity: &Identity, name: &str, role: Role, runtime: &tokio::runtime::Runtime) -> anyhow::Result<String> {
    identity.check_new_name(name)?;
    let password = read_password(name)?;
    let user = runtime.block_on(identity.add_user(name, &password, role))?;
    let mut text = format!("{} was added as {}\n", user.name, user.role);
    if identity.users().iter().all(|user| user.role != Role::Admin) {
        text += "there is no admin yet: `marquee user add NAME --role admin` makes one\n";
    }
    Ok(text)
}

fn remove(identity: &Identity, name: &str, runtime: &tokio::runtime::Runtime) -> anyhow::Result<String> {
    let user = find(identity, name)?;
    runtime.block_on(identity.remove_user(name))?;
    let mut text = format!("{} was removed; their sessions have ended\n", user.name);
    let left: Vec<_> = identity.tokens().into_iter().filter(|token| token.created_by == user.name).collect();
    if !left.is_empty() {
        let names: Vec<_> = left.iter().map(|token| format!("{} ({})", token.name, token.id)).collect();
        text += &format!("API tokens they made go on working until they are revoked: {}\n", names.join(", "));
    }
    Ok(text)
}

fn find(identity: &Identity, name: &str) -> Result<UserView, IdentityError> {
    let user = identity.users().into_iter().find(|user| user.name.eq_ignore_ascii_case(name));
    user.ok_or_else(|| IdentityError::UserNotFound(name.to_owned()))
}

fn list(users: &[UserView]) -> anyhow::Result<String> {
    if users.is_empty() {
        return Ok("there are no users: `marquee user add NAME --role admin` makes the first\n".to_owned());
    }
    let name_width = users.iter().map(|user| user.name.len()).max().unwrap_or(0);
    let line = |user: &UserView| {
        let since = OffsetDateTime::from_unix_timestamp(user.created_at / 1_000)?.format(&Rfc3339)?;
        Ok(format!("{:name_width$}  {:8}  since {since}\n", user.name, user.role.name()))
    };
    users.iter().map(line).collect()
}

/// From a person twice, because what is typed is not seen; from a program once, one line.
fn read_password(name: &str) -> anyhow::Result<String> {
    if !io::stdin().is_terminal() {
        return read_line();
    }
    let first = ask_hidden(&format!("password for {name}: "))?;
    let second = ask_hidden("once more: ")?;
    ensure!(first == second, "the two passwords differ; nothing was changed");
    Ok(first)
}

/// Ctrl-c leaves the echo off, as with other programs that ask; shells switch it on again.
fn ask_hidden(question: &str) -> anyhow::Result<String> {
    let stdin = io::stdin();
    eprint!("{question}");
    io::stderr().flush()?;
    let before = tcgetattr(&stdin).context("the terminal can not be asked")?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Drain, &hidden).context("the terminal can not hide what is typed")?;
    let answer = read_line();
    tcsetattr(&stdin, OptionalActions::Drain, &before).context("the terminal can not show again what is typed")?;
    eprintln!();
    answer
}

fn read_line() -> anyhow::Result<String> {
    let mut line = String::new();
    io::stdin().lock().take(MAX_LINE).read_line(&mut line).context("the password can not be read")?;
    ensure!(!line.is_empty(), "there was no password on standard input");
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
