//! The Socket.IO door, as its own client from npm finds it.

use crate::support::npm;
use crate::support::server::Server;
use crate::support::users::{add_user, log_in};

/// A script of tests/peers against a server of its own.
#[track_caller]
fn holds(script: &str, transports: &str) {
    let Some(mut node) = npm::node(script) else { return };
    let server = Server::start(&[]);
    node.args([&server.http.base, transports]);
    npm::succeeds(node);
}

#[test]
fn its_own_client_talks_over_websocket() {
    holds("talk.mjs", "websocket");
}

#[test]
fn its_own_client_talks_by_polling() {
    holds("talk.mjs", "polling");
}

#[test]
fn its_own_client_talks_while_polling_becomes_a_websocket() {
    holds("talk.mjs", "polling,websocket");
}

#[test]
fn its_own_client_comes_back_and_is_told_what_it_missed() {
    for transport in ["websocket", "polling"] {
        holds("return.mjs", transport);
    }
}

#[test]
fn its_own_client_logs_in_with_a_token_and_not_without() {
    let Some(_) = npm::peers() else { return };
    let dir = tempfile::tempdir().unwrap();
    for (name, role) in [("ada", "admin"), ("bob", "operator"), ("eve", "viewer")] {
        add_user(dir.path(), name, role, "correct horse");
    }
    let server = Server::start_in(dir.path(), &[]);
    for (name, role) in [("ada", "admin"), ("bob", "operator"), ("eve", "viewer")] {
        let session = log_in(&server, name, "correct horse");
        let mut node = npm::node("login.mjs").unwrap();
        node.args([&server.http.base, session["access_token"].as_str().unwrap(), role]);
        npm::succeeds(node);
    }
}
