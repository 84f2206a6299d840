//! Starting this program anew: it ends in an orderly way, and whoever looks after it starts it again. Where nobody does, it
//! would be gone, so it is not done.

use std::sync::Arc;

use tokio::sync::watch;

/// "Try again": services that are set to be restarted when they fail are, and it is told from a crash.
pub const EXIT_CODE: u8 = 75;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestartRefused {
    #[error(
        "nobody would start this program again: run it as a service (systemd, with Restart=on-failure), or say in the \
         configuration that something else restarts it"
    )]
    NotSupervised,
    #[error("restarting from here is switched off in the configuration")]
    SwitchedOff,
}

impl RestartRefused {
    pub fn code(self) -> &'static str {
        match self {
            RestartRefused::NotSupervised => "not_supervised",
            RestartRefused::SwitchedOff => "restart_switched_off",
        }
    }
}

/// A cheap handle; all of them know the same.
#[derive(Clone)]
pub struct Restart {
    refused: Option<RestartRefused>,
    asked: Arc<watch::Sender<bool>>,
}

impl Restart {
    /// `setting`: what the configuration says. None: only where the environment tells that a service is what this is.
    pub fn new(setting: Option<bool>, environment: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &&str| environment(name).is_some_and(|value| !value.is_empty());
        let refused = match setting {
            Some(true) => None,
            Some(false) => Some(RestartRefused::SwitchedOff),
            // Whatever a service starts has its variables as well, shells and what is started from them: this one tells whose they are.
            None if is_set(&"SYSTEMD_EXEC_PID")
                && environment("SYSTEMD_EXEC_PID") != Some(std::process::id().to_string()) =>
            {
                Some(RestartRefused::NotSupervised)
            }
            // systemd sets them, the second one for services that tell it when they are ready.
            None if ["INVOCATION_ID", "NOTIFY_SOCKET"].iter().any(is_set) => None,
            None => Some(RestartRefused::NotSupervised),
        };
        Self { refused, asked: Arc::new(watch::Sender::new(false)) }
    }

    /// Whether it would be refused, and why.
    pub fn refused(&self) -> Option<RestartRefused> {
        self.refused
    }

    /// To ask twice is to ask once.
    pub fn ask(&self) -> Result<(), RestartRefused> {
        match self.refused {
            Some(refused) => Err(refused),
            None => {
                self.asked.send_replace(true);
                Ok(())
            }
        }
    }

    /// For whoever drains and ends: it becomes true once.
    pub fn asked(&self) -> watch::Receiver<bool> {
        self.asked.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restart(setting: Option<bool>, set: &'static [&'static str]) -> Restart {
        Restart::new(setting, move |name| set.contains(&name).then(|| "something".to_owned()))
    }

    #[test]
    fn it_is_only_done_where_someone_starts_it_again() {
        assert_eq!(restart(None, &[]).ask(), Err(RestartRefused::NotSupervised));
        assert_eq!(restart(None, &["HOME"]).ask(), Err(RestartRefused::NotSupervised));
        assert_eq!(Restart::new(None, |_| Some(String::new())).ask(), Err(RestartRefused::NotSupervised));
        assert_eq!(restart(None, &["INVOCATION_ID"]).ask(), Ok(()));
        assert_eq!(restart(None, &["NOTIFY_SOCKET"]).ask(), Ok(()));
        let own = |name: &str| match name {
            "SYSTEMD_EXEC_PID" => Some(std::process::id().to_string()),
            _ => Some("something".to_owned()),
        };
        assert_eq!(Restart::new(None, own).ask(), Ok(()));
        let of_a_shell = restart(None, &["INVOCATION_ID", "SYSTEMD_EXEC_PID"]);
        assert_eq!(of_a_shell.ask(), Err(RestartRefused::NotSupervised), "started from a terminal that is a service");
        assert_eq!(restart(Some(true), &[]).ask(), Ok(()));
        assert_eq!(restart(Some(false), &["INVOCATION_ID"]).ask(), Err(RestartRefused::SwitchedOff));
    }

    #[tokio::test]
    async fn whoever_drains_hears_of_it_also_if_it_was_asked_before() {
        let restart = restart(Some(true), &[]);
        let mut before = restart.asked();
        assert!(!*before.borrow());
        restart.clone().ask().unwrap();
        restart.ask().unwrap();
        before.wait_for(|asked| *asked).await.unwrap();
        restart.asked().wait_for(|asked| *asked).await.unwrap();
    }

    #[test]
    fn a_refusal_does_nothing() {
        let restart = restart(None, &[]);
        restart.ask().ok();
        assert!(!*restart.asked().borrow());
    }
}
