//! Jams, for those who play: who may come in, the seats that they take, and connections of `jam.v1`, which have one seat each. The rooms
//! of the other doors have theirs beside these doors (`ws::jams`, `socketio::jams`).

mod acks;
mod allowance;
pub mod connection;
pub mod no_seat;
pub mod seat;
pub mod seats;
pub mod tell;

use std::net::IpAddr;
use std::sync::Arc;

use super::Api;
use super::access::Class;
use super::error::ApiError;
use super::limits::Client;
use crate::identity::{Caller, Role};
use crate::jam::hall::Guest;
use crate::jam::refused::Refused;
use crate::jam::room::Room;
use crate::show::jam::code::JamCode;
use crate::show::jam::participant::ParticipantId;

pub const BYTES: &str = "jam.v1";
pub const TEXT: &str = "jam.v1.json";

/// What somebody has to show for it.
pub struct Papers<'a> {
    pub caller: Option<&'a Caller>,
    pub address: IpAddr,
    pub token: Option<&'a str>,
}

impl Api {
    /// The jam, to play in, as far as they may know that it is there.
    pub fn jam_for(&self, code: &str, papers: &Papers<'_>) -> Result<Arc<Room>, ApiError> {
        let room = self.find_jam(code, papers)?;
        // What this node only looks on at is the leader's.
        self.jams.hall.room(room.code).or_else(|refused| {
            self.leads()?;
            Err(refused.into())
        })
    }

    /// Whoever was let in once shows a token; others need to be somebody, unless the jam is open.
    pub fn jam_to_watch(&self, code: &str, papers: &Papers<'_>) -> Result<Arc<Room>, ApiError> {
        let room = self.find_jam(code, papers)?;
        let is_known = papers.token.is_some_and(|token| self.jams.hall.identify(&room, token).is_ok());
        let may = is_known || papers.caller.is_some() || room.jam().open;
        if may { Ok(room) } else { Err(ApiError::LoginRequired) }
    }

    /// Codes are not to be guessed any faster than passwords.
    fn find_jam(&self, code: &str, papers: &Papers<'_>) -> Result<Arc<Room>, ApiError> {
        let found = code.parse::<JamCode>().map_err(Refused::from).and_then(|code| self.jams.hall.to_watch(code));
        found.or_else(|refused| {
            if papers.caller.is_none() {
                self.limits.count(Client::at(papers.address), Class::Login)?;
            }
            Err(refused.into())
        })
    }

    fn may_play_jam(&self, room: &Room, papers: &Papers<'_>) -> Result<(), ApiError> {
        match papers.caller {
            _ if room.jam().open => Ok(()),
            Some(caller) if caller.role() >= Role::Operator => Ok(()),
            Some(_) => Err(ApiError::RoleNeeded { needed: Role::Operator.name() }),
            None => Err(ApiError::LoginRequired),
        }
    }

    /// Who they are in this jam: whom their token says, or somebody new.
    pub async fn enter_jam(
        &self,
        room: &Room,
        papers: &Papers<'_>,
        guest: Guest,
    ) -> Result<(ParticipantId, String), ApiError> {
        if let Some(token) = papers.token {
            let id = self.jams.hall.identify(room, token)?;
            return Ok((id, token.to_owned()));
        }
        self.may_play_jam(room, papers)?;
        let joined = self.jams.hall.join(room.code, guest).await?;
        Ok((joined.id, joined.token))
    }
}
