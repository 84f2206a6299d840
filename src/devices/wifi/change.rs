//! The change of the network that was asked for last: being made, waiting to be confirmed, or over. Pure: who talks to
//! NetworkManager tells it what happened.

use crate::devices::confirm::ConfirmToken;
use crate::show::time::ShowTime;

use super::error::WifiError;
use super::keep::Keep;
use super::status::{ChangeKind, Outcome};

/// What is changed about which network.
#[derive(Clone, Debug)]
pub struct About {
    pub name: String,
    pub kind: ChangeKind,
}

/// A change that NetworkManager takes back unless it is told not to.
#[derive(Clone, Debug)]
pub struct Held {
    pub token: ConfirmToken,
    pub about: About,
    /// NetworkManager's own name for what was before.
    pub checkpoint: String,
    /// The very NetworkManager that keeps it; one that is started anew knows nothing of it.
    pub owner: String,
    pub until: ShowTime,
    pub keep: Keep,
}

#[derive(Default)]
pub struct Change {
    stage: Stage,
    /// So that what was looked up before a change began to wait is not held against it.
    stamp: u64,
}

#[derive(Default)]
enum Stage {
    #[default]
    None,
    Joining(ConfirmToken),
    Waiting(Held),
    Confirming(Held),
    Over(ConfirmToken, Outcome),
}

/// What is known of NetworkManager's checkpoints.
pub struct Seen<'a> {
    pub stamp: u64,
    /// None: it does not run.
    pub owner: Option<&'a str>,
    /// None: it does not tell.
    pub checkpoints: Option<&'a [String]>,
    pub now: ShowTime,
}

/// What to do about a confirmation.
#[derive(Debug)]
pub enum Confirm {
    Already,
    Destroy(Held),
}

impl Change {
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.stage, Stage::Waiting(_) | Stage::Confirming(_))
    }

    pub fn begin(&mut self, token: ConfirmToken) {
        self.stage = Stage::Joining(token);
    }

    pub fn hold(&mut self, held: Held) {
        self.stamp += 1;
        self.stage = Stage::Waiting(held);
    }

    pub fn end(&mut self, outcome: Outcome) {
        let stage = std::mem::take(&mut self.stage);
        self.stage = match stage {
            Stage::None => Stage::None,
            Stage::Joining(token) | Stage::Over(token, _) => Stage::Over(token, outcome),
            Stage::Waiting(held) | Stage::Confirming(held) => Stage::Over(held.token, outcome),
        };
    }

    /// A second confirmation with the right token is as good as the first: answers get lost when networks change.
    pub fn confirm(&mut self, shown: &str) -> Result<Confirm, WifiError> {
        let token = match &self.stage {
            Stage::None => return Err(WifiError::NothingToConfirm),
            Stage::Joining(token) | Stage::Over(token, _) => token,
            Stage::Waiting(held) | Stage::Confirming(held) => &held.token,
        };
        if !token.is(shown) {
            return Err(WifiError::WrongToken);
        }
        match &self.stage {
            Stage::Waiting(held) => {
                let held = held.clone();
                self.stage = Stage::Confirming(held.clone());
                Ok(Confirm::Destroy(held))
            }
            Stage::Over(_, Outcome::Confirmed) => Ok(Confirm::Already),
            Stage::Over(_, Outcome::RolledBack) => Err(WifiError::RolledBack),
            Stage::None | Stage::Over(..) => Err(WifiError::NothingToConfirm),
            Stage::Joining(_) => Err(WifiError::NotYet),
            Stage::Confirming(_) => Err(WifiError::Busy),
        }
    }

    /// It was not possible to tell NetworkManager, so it can be tried again.
    pub fn not_confirmed(&mut self) {
        if let Stage::Confirming(held) = &self.stage {
            self.stage = Stage::Waiting(held.clone());
        }
    }

    /// Whether the change is over because of what was seen, and which one it was.
    pub fn look(&mut self, seen: &Seen<'_>) -> Option<(About, Outcome)> {
        let Stage::Waiting(held) = &self.stage else { return None };
        if seen.stamp != self.stamp {
            return None;
        }
        let outcome = if seen.owner != Some(&held.owner) {
            Outcome::ProtectionLost
        } else {
            let is_there = match seen.checkpoints {
                Some(checkpoints) => checkpoints.contains(&held.checkpoint),
                None => seen.now < held.until,
            };
            (!is_there).then_some(Outcome::RolledBack)?
        };
        let about = held.about.clone();
        self.end(outcome);
        Some((about, outcome))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting() -> (Change, ConfirmToken) {
        let token = ConfirmToken::random();
        let mut change = Change::default();
        change.begin(token.clone());
        let about = About { name: "home".to_owned(), kind: ChangeKind::Join };
        let (checkpoint, owner) = ("/checkpoint/1".to_owned(), ":1.7".to_owned());
        let (until, keep) = (ShowTime(60_000_000), Keep::default());
        change.hold(Held { token: token.clone(), about, checkpoint, owner, until, keep });
        (change, token)
    }

    fn look(change: &mut Change, owner: Option<&str>, checkpoints: Option<&[String]>, now: i64) -> Option<Outcome> {
        let seen = Seen { stamp: change.stamp(), owner, checkpoints, now: ShowTime(now) };
        change.look(&seen).map(|(_, outcome)| outcome)
    }

    #[test]
    fn only_the_token_confirms_and_it_does_so_twice() {
        let (mut change, token) = waiting();
        assert_eq!(change.confirm("no").unwrap_err(), WifiError::WrongToken);
        assert!(matches!(change.confirm(token.reveal()), Ok(Confirm::Destroy(_))));
        assert_eq!(look(&mut change, Some(":1.7"), Some(&[]), 1), None, "what we took away ourselves is not rolled back");
        change.end(Outcome::Confirmed);
        assert!(matches!(change.confirm(token.reveal()), Ok(Confirm::Already)));
        assert_eq!(change.confirm("no").unwrap_err(), WifiError::WrongToken);
    }

    #[test]
    fn a_confirmation_that_did_not_get_through_can_be_repeated() {
        let (mut change, token) = waiting();
        change.confirm(token.reveal()).unwrap();
        assert_eq!(change.confirm(token.reveal()).unwrap_err(), WifiError::Busy);
        change.not_confirmed();
        assert!(matches!(change.confirm(token.reveal()), Ok(Confirm::Destroy(_))));
    }

    #[test]
    fn a_checkpoint_that_is_gone_was_rolled_back() {
        let (mut change, token) = waiting();
        let there = ["/checkpoint/1".to_owned()];
        assert_eq!(
            look(&mut change, Some(":1.7"), Some(&there), i64::MAX),
            None,
            "NetworkManager knows better than the clock"
        );
        assert_eq!(look(&mut change, Some(":1.7"), Some(&[]), 1), Some(Outcome::RolledBack));
        assert_eq!(change.confirm(token.reveal()).unwrap_err(), WifiError::RolledBack);
    }

    #[test]
    fn where_checkpoints_are_not_told_the_clock_decides() {
        let (mut change, _) = waiting();
        assert_eq!(look(&mut change, Some(":1.7"), None, 59_999_999), None);
        assert_eq!(look(&mut change, Some(":1.7"), None, 60_000_000), Some(Outcome::RolledBack));
    }

    #[test]
    fn another_network_manager_knows_nothing_of_the_checkpoint() {
        let (mut change, _) = waiting();
        assert_eq!(look(&mut change, Some(":1.8"), Some(&[]), 1), Some(Outcome::ProtectionLost));
    }

    #[test]
    fn what_was_seen_before_a_change_waited_is_not_held_against_it() {
        let (mut change, _) = waiting();
        let seen = Seen { stamp: 0, owner: Some(":1.7"), checkpoints: Some(&[]), now: ShowTime(1) };
        assert!(change.look(&seen).is_none() && change.is_waiting());
    }
}
