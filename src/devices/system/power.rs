//! Starting the machine anew, or switching it off: asked for first, confirmed with a token, done by the system's own service.
//! Off unless it is switched on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::clock::Clock;
use crate::devices::Bus;
use crate::devices::confirm::ConfirmToken;
use crate::show::time::ShowTime;

/// Who asks and does not confirm by then has thought better of it.
const TIME_TO_CONFIRM: Duration = Duration::from_secs(30);

#[derive(Clone, Debug, Default)]
pub struct PowerSettings {
    pub enabled: bool,
    pub bus: Bus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerAction {
    Reboot,
    PowerOff,
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub token: ConfirmToken,
    pub until: ShowTime,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PowerError {
    #[error("restarting and switching off the machine from here is switched off in the configuration")]
    SwitchedOff,
    #[error("the machine can not be restarted or switched off from here: {0}")]
    Unavailable(String),
    #[error("the system does not let this program restart it or switch it off: allow it in polkit")]
    NotPermitted,
    #[error("there is nothing to confirm, or it was asked for too long ago: ask again")]
    NothingToConfirm,
    #[error("this is not the token of what was asked for last")]
    WrongToken,
}

impl PowerError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            PowerError::SwitchedOff => "power_switched_off",
            PowerError::Unavailable(_) => "power_unavailable",
            PowerError::NotPermitted => "power_not_permitted",
            PowerError::NothingToConfirm => "nothing_to_confirm",
            PowerError::WrongToken => "wrong_token",
        }
    }
}

/// A cheap handle; all of them know the same.
#[derive(Clone)]
pub struct Power(Arc<Parts>);

struct Parts {
    settings: PowerSettings,
    clock: Clock,
    /// A std mutex: it is held for a look.
    asked: Mutex<Option<(PowerAction, Asked)>>,
}

impl Power {
    pub fn new(settings: PowerSettings, clock: Clock) -> Self {
        Self(Arc::new(Parts { settings, clock, asked: Mutex::default() }))
    }

    fn pending(&self) -> MutexGuard<'_, Option<(PowerAction, Asked)>> {
        self.0.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first step: nothing happens but that a token is made. Whoever asks next makes it worthless.
    pub async fn ask(&self, action: PowerAction) -> Result<Asked, PowerError> {
        if !self.0.settings.enabled {
            return Err(PowerError::SwitchedOff);
        }
        may(&self.0.settings.bus, action).await?;
        let asked = Asked { token: ConfirmToken::random(), until: self.0.clock.now().plus(TIME_TO_CONFIRM) };
        *self.pending() = Some((action, asked.clone()));
        Ok(asked)
    }

    /// The second: it is done. A token is good for one time.
    pub async fn confirm(&self, token: &str) -> Result<PowerAction, PowerError> {
        if !self.0.settings.enabled {
            return Err(PowerError::SwitchedOff);
        }
        let action = self.take(token)?;
        tracing::warn!(?action, "the machine is told to {action:?}");
        act(&self.0.settings.bus, action).await.map(|()| action)
    }

    fn take(&self, token: &str) -> Result<PowerAction, PowerError> {
        let now = self.0.clock.now();
        let mut pending = self.pending();
        pending.take_if(|(_, asked)| asked.until <= now);
        let (_, asked) = pending.as_ref().ok_or(PowerError::NothingToConfirm)?;
        if !asked.token.is(token) {
            return Err(PowerError::WrongToken);
        }
        pending.take().map(|(action, _)| action).ok_or(PowerError::NothingToConfirm)
    }
}

#[cfg(feature = "wifi")]
use super::login::{act, may};

#[cfg(not(feature = "wifi"))]
async fn may(_: &Bus, _: PowerAction) -> Result<(), PowerError> {
    Err(PowerError::Unavailable("this build has no message bus: build with the feature \"wifi\"".to_owned()))
}

#[cfg(not(feature = "wifi"))]
async fn act(bus: &Bus, action: PowerAction) -> Result<(), PowerError> {
    may(bus, action).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(enabled: bool) -> (Power, Clock) {
        let clock = Clock::manual(ShowTime(0));
        // Nobody is there.
        let bus = Bus::At("unix:path=/nowhere/at/all".to_owned());
        (Power::new(PowerSettings { enabled, bus }, clock.clone()), clock)
    }

    fn asked(power: &Power) -> ConfirmToken {
        let token = ConfirmToken::random();
        let asked = Asked { token: token.clone(), until: power.0.clock.now().plus(TIME_TO_CONFIRM) };
        *power.pending() = Some((PowerAction::Reboot, asked));
        token
    }

    #[tokio::test]
    async fn it_is_off_unless_it_is_switched_on_and_says_so_where_nobody_is_there_to_do_it() {
        assert_eq!(power(false).0.ask(PowerAction::Reboot).await.unwrap_err(), PowerError::SwitchedOff);
        assert_eq!(power(false).0.confirm("").await.unwrap_err(), PowerError::SwitchedOff);
        assert_eq!(power(true).0.ask(PowerAction::Reboot).await.unwrap_err().code(), "power_unavailable");
        assert!(!PowerSettings::default().enabled);
    }

    #[test]
    fn a_token_is_good_once_and_not_for_long() {
        let (power, clock) = power(true);
        assert_eq!(power.take("anything"), Err(PowerError::NothingToConfirm));
        let token = asked(&power);
        assert_eq!(power.take("anything"), Err(PowerError::WrongToken));
        assert_eq!(power.take(token.reveal()), Ok(PowerAction::Reboot));
        assert_eq!(power.take(token.reveal()), Err(PowerError::NothingToConfirm));
        let token = asked(&power);
        clock.set(ShowTime(30_000_000));
        assert_eq!(power.take(token.reveal()), Err(PowerError::NothingToConfirm));
    }
}
