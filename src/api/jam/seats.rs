//! The jams that one client is in, where a door has room for several.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::select_all;

use super::no_seat::NoSeat;
use super::seat::{Seat, Telling};
use crate::api::Api;
use crate::api::error::ApiError;
use crate::identity::Caller;
use crate::jam::room::Room;
use crate::jam::wire::frame::{Hello, Welcome};
use crate::show::jam::code::JamCode;

/// Nobody has more hands.
pub const MOST_SEATS: usize = 4;

pub struct Seats<T>(Vec<Seat<T>>);

impl<T> Default for Seats<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Send + 'static> Seats<T> {
    /// Comes into a jam. Whoever is in it already changes seats, and keeps the one it had if it may not have the other.
    pub async fn take(
        &mut self,
        api: &Api,
        caller: &Caller,
        address: IpAddr,
        hello: &Hello,
    ) -> Result<(Arc<Room>, Welcome), ApiError> {
        let is_in = hello.code.parse().is_ok_and(|code: JamCode| self.codes().any(|known| known == code));
        if !is_in && self.0.len() >= MOST_SEATS {
            return Err(NoSeat::TooMany.into());
        }
        let (seat, welcome) = Seat::take(api, Some(caller), address, hello).await?;
        let room = seat.room.clone();
        self.leave(room.code).await;
        self.0.push(seat);
        Ok((room, welcome))
    }

    /// Says whether it was there.
    pub async fn leave(&mut self, code: JamCode) -> bool {
        let place = self.0.iter().position(|seat| seat.room.code == code);
        if let Some(place) = place {
            self.0.remove(place).leave().await;
        }
        place.is_some()
    }

    pub async fn leave_all(&mut self) {
        for seat in self.0.drain(..) {
            seat.leave().await;
        }
    }

    pub fn codes(&self) -> impl Iterator<Item = JamCode> {
        self.0.iter().map(|seat| seat.room.code)
    }

    /// The one that is meant: who is in one jam alone need not say which.
    pub fn meant(&mut self, code: Option<JamCode>) -> Result<&mut Seat<T>, NoSeat> {
        match (code, &mut self.0[..]) {
            (None, [only]) => Ok(only),
            (None, [_, ..]) => Err(NoSeat::NotNamed),
            (code, seats) => seats.iter_mut().find(|seat| Some(seat.room.code) == code).ok_or(NoSeat::NotIn),
        }
    }

    /// Nothing more is to be heard until something is answered.
    pub fn are_full(&self) -> bool {
        self.0.iter().any(Seat::is_full)
    }

    /// What is to be said next, and of which jam; never, while there is none. May be given up at any point.
    pub async fn next(&mut self) -> (Arc<Room>, Telling<T>) {
        if self.0.is_empty() {
            return std::future::pending().await;
        }
        let (telling, place, _) = select_all(self.0.iter_mut().map(|seat| seat.next().boxed())).await;
        (self.0[place].room.clone(), telling)
    }
}
