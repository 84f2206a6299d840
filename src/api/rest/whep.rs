//! `/whep`: a browser's offer in, the answer out; the rest is between it and `send::whep`.

use std::net::{IpAddr, SocketAddr};

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;

use super::Answer;
use crate::api::Api;
use crate::api::error::ApiError;
use crate::api::gate::Who;
use crate::api::guard::host_name;
use crate::api::request::{At, text_of};
use crate::api::serve::Reached;
use crate::send::whep::{LARGEST_OFFER, Wish};
use crate::show::ids::RenditionId;

const SDP: &str = "application/sdp";

pub async fn watch(
    State(api): State<Api>,
    At(rendition): At<RenditionId>,
    Extension(who): Extension<Who>,
    request: Request,
) -> Answer {
    let reached = reached(request.extensions().get::<Reached>().map(|reached| reached.0), request.headers());
    let offer = text_of(request, SDP, LARGEST_OFFER).await?;
    let (guard, caller) = (api.clone(), who.0);
    let may_stay = Box::new(move || caller.as_ref().is_none_or(|caller| guard.still_good(caller)));
    let opened = api.viewers.open(Wish { rendition: rendition.clone(), offer, reached, may_stay }).await?;
    let location = format!("/whep/{rendition}/{}", opened.viewer);
    let headers = [(header::CONTENT_TYPE, SDP.to_owned()), (header::LOCATION, location)];
    Ok((StatusCode::CREATED, headers, opened.answer).into_response())
}

pub async fn leave(State(api): State<Api>, At((_, viewer)): At<(RenditionId, String)>) -> Answer {
    match api.viewers.close(&viewer)? {
        true => Ok(StatusCode::OK.into_response()),
        false => Err(ApiError::NoViewer),
    }
}

/// Where the connection came in; and where the client believes it to be, which differs where ports are handed on to a container.
fn reached(socket: Option<SocketAddr>, headers: &HeaderMap) -> Vec<IpAddr> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(host_name);
    let named = host.and_then(|host| host.trim_matches(['[', ']']).parse().ok());
    socket.map(|address| address.ip()).into_iter().chain(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_that_was_reached_comes_first_then_the_one_that_was_asked_for() {
        let ips = |socket: &str, host: &str| {
            let headers = [(header::HOST, host.parse().unwrap())].into_iter().collect();
            reached(socket.parse().ok(), &headers).iter().map(IpAddr::to_string).collect::<Vec<_>>()
        };
        assert_eq!(ips("172.17.0.2:4200", "192.168.1.7:4200"), ["172.17.0.2", "192.168.1.7"]);
        assert_eq!(ips("[::1]:4200", "[fe80::1]:4200"), ["::1", "fe80::1"]);
        assert_eq!(ips("127.0.0.1:4200", "localhost:4200"), ["127.0.0.1"]);
        assert_eq!(ips("", "studio.example"), [""; 0]);
    }
}
