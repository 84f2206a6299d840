//! Who gets in, from outside: a real server, told to be reached by others, with TLS, and watched for what it says.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::server::{self, Server};
use crate::support::tls::{certificate, curl};
use crate::support::users::{add_user, log_in};
use crate::support::{PATIENCE, eventually};

#[test]
fn beyond_loopback_there_is_an_admin_with_a_password_shown_once() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    // Told to listen everywhere, and asked at loopback.
    let server = Server::start_in(&data_dir, &["--http", "0.0.0.0:0"]);
    let password = eventually("the password is shown", PATIENCE, || {
        let log = server.log();
        let line = log.lines().find(|line| line.contains("The first user is admin"))?.to_owned();
        Some(line.rsplit(' ').next()?.to_owned())
    });
    server.http.get("/api/show").refused(401, "login_required");
    assert_eq!(server.http.get("/api/health").ok().json(), json!({"status": "ok"}));
    assert_eq!(log_in(&server, "admin", &password)["user"]["role"], "admin");
    drop(server);
    let again = Server::start_in(&data_dir, &["--http", "0.0.0.0:0"]);
    again.http.get("/api/show").refused(401, "login_required");
    assert!(!again.log().contains("The first user is admin"));
}

#[test]
fn the_first_password_can_come_from_the_configuration() {
    let server = Server::start(&["--http", "0.0.0.0:0", "--admin-password", "canary-from-config", "--log", "trace"]);
    log_in(&server, "admin", "canary-from-config");
    assert!(!server.log().contains("canary-from-config"));
}

#[test]
fn a_log_at_its_loudest_holds_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    add_user(&data_dir, "root", "admin", "canary-password");
    let server = Server::start_in(&data_dir, &["--log", "trace"]);
    let session = log_in(&server, "root", "canary-password");
    let access = session["access_token"].as_str().unwrap().to_owned();
    let refresh = session["refresh_token"].as_str().unwrap().to_owned();
    let bearer = format!("Authorization: Bearer {access}");
    let ask = |method: &str, path: &str, body: &str| {
        let url = format!("{}{path}", server.http.base);
        curl(&["-X", method, "-H", &bearer, "-H", "content-type: application/json", "-d", body, &url])
    };
    let made: Value = serde_json::from_str(&ask("POST", "/api/tokens", r#"{"name":"t","role":"viewer"}"#)).unwrap();
    let token = made["token"].as_str().unwrap().to_owned();
    ask("PUT", "/api/destinations/tv", r#"{"kind":"rtmp","url":"rtmp://127.0.0.1:9/live","key":"canary-key"}"#);
    ask("POST", "/api/stream/start", "");
    ask("POST", "/api/auth/login", r#"{"username":"root","password":"wrong-canary"}"#);
    ask("POST", "/api/auth/login", r#"{"username":"root","password":{"wrong-canary":1}}"#);
    ask("POST", "/api/users", r#"{"name":"x","password":["wrong-canary"],"role":"admin"}"#);
    curl(&[&format!("{}/api/show?access_token={token}", server.http.base)]);
    curl(&["-H", "Authorization: Bearer mqt_wrong-canary", &format!("{}/api/show", server.http.base)]);
    ask("POST", "/api/auth/refresh", &json!({"refresh_token": refresh}).to_string());
    eventually("the destination is tried", PATIENCE, || server.log().contains("tv").then_some(()));
    let metrics = curl(&["-H", &bearer, &format!("{}/metrics", server.http.base)]);
    assert!(metrics.contains("marquee_commands_accepted_total"), "{metrics}");
    let log = server.log();
    assert!(log.contains("was refused"), "the log is written");
    for canary in ["canary-password", "canary-key", "wrong-canary", &access, &refresh, &token] {
        assert!(!log.contains(canary), "the log holds {canary}");
        assert!(!metrics.contains(canary), "the metrics hold {canary}");
    }
}

#[test]
fn https_and_wss_are_spoken_with_the_given_certificate() {
    let dir = tempfile::tempdir().unwrap();
    certificate(dir.path(), "first");
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let server =
        Server::start_in(&dir.path().join("data"), &["--tls-cert", &file("cert.pem"), "--tls-key", &file("key.pem")]);
    let url = format!("https://{}", server.http.address());
    let said = curl(&["--cacert", &file("cert.pem"), &format!("{url}/api/addresses")]);
    assert!(said.contains(&format!("\"http\":\"https://{}/\"", server.http.address())) && said.contains("wss://"), "{said}");
    assert!(curl(&[&format!("{url}/api/show")]).contains("certificate"), "a certificate that nobody trusts is not trusted");
    let plain = curl(&[&format!("http://{}/api/show", server.http.address())]);
    assert!(!plain.contains("seq"), "nothing is said in the clear: {plain}");
    let upgrade = ["-i", "-N", "-H", "connection: upgrade", "-H", "upgrade: websocket", "-H", "sec-websocket-version: 13"];
    let key = ["-H", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==", "--max-time", "2", "--cacert"];
    let said = curl(&[&upgrade[..], &key, &[&file("cert.pem"), &format!("{url}/ws?preview=off")]].concat());
    assert!(said.contains("101 Switching") && said.contains("stateUpdate"), "{said}");
}

#[test]
fn a_bad_certificate_stops_the_start() {
    let dir = tempfile::tempdir().unwrap();
    certificate(dir.path(), "first");
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(dir.path().join("empty.pem"), "").unwrap();
    for (cert, key, blamed) in
        [("none.pem", "key.pem", "none.pem"), ("empty.pem", "key.pem", "empty.pem"), ("cert.pem", "cert.pem", "cert.pem")]
    {
        let flags = ["--tls-cert", &file(cert), "--tls-key", &file(key)];
        let output = server::command(&dir.path().join("data"), &flags).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(64) && said.contains("tls_cert") && said.contains(blamed), "{said}");
    }
}

#[test]
fn where_there_are_users_a_player_shows_a_token() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    add_user(&data_dir, "root", "admin", "a-long-password");
    let server = Server::start_in(&data_dir, &["--demo", "--live"]);
    let session = log_in(&server, "root", "a-long-password");
    let token = session["access_token"].as_str().unwrap();
    let probe = |url: &str| {
        let arguments = ["-v", "error", "-show_entries", "stream=codec_name", "-of", "compact", url];
        let output = Command::new("ffprobe").args(arguments).output().expect("ffprobe is installed");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert!(!probe(&server.rtmp).0);
    let (fine, said) = probe(&format!("{}?access_token={token}", server.rtmp));
    assert!(fine && said.contains("h264"), "{said}");
}

#[test]
fn long_answers_are_compressed_for_who_wants_it() {
    let server = Server::start(&["--demo"]);
    let url = format!("{}/api/openapi.json", server.http.base);
    let sizes = |more: &[&str]| curl(&[more, &["-o", "/dev/null", "-w", "%{size_download}", &url]].concat());
    let (plain, packed): (usize, usize) =
        (sizes(&[]).parse().unwrap(), sizes(&["-H", "accept-encoding: gzip"]).parse().unwrap());
    assert!(packed * 5 < plain, "{packed} of {plain} bytes");
}
