//! The stack beneath the WebSocket, held against a suite of cases that somebody else wrote: `script/conformance websocket` runs it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use axum::extract::Request;
use axum::response::Response;
use axum::{Router, routing::any};
use serde_json::Value;
use tokio::net::TcpListener;

use super::socket::{Heard, Limits, Socket};
use super::upgrade::upgrade;
use crate::api::error::ApiError;
use crate::api::places::Places;
use crate::api::serve;
use crate::api::wire::encoding::Text;

/// The suite sends up to 16 MiB; that the server itself takes less is another test's matter.
const LIMITS: Limits = Limits { longest: 64 * 1024 * 1024, deflate: true };

/// Why a case that did not simply go well is all right: the suite sees more than one way, or can not do the case itself.
fn explanation(case: &str, behavior: &str) -> Option<&'static str> {
    let group = |prefix: &str| case.starts_with(prefix);
    match behavior {
        "NON-STRICT" if group("6.4.") => {
            Some("what is not UTF-8 is refused at the end of its message, not in the midst of it")
        }
        "INFORMATIONAL" if group("7.1.6") => Some("what comes after a close frame is not looked at"),
        "INFORMATIONAL" if group("7.13.") => Some("close codes that nobody has defined"),
        "ERROR" if (group("12.") || group("13.")) && [".1", ".2", ".3"].iter().any(|end| case.ends_with(end)) => {
            Some("the suite trips over a text of its own")
        }
        _ => None,
    }
}

async fn echo(request: Request) -> Result<Response, ApiError> {
    let (response, socket) = upgrade(request, None, LIMITS)?;
    tokio::spawn(async move {
        let Ok(socket) = socket.await else { return };
        let mut socket = Socket::new(socket);
        while let Ok(heard) = socket.hear().await {
            let told = match heard {
                Heard::Text(text) => socket.tell(Text::Json(text)).await,
                Heard::Binary(bytes) => socket.tell_bytes(bytes).await,
                Heard::SignOfLife => Ok(()),
            };
            if told.is_err() {
                return;
            }
        }
        socket.end(None).await;
    });
    Ok(response)
}

#[tokio::test]
#[ignore = "script/conformance websocket fetches the suite and runs it"]
async fn the_stack_passes_the_suite() {
    let suite = std::env::var("KOSOKU").expect("the suite's program; see script/conformance");
    let cases = std::env::var("KOSOKU_CASES").unwrap_or_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(serve(
        listener,
        None,
        Router::new().fallback(any(echo)),
        Places::for_this_process(None),
        std::future::pending(),
    ));
    let dir = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(suite);
    command.args(["-m", "fuzzingclient", "-p", "2"]).args(cases.split_whitespace());
    command.arg("-o").arg(dir.path()).arg(&address);
    let status = tokio::task::spawn_blocking(move || command.status()).await.unwrap().unwrap();
    // It fails where a case does, or it can not do it itself.
    println!("the suite ends with {status}");
    judge(&read_index(dir.path().join("index.json")));
}

/// How each case went, and how its connection was closed.
fn read_index(path: PathBuf) -> BTreeMap<String, (String, String)> {
    let index: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let agents = index.as_object().unwrap();
    let word = |result: &Value, name: &str| result[name].as_str().unwrap_or_default().to_owned();
    let cases = agents.values().flat_map(|cases| cases.as_object().unwrap());
    cases.map(|(case, result)| (case.clone(), (word(result, "behavior"), word(result, "behaviorClose")))).collect()
}

fn judge(results: &BTreeMap<String, (String, String)>) {
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut unexplained = Vec::new();
    for (case, (behavior, close)) in results {
        *counts.entry(behavior).or_default() += 1;
        let is_good = |word: &str| matches!(word, "OK" | "UNIMPLEMENTED" | "");
        if is_good(behavior) && is_good(close) {
            continue;
        }
        let why = explanation(case, behavior);
        println!("{case}: {behavior}, closed {close}: {}", why.unwrap_or("?"));
        if why.is_none() {
            unexplained.push(case);
        }
    }
    println!("{} cases: {counts:?}", results.len());
    assert!(!results.is_empty() && unexplained.is_empty(), "{unexplained:?}");
}
