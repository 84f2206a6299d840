//! What may be asked of downloads, the same at every door.

use super::error::ApiError;
use crate::library::downloads::{Address, Quality};
use crate::show::download::DownloadCourse;
use crate::state::command::Command;

/// `is_on`: whether this server fetches anything.
pub fn check(command: &Command, is_on: bool) -> Result<(), ApiError> {
    command.within().into_iter().try_for_each(|command| check(command, is_on))?;
    match command {
        Command::BeginDownload { .. } if !is_on => Err(ApiError::DownloadsOff),
        Command::BeginDownload { url, quality, .. } => {
            Address::parse(url)?;
            let _: Quality = quality.parse()?;
            Ok(())
        }
        Command::EndDownload { course, .. } if !matches!(course, DownloadCourse::Cancelled {}) => {
            let why = "how a download has ended is found out by the server; others can only cancel it";
            Err(ApiError::InvalidBody { field: "course".to_owned(), why: why.to_owned() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn code(command: Value, is_on: bool) -> Option<&'static str> {
        let command: Command = serde_json::from_value(command).expect("a command");
        let batch = Command::Batch { commands: vec![command.clone()], at: None, id: None };
        let told = |command| check(command, is_on).err().map(|error| error.code());
        assert_eq!(told(&command), told(&batch), "in a batch, too");
        told(&command)
    }

    fn begin(url: &str, quality: &str) -> Value {
        json!({ "command": "begin_download", "id": "a", "url": url, "playlist": "p", "quality": quality })
    }

    #[test]
    fn only_what_can_be_fetched_is_begun() {
        assert_eq!(code(begin("https://example.com/a", "best"), true), None);
        assert_eq!(code(begin("https://example.com/a", "best"), false), Some("downloads_disabled"));
        assert_eq!(code(begin("https://me:secret@example.com/a", "best"), true), Some("url_has_login"));
        assert_eq!(code(begin("--exec=id", "best"), true), Some("invalid_url"));
        assert_eq!(code(begin("https://example.com/a", "best; id"), true), Some("unknown_quality"));
    }

    #[test]
    fn nobody_but_the_server_says_that_it_has_come() {
        let end = |course: Value| json!({ "command": "end_download", "id": "a", "course": course });
        assert_eq!(code(end(json!({ "state": "cancelled" })), true), None);
        let made_up = json!({ "state": "completed", "track": "t", "asset": "a".repeat(64) });
        assert_eq!(code(end(made_up), true), Some("invalid_body"));
        assert_eq!(code(end(json!({ "state": "error", "code": "x", "message": "x" })), true), Some("invalid_body"));
    }
}
