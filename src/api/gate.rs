//! Before a row of the table is asked: who is it, may they, not too often, and not too many at once.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Api;
use super::access::{Access, Class};
use super::error::ApiError;
use super::limits::Client;
use super::serve::Peer;
use crate::identity::{Caller, CallerKind, IdentityError};

/// The page keeps its access token here: a picture's address can carry no header.
pub const ACCESS_COOKIE: &str = "marquee_access";

#[derive(Clone)]
pub struct Gate {
    pub api: Api,
    pub access: Access,
    pub class: Class,
}

/// Who asks, in the extensions of every request that came through; nobody where strangers may ask.
#[derive(Clone, Debug)]
pub struct Who(pub Option<Caller>);

pub async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    match gate.admit(&request) {
        Ok(who) => request.extensions_mut().insert(who),
        Err(refused) => return refused.into_response(),
    };
    match gate.api.limits.turn(gate.class).await {
        Ok(_turn) => next.run(request).await,
        Err(busy) => busy.into_response(),
    }
}

impl Gate {
    fn admit(&self, request: &Request) -> Result<Who, ApiError> {
        let address = address_of(request);
        let who = match self.api.who(bearer_of(request).as_deref()) {
            Ok(who) => who,
            // Whoever comes to log in may carry an old token.
            Err(_) if self.access == Access::Anyone => None,
            Err(error) => {
                // Tokens are not to be guessed any faster than passwords. One that was good once is no guess.
                if is_a_guess(&error) {
                    self.api.limits.count(Client::at(address), Class::Login)?;
                }
                return Err(error);
            }
        };
        self.api.limits.count(counted_as(who.as_ref(), address), self.class)?;
        self.api.takes_files(request.method().as_str(), request.uri().path())?;
        match (&who, self.access) {
            (_, Access::Anyone) => Ok(Who(who)),
            (None, Access::Needs(_)) => Err(ApiError::LoginRequired),
            (Some(caller), access) if access.allows(Some(caller.role())) => Ok(Who(who)),
            (Some(_), access) => Err(ApiError::RoleNeeded { needed: access.name() }),
        }
    }
}

pub fn is_a_guess(error: &ApiError) -> bool {
    matches!(error, ApiError::Identity(IdentityError::InvalidToken))
}

pub fn counted_as(who: Option<&Caller>, address: IpAddr) -> Client {
    match who {
        Some(caller) if caller.kind() != CallerKind::Anonymous => Client::Named(caller.name().to_owned()),
        _ => Client::at(address),
    }
}

/// Requests that come from no socket (tests) come from here.
pub fn address_of(request: &Request) -> IpAddr {
    request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip())
}

/// From the header; where a browser can send none (WebSockets, pictures), from the cookie or the query.
pub(super) fn bearer_of(request: &Request) -> Option<String> {
    let headers = request.headers();
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned());
    }
    let in_query = || {
        let only_looks = request.method() == Method::GET;
        let pairs = request.uri().query().filter(|_| only_looks)?.split('&');
        pairs
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == "access_token")
            .map(|(_, token)| token.to_owned())
    };
    in_query().or_else(|| cookie(headers, ACCESS_COOKIE))
}

pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
}
