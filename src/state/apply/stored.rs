//! Commands within others: which may stand in a batch, and which may wait for their time in the show.

use serde_json::Value;

use crate::show::schedule::MAX_STORED_BYTES;
use crate::state::command::Command;
use crate::state::rejection::Rejection;

/// A stored command is shown to everyone who may look at the show, so nothing secret may be in it.
const SECRETS: [&str; 5] = ["key", "secret", "passphrase", "password", "token"];

pub(super) fn check_in_batch(command: &Command) -> Result<(), Rejection> {
    let allowed = match command {
        // A file goes with these.
        Command::AddAsset { .. } | Command::RemoveAsset { .. } => false,
        Command::Import { collection, .. } => collection.assets.is_empty(),
        Command::Batch { .. } => false,
        // Each needs to know what the one before has led to.
        Command::UndoScene { .. } | Command::RedoScene { .. } | Command::Undo { .. } | Command::Redo { .. } => false,
        _ => true,
    };
    if allowed { Ok(()) } else { Err(Rejection::NotInBatch { command: command.name(), place: "a batch" }) }
}

/// Beyond that it stands in a batch: for one that waits.
pub(super) fn check_for_later(command: &Command) -> Result<(), Rejection> {
    let secret = || Rejection::NotInBatch { command: command.name(), place: "what waits: it would show a secret" };
    match command {
        // Commands that wait within commands that wait have no end.
        Command::PutMacro { .. } => Err(Rejection::NotInBatch { command: command.name(), place: "what waits" }),
        // Its address may have the key in it.
        Command::PutDestination { .. } | Command::Import { .. } => Err(secret()),
        Command::ChangeDestination { patch, .. } | Command::ChangeInput { patch, .. } if patch.contains_key("url") => {
            Err(secret())
        }
        Command::PutInput { input, .. } if input.check().is_err() => Err(secret()),
        _ if names_secret(&written(command)) => Err(secret()),
        _ => Ok(()),
    }
}

/// An item of a macro may be a batch, but nothing that waits by itself: a macro would have no end.
pub(super) fn check_in_macro(command: &Command) -> Result<(), Rejection> {
    match command {
        Command::Batch { commands, at: None, .. } => commands.iter().try_for_each(|command| {
            check_in_batch(command)?;
            check_for_later(command)
        }),
        Command::Batch { .. } => Err(Rejection::NotInBatch { command: "batch with a time", place: "a macro" }),
        command => {
            check_in_batch(command)?;
            check_for_later(command)
        }
    }
}

fn names_secret(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            let is_told = |value: &Value| !value.is_null() && value.as_str() != Some("");
            fields.iter().any(|(name, value)| (SECRETS.contains(&name.as_str()) && is_told(value)) || names_secret(value))
        }
        Value::Array(items) => items.iter().any(names_secret),
        _ => false,
    }
}

pub(super) fn written(command: &Command) -> Value {
    // Commands are plain data with text keys, which JSON can hold.
    serde_json::to_value(command).unwrap_or_default()
}

pub(super) fn read(command: &Value) -> Result<Command, Rejection> {
    serde_json::from_value(command.clone()).map_err(|error| Rejection::invalid("stored command", &error))
}

pub(super) fn read_all(commands: &[Value]) -> Result<Vec<Command>, Rejection> {
    commands.iter().map(read).collect()
}

pub(super) fn check_bytes<'a>(commands: impl IntoIterator<Item = &'a Value>) -> Result<(), Rejection> {
    let bytes: usize = commands.into_iter().map(|command| command.to_string().len()).sum();
    if bytes > MAX_STORED_BYTES {
        return Err(Rejection::TooMany { what: "bytes of commands that wait", limit: MAX_STORED_BYTES });
    }
    Ok(())
}
