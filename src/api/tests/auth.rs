//! Who gets in, and who may do what: every row of the table by every kind of caller, and no secret in anything that comes out.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::api::access::{Access, Class};
use crate::api::routes::TABLE;
use crate::api::serve::Peer;
use crate::identity::{Caller, Role};

const PASSWORD: &str = "canary-password-1";

async fn guarded() -> (House, Clock) {
    let clock = Clock::manual(ShowTime(1_700_000_000_000_000));
    let house = House::open_with(clock.clone(), Settings { on_this_machine_only: true, ..Settings::default() }).await;
    house.api.identity.add_user("root", PASSWORD, Role::Admin).await.expect("a user");
    (house, clock)
}

async fn api_token(house: &House, role: Role) -> String {
    let admin = Caller::anonymous_admin();
    house.api.identity.create_token(role.name(), role, None, &admin).await.expect("a token").1
}

async fn log_in(house: &House) -> Value {
    let body = json!({ "username": "root", "password": PASSWORD });
    house.tell("POST", "/api/auth/login", body).await.expect(200).json()
}

impl House {
    async fn ask_as(&self, token: &str, method: &str, path: &str) -> Reply {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::empty()).expect("a request")).await
    }
}

fn forged(payload: &str, header: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(header), part(payload), part("no signature"))
}

/// A path with something in each place; nothing by that name is there.
fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_row_lets_in_exactly_who_may() {
    let (house, clock) = guarded().await;
    let expired = log_in(&house).await["access_token"].as_str().expect("a token").to_owned();
    let roles = [Role::Viewer, Role::Operator, Role::Admin];
    let mut tokens = Vec::new();
    for role in roles {
        tokens.push((role, api_token(&house, role).await));
    }
    let known: Vec<_> = house.api.identity.tokens().into_iter().map(|token| token.id).collect();
    let gone = api_token(&house, Role::Admin).await;
    let listed = house.api.identity.tokens();
    let id = &listed.iter().find(|token| !known.contains(&token.id)).expect("it is listed").id;
    house.api.identity.revoke_token(id).await.expect("revoked");
    clock.set(clock.now().plus(Duration::from_secs(3_600)));
    let claims = r#"{"sub":"root","sid":"x","role":"admin","iat":1700000000,"exp":9999999999,"iss":"marquee"}"#;
    let strangers = [
        ("expired", expired),
        ("revoked", gone),
        ("alg none", forged(claims, r#"{"alg":"none","typ":"JWT"}"#)),
        ("wrong key", forged(claims, r#"{"alg":"HS256","typ":"JWT"}"#)),
        ("garbage", "x".to_owned()),
    ];
    for row in TABLE {
        let (method, path) = (row.method, filled(row.path));
        let open = row.access == Access::Anyone;
        let refused = |reply: &Reply| matches!(reply.status.as_u16(), 401 | 403);
        let bare = house.ask(method, &path).await;
        // Without a token of a session there is none to renew or to end, whoever asks.
        let login = ["/api/auth/refresh", "/api/auth/logout"].contains(&row.path);
        assert_eq!(refused(&bare) && !login, !open, "{method} {path} by nobody: {}", bare.status);
        for (kind, token) in &strangers {
            let reply = house.ask_as(token, method, &path).await;
            assert_eq!(
                reply.status.as_u16() == 401 && !login,
                !open,
                "{method} {path} with a token {kind}: {}",
                reply.status
            );
        }
        for (role, token) in &tokens {
            let reply = house.ask_as(token, method, &path).await;
            let allowed = row.access.allows(Some(*role));
            assert_eq!(reply.status.as_u16() == 403, !allowed, "{method} {path} by {role}: {}", reply.status);
            assert!(login || reply.status.as_u16() != 401, "{method} {path} by {role}");
            assert!(reply.status.as_u16() != 500, "{method} {path} by {role}");
        }
    }
}

#[tokio::test]
async fn a_login_lasts_is_renewed_and_ends() {
    let (house, clock) = guarded().await;
    house
        .tell("POST", "/api/auth/login", json!({ "username": "root", "password": "wrong-password" }))
        .await
        .refused(401, "invalid_credentials");
    let session = log_in(&house).await;
    let (access, refresh) =
        (session["access_token"].as_str().expect("one"), session["refresh_token"].as_str().expect("one"));
    assert_eq!(house.ask_as(access, "GET", "/api/auth/me").await.expect(200).json()["role"], "admin");
    assert_eq!(house.ask("GET", "/api/auth/me").await.expect(200).json()["login_required"], true);
    clock.set(clock.now().plus(Duration::from_secs(700)));
    house.ask_as(access, "GET", "/api/show").await.refused(401, "token_expired");
    // It ends nothing any more, and does not say that it did.
    house.ask_as(access, "POST", "/api/auth/logout").await.refused(401, "login_required");
    let renewed = house.tell("POST", "/api/auth/refresh", json!({ "refresh_token": refresh })).await.expect(200).json();
    let access = renewed["access_token"].as_str().expect("one");
    house.ask_as(access, "GET", "/api/show").await.expect(200);
    house.ask_as(access, "POST", "/api/auth/logout").await.expect(204);
    house.ask_as(access, "GET", "/api/show").await.refused(401, "token_revoked");
    let refresh = json!({ "refresh_token": renewed["refresh_token"] });
    assert_eq!(house.tell("POST", "/api/auth/refresh", refresh).await.status.as_u16(), 401);
}

#[tokio::test]
async fn the_page_gets_cookies_that_no_script_can_read() {
    let (house, _) = guarded().await;
    let body = json!({ "username": "root", "password": PASSWORD, "cookie": true });
    let reply = house.tell("POST", "/api/auth/login", body).await.expect(200);
    assert!(reply.json().get("access_token").is_none());
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("text")).collect();
    assert_eq!(cookies.len(), 2);
    assert!(cookies.iter().all(|cookie| cookie.contains("HttpOnly; SameSite=Strict")), "{cookies:?}");
    let sent = cookies[0].split(';').next().expect("a pair");
    let with_cookie =
        |path: &str| Request::get(path).header("cookie", format!("theme=dark; {sent}")).body(Body::empty()).expect("one");
    house.send(with_cookie("/api/show")).await.expect(200);
    let token = sent.split_once('=').expect("a value").1;
    house.ask("GET", &format!("/api/show?access_token={token}")).await.expect(200);
    house.ask("POST", &format!("/api/stream/start?access_token={token}")).await.refused(401, "login_required");
}

#[tokio::test]
async fn the_page_can_log_out_long_after_its_short_token_ran_out() {
    let (house, clock) = guarded().await;
    let body = json!({ "username": "root", "password": PASSWORD, "cookie": true });
    let reply = house.tell("POST", "/api/auth/login", body).await.expect(200);
    let refresh =
        reply.headers.get_all("set-cookie").iter().find_map(|value| value.to_str().ok()?.strip_prefix("marquee_refresh="));
    let token = refresh.expect("a cookie").split(';').next().expect("a value");
    assert!(refresh.is_some_and(|cookie| cookie.contains("; Path=/api/auth;")), "{refresh:?}");
    clock.set(clock.now().plus(Duration::from_secs(3_600)));
    let with_cookie = |path: &str| {
        Request::post(path).header("cookie", format!("marquee_refresh={token}")).body(Body::empty()).expect("one")
    };
    let ended = house.send(with_cookie("/api/auth/logout")).await.expect(204);
    assert_eq!(ended.headers.get_all("set-cookie").iter().count(), 2);
    assert_eq!(house.send(with_cookie("/api/auth/refresh")).await.status.as_u16(), 401);
}

#[tokio::test]
async fn an_old_token_does_not_use_up_the_logins() {
    let clock = Clock::manual(ShowTime(1_700_000_000_000_000));
    let settings = Settings { on_this_machine_only: true, rate_limit: Some(1.0), ..Settings::default() };
    let house = House::open_with(clock.clone(), settings).await;
    house.api.identity.add_user("root", PASSWORD, Role::Admin).await.expect("a user");
    let access = log_in(&house).await["access_token"].as_str().expect("one").to_owned();
    clock.set(clock.now().plus(Duration::from_secs(700)));
    for _ in 0..30 {
        house.ask_as(&access, "GET", "/api/show").await.refused(401, "token_expired");
    }
    log_in(&house).await;
    for _ in 0..30 {
        house.ask_as("mqt_nothing", "GET", "/api/show").await;
    }
    house.ask_as("mqt_nothing", "GET", "/api/show").await.refused(429, "rate_limited");
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let clock = Clock::manual(ShowTime(1_700_000_000_000_000));
    let settings = Settings { on_this_machine_only: true, rate_limit: Some(1.0), ..Settings::default() };
    let house = House::open_with(clock.clone(), settings).await;
    house.api.identity.add_user("root", PASSWORD, Role::Admin).await.expect("a user");
    let guess = json!({ "username": "root", "password": "wrong-password" });
    for _ in 0..5 {
        house.tell("POST", "/api/auth/login", guess.clone()).await.refused(401, "invalid_credentials");
    }
    let locked = house.tell("POST", "/api/auth/login", guess.clone()).await.refused(429, "locked_out");
    assert!(locked.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1));
    // Tokens are not to be guessed either, nor is anything else to be asked without end.
    let mut last = house.ask_as("garbage", "GET", "/api/show").await;
    for _ in 0..10 {
        last = house.ask_as("garbage", "GET", "/api/show").await;
    }
    let limited = last.refused(429, "rate_limited");
    assert!(limited.json()["details"]["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0));
    assert_eq!(limited.json()["error_type"], "rate_limit_exceeded");
}

#[tokio::test]
async fn beyond_this_machine_nothing_is_open_even_without_users() {
    let house = House::open_with(Clock::system(), Settings::default()).await;
    house.ask("GET", "/api/show").await.refused(401, "login_required");
    let reply = house.ask("GET", "/api/health").await.expect(200);
    assert_eq!(reply.json(), json!({ "status": "ok" }), "no more for strangers");
    house.ask("GET", "/metrics").await.refused(401, "login_required");
    let open = House::open_with(Clock::system(), Settings { open_metrics: true, ..Settings::default() }).await;
    open.ask("GET", "/metrics").await.expect(200);
    open.ask("GET", "/api/show").await.refused(401, "login_required");
}

#[tokio::test]
async fn users_and_tokens_are_made_and_taken_away() {
    let house = House::open().await;
    house
        .tell("POST", "/api/users", json!({ "name": "bob", "password": PASSWORD, "role": "viewer" }))
        .await
        .refused(400, "first_user_is_admin");
    house.tell("POST", "/api/users", json!({ "name": "root", "password": PASSWORD, "role": "admin" })).await.expect(201);
    // From here on everyone has to say who they are.
    house.ask("GET", "/api/users").await.refused(401, "login_required");
    let admin = log_in(&house).await["access_token"].as_str().expect("one").to_owned();
    let as_admin = |method: &str, path: &str, body: Value| {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {admin}"));
        house.send(request.header("content-type", "application/json").body(Body::from(body.to_string())).expect("one"))
    };
    as_admin("POST", "/api/users", json!({ "name": "bob", "password": "bobs-own-word", "role": "viewer" }))
        .await
        .expect(201);
    assert_eq!(
        as_admin("PATCH", "/api/users/bob", json!({ "role": "operator" })).await.expect(200).json()["role"],
        "operator"
    );
    let made = as_admin("POST", "/api/tokens", json!({ "name": "grafana", "role": "viewer" })).await.expect(201).json();
    let secret = made["token"].as_str().expect("shown once").to_owned();
    house.ask_as(&secret, "GET", "/metrics").await.expect(200);
    house.ask_as(&secret, "POST", "/api/stream/start").await.refused(403, "role_needed");
    let listed = house.ask_as(&admin, "GET", "/api/tokens").await.expect(200);
    assert!(
        listed.json().as_array().is_some_and(|tokens| tokens.len() == 1)
            && !String::from_utf8_lossy(&listed.body).contains(&secret)
    );
    house.ask_as(&admin, "DELETE", &format!("/api/tokens/{}", made["id"].as_str().expect("an id"))).await.expect(204);
    house.ask_as(&secret, "GET", "/metrics").await.refused(401, "invalid_token");
    house.ask_as(&admin, "DELETE", "/api/users/root").await.refused(409, "last_admin");
    // Both or neither: the password is the old one.
    as_admin("PATCH", "/api/users/root", json!({ "role": "viewer", "password": "another-word" }))
        .await
        .refused(409, "last_admin");
    house.ask_as(&admin, "GET", "/api/users").await.expect(200);
    log_in(&house).await;
    house.ask_as(&admin, "DELETE", "/api/users/bob").await.expect(204);
}

#[tokio::test]
async fn the_writer_knows_who_it_was() {
    let (house, _) = guarded().await;
    let token = api_token(&house, Role::Operator).await;
    house.ask_as(&token, "POST", "/api/stream/start").await.expect(200);
    let crate::state::history::Replay::Changes(changes) = house.api.state.changes_since(crate::state::Seq(0)) else {
        panic!("it is kept")
    };
    assert_eq!(changes[0].origin.actor.as_deref(), Some("token operator"));
}

#[tokio::test]
async fn friends_may_steer_from_their_own_pages() {
    let friend = "https://studio.example".to_owned();
    let settings = Settings { on_this_machine_only: true, allowed_origins: vec![friend.clone()], ..Settings::default() };
    let house = House::open_with(Clock::system(), settings).await;
    let from = |method: &str, origin: &str| {
        Request::builder().method(method).uri("/api/stream/start").header("host", "localhost").header("origin", origin)
    };
    let asked = from("OPTIONS", &friend).header("access-control-request-method", "POST").body(Body::empty()).expect("one");
    let preflight = house.send(asked).await.expect(200);
    assert_eq!(preflight.header("access-control-allow-origin"), friend);
    let reply = house.send(from("POST", &friend).body(Body::empty()).expect("one")).await.expect(200);
    assert_eq!(reply.header("access-control-allow-origin"), friend);
    let reply = house.send(from("POST", "https://evil.example").body(Body::empty()).expect("one")).await;
    let reply = reply.refused(403, "forbidden_origin");
    assert_eq!(reply.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn no_answer_holds_a_secret() {
    let (house, _) = guarded().await;
    let session = log_in(&house).await;
    let access = session["access_token"].as_str().expect("one").to_owned();
    let api_token = api_token(&house, Role::Admin).await;
    let canaries =
        [PASSWORD, "canary-key-2", "wrong-canary-3", &access, session["refresh_token"].as_str().expect("one"), &api_token];
    let mut outgoing = String::new();
    let put = Request::put("/api/destinations/tv").header("authorization", format!("Bearer {api_token}"));
    let body = json!({ "kind": "rtmp", "url": "rtmp://host/live", "key": "canary-key-2" }).to_string();
    let reply =
        house.send(put.header("content-type", "application/json").body(Body::from(body)).expect("one")).await.expect(201);
    outgoing += &String::from_utf8_lossy(&reply.body);
    let bad = [
        ("POST", "/api/auth/login", json!({ "username": PASSWORD, "password": "wrong-canary-3" })),
        ("POST", "/api/auth/login", json!({ "username": "root", "password": ["wrong-canary-3"] })),
        ("POST", "/api/auth/refresh", json!({ "refresh_token": "wrong-canary-3" })),
        ("POST", "/api/users", json!({ "name": "x", "password": { "a": "wrong-canary-3" }, "role": "admin" })),
        ("PUT", "/api/destinations/tw", json!({ "kind": "rtmp", "url": 5, "key": "canary-key-2" })),
        ("PUT", "/api/destinations/tw", json!({ "kind": "rtmp", "url": "rtmp://h/x", "key": ["canary-key-2"] })),
    ];
    for (method, path, body) in bad {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {api_token}"));
        let request = request.header("content-type", "application/json").body(Body::from(body.to_string())).expect("one");
        let reply = house.send(request).await;
        assert!(reply.status.is_client_error(), "{method} {path}");
        outgoing += &String::from_utf8_lossy(&reply.body);
    }
    for row in TABLE.iter().filter(|row| row.method == "GET" && row.class != Class::Heavy) {
        let path = row.path.replace("{destination}", "tv");
        for token in [&access, &api_token, "wrong-canary-3"] {
            let reply = house.ask_as(token, row.method, &filled(&path)).await;
            outgoing += &format!("{:?} {}", reply.headers, String::from_utf8_lossy(&reply.body));
        }
        house.ask("GET", &format!("{}?access_token={api_token}", filled(&path))).await;
    }
    for canary in canaries {
        assert!(!outgoing.contains(canary), "an answer contains {canary}");
    }
}

#[tokio::test]
async fn a_websocket_without_a_login_waits_for_a_hello_with_a_token() {
    use super::socket::{closed_with, connect, listen, say, wait_for};
    let (house, _) = guarded().await;
    let address = listen(&house).await;
    let token = api_token(&house, Role::Viewer).await;
    let mut client = connect(&address).await;
    say(&mut client, json!({ "type": "hello", "payload": { "protocol": 1, "token": token } })).await;
    let welcome = wait_for(&mut client, "welcome").await;
    assert_eq!((&welcome["payload"]["user"], &welcome["payload"]["role"]), (&json!("viewer"), &json!("viewer")));
    say(&mut client, json!({ "type": "command", "client_op_id": "1", "payload": { "command": "start_stream" } })).await;
    assert_eq!(wait_for(&mut client, "err").await["payload"]["code"], "role_needed");
    let id = house.api.identity.tokens()[0].id.clone();
    house.api.identity.revoke_token(&id).await.expect("revoked");
    say(&mut client, json!({ "type": "command", "client_op_id": "2", "payload": { "command": "start_stream" } })).await;
    assert_eq!(u16::from(closed_with(&mut client).await), 4401);

    let mut silent = connect(&address).await;
    say(&mut silent, json!({ "type": "subscribe", "payload": { "rooms": ["show"] } })).await;
    assert_eq!(u16::from(closed_with(&mut silent).await), 4401);
    let mut wrong = connect(&address).await;
    say(&mut wrong, json!({ "type": "hello", "payload": { "protocol": 1, "token": "mqt_nothing" } })).await;
    assert_eq!(u16::from(closed_with(&mut wrong).await), 4401);
    let other = api_token(&house, Role::Viewer).await;
    let mut in_query = connect(&format!("{address}/?preview=off&access_token={other}")).await;
    wait_for(&mut in_query, "stateUpdate").await;
}

#[tokio::test]
async fn requests_are_counted_by_client() {
    let clock = Clock::manual(ShowTime(1_700_000_000_000_000));
    let settings = Settings { on_this_machine_only: true, rate_limit: Some(1.0), ..Settings::default() };
    let house = House::open_with(clock, settings).await;
    let from = |address: &str| {
        let mut request = Request::post("/api/stream/stop").body(Body::empty()).expect("one");
        request.extensions_mut().insert(Peer(address.parse().expect("an address")));
        request
    };
    for _ in 0..1_000 {
        house.send(from("127.0.0.1:5000")).await.refused(409, "not_live");
    }
    let limited = house.send(from("127.0.0.1:5001")).await.refused(429, "rate_limited");
    assert_eq!(limited.header("retry-after"), "1");
    house.send(from("127.0.0.2:5000")).await.refused(409, "not_live");
    house.ask("GET", "/api/health").await.expect(200);
}

#[tokio::test]
async fn whoever_sends_several_commands_needs_the_role_for_each() {
    let (house, _) = guarded().await;
    let (operator, admin) = (api_token(&house, Role::Operator).await, api_token(&house, Role::Admin).await);
    let put = json!({ "kind": "record", "format": "mkv" });
    let tell = async |token: &str, method: &str, path: &str, body: Value| {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json").body(Body::from(body.to_string()));
        house.send(request.expect("a request")).await
    };
    tell(&admin, "PUT", "/api/destinations/tape", put).await.expect(201);
    let off = json!({ "command": "change_destination", "destination": "tape", "patch": { "enabled": false } });
    let set = json!({ "command": "set_value", "name": "n", "value": 1 });
    let batch = json!({ "commands": [set, off.clone()] });
    tell(&operator, "POST", "/api/batch", batch.clone()).await.refused(403, "role_needed");
    let inner = json!({ "command": "batch", "commands": [off.clone()] });
    for command in [off, inner] {
        let define = json!({ "items": [{ "command": command }] });
        tell(&operator, "PUT", "/api/macros/m", define.clone()).await.refused(403, "role_needed");
        tell(&admin, "PUT", "/api/macros/m", define).await;
    }
    assert_eq!(house.api.state.snapshot().show.values.len(), 0);
    tell(&admin, "POST", "/api/batch", batch).await.expect(200);
    tell(&operator, "POST", "/api/macros/m/run", json!({})).await.expect(200);
}
