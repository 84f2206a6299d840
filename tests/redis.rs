//! The copy in a real Redis: that it is right, and that nothing ever waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::redis::Redis;
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually, is_long, let_pass};

/// After Redis is back, everything must be right again within five seconds; a machine that stops now and then is no reason to fail.
fn soon() -> Duration {
    if is_long() { Duration::from_secs(5) } else { PATIENCE }
}

fn server_with(redis: &Redis, more: &[&str]) -> Server {
    Server::start(&[&["--redis", &redis.url(), "--demo"], more].concat())
}

fn seq_of(server: &Server) -> u64 {
    server.http.get("/api/show").json()["seq"].as_u64().unwrap()
}

fn json_at(redis: &Redis, key: &str) -> Option<Value> {
    serde_json::from_str(&redis.cli(&["get", key])).ok()
}

/// None as long as something is not as it should be.
fn all_right(redis: &Redis, server: &Server, prefix: &str) -> Option<u64> {
    let key = |name: &str| format!("{prefix}{name}");
    let ttl = |name: &str| redis.cli(&["ttl", &key(name)]).parse::<i64>().unwrap_or(-9);
    let seq = seq_of(server);
    let last = redis.cli(&["xrevrange", &key("marquee:changes"), "+", "-", "count", "1"]);
    let last: u64 = last.lines().next()?.split('-').next()?.parse().ok()?;
    let snapshot = json_at(redis, &key("marquee:snapshot"))?["seq"].as_u64()?;
    let right = json_at(redis, &key("stream:config"))? == server.http.get("/api/stream/config").json()
        && json_at(redis, &key("stream:state"))?["isLive"].is_boolean()
        && json_at(redis, &key("stream:metrics"))?["bufferHealth"].is_number()
        && json_at(redis, &key("system:health"))?["components"]["storage"].is_object()
        && json_at(redis, &key("system:metrics"))?["cpu"]["cores"].is_number()
        && (55..=60).contains(&ttl("stream:metrics"))
        && (55..=60).contains(&ttl("system:health"))
        && (295..=300).contains(&ttl("system:metrics"))
        && ttl("stream:state") == -1
        && ttl("stream:config") == -1
        && server.http.get("/api/health").json()["components"]["redis"]["state"] == "ok";
    // The snapshot is written once a second, so it may be a second old.
    (right && last + 5 >= seq && snapshot + 200 >= seq).then_some(last)
}

#[test]
fn redis_has_the_seeds_keys_with_their_ends_and_the_changes() {
    let redis = Redis::start();
    let server = server_with(&redis, &["--redis-prefix", "show1:"]);
    eventually("the copy is right", PATIENCE, || all_right(&redis, &server, "show1:"));
    let tv = json!({"kind": "rtmp", "url": "rtmp://127.0.0.1:9/live", "key": "canary-key"});
    server.http.put("/api/destinations/tv", &tv).ok();
    server.http.patch("/api/stream/config", &json!({"bitrate": 1234, "client_op_id": "rate-1"})).ok();
    let seq = seq_of(&server);
    let entry = eventually("the change is in the stream", PATIENCE, || {
        let id = format!("{seq}-0");
        let entry = redis.cli(&["xrange", "show1:marquee:changes", &id, &id]);
        entry.contains("stream_configured").then_some(entry)
    });
    assert!(entry.contains("1234") && entry.contains("\"door\":\"rest\"") && entry.contains("rate-1"), "{entry}");
    eventually("the snapshot follows", PATIENCE, || {
        (json_at(&redis, "show1:marquee:snapshot")?["seq"].as_u64()? >= seq).then_some(())
    });
    for key in redis.cli(&["keys", "*"]).lines() {
        assert!(key.starts_with("show1:"), "{key}");
        let value = if key.ends_with(":changes") { redis.cli(&["xrange", key, "-", "+"]) } else { redis.cli(&["get", key]) };
        assert!(!value.contains("canary-key"), "{key} holds a stream key");
        assert!(!value.contains("digest"), "{key} holds what keys can be tried on");
    }
    assert!(server.metric("marquee_redis_changes_written_total") >= 2.0);
}

#[test]
fn a_redis_that_is_not_there_at_the_start_is_found_when_it_comes() {
    let mut redis = Redis::start();
    redis.kill();
    let server = server_with(&redis, &[]);
    let health = eventually("it says so", PATIENCE, || {
        let health = server.http.get("/api/health").json();
        (health["components"]["redis"]["reason"].as_str()? != "connecting").then_some(health)
    });
    assert_eq!((&health["status"], &health["components"]["redis"]["state"]), (&json!("degraded"), &json!("degraded")));
    server.http.post("/api/stream/start", &json!({})).ok();
    redis.go();
    eventually("the copy is right", soon(), || all_right(&redis, &server, ""));
    assert_eq!(json_at(&redis, "stream:state").unwrap()["isLive"], true);
}

#[test]
fn a_wrong_password_is_said_and_never_shown() {
    let redis = Redis::start_with(&["--requirepass", "right-canary"]);
    let url = format!("redis://:wrong-canary@127.0.0.1:{}", redis.port());
    let server = Server::start(&["--redis", &url, "--log", "trace"]);
    let reason = eventually("it is refused", PATIENCE, || {
        let health = server.http.get("/api/health").json();
        let reason = health["components"]["redis"]["reason"].as_str()?.to_owned();
        reason.contains("uthentication").then_some(reason)
    });
    assert!(!reason.contains("canary"), "{reason}");
    assert!(!server.log().contains("wrong-canary"), "the log holds the password");
}

#[test]
fn redis_is_spoken_to_over_tls_with_a_password() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    crate::support::tls::authority(dir.path());
    let port = crate::support::free_port().to_string();
    let (cert, key) = (file("cert.pem"), file("key.pem"));
    let tls = ["--tls-port", &port, "--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-auth-clients", "no"];
    let redis = Redis::start_with(&[&tls[..], &["--user", "default", "on", "nopass", "~*", "+@all"]].concat());
    redis.cli(&["acl", "setuser", "marquee", "on", ">s3cret", "~*", "+@all"]);
    let url = format!("rediss://marquee:s3cret@localhost:{port}");
    let server = Server::start(&["--redis", &url, "--redis-ca", &file("ca.pem"), "--demo"]);
    eventually("the copy is right", PATIENCE, || all_right(&redis, &server, ""));
}

#[test]
fn an_empty_directory_can_begin_with_what_redis_holds() {
    let redis = Redis::start();
    let server = server_with(&redis, &[]);
    let tv = json!({"kind": "rtmp", "url": "rtmp://127.0.0.1:9/live", "key": "k"});
    server.http.put("/api/destinations/tv", &tv).ok();
    server.pattern_on_air();
    let (seq, before) = (seq_of(&server), server.http.get("/api/show").json());
    assert!(server.stop().success());
    assert_eq!(json_at(&redis, "marquee:snapshot").unwrap()["seq"], seq, "its last words are there");

    let restored = Server::start(&["--redis", &redis.url(), "--restore-from", "redis"]);
    let show = restored.http.get("/api/show").json();
    assert_eq!((&show["seq"], &show["show"]["scenes"]), (&json!(seq), &before["show"]["scenes"]));
    assert_eq!(show["show"]["program"], before["show"]["program"]);
    let tv = &show["show"]["destinations"][0];
    assert_eq!((&tv["enabled"], &tv["key_set"]), (&json!(false), &json!(false)), "without its key it is off");
    restored.http.post("/api/stream/start", &json!({})).ok();
    assert_eq!(seq_of(&restored), seq + 1);
    assert!(restored.stop().success());

    // Without being told, another server begins anew, and what was there is kept aside.
    let other = server_with(&redis, &[]);
    eventually("the copy is right", PATIENCE, || all_right(&redis, &other, ""));
    assert_eq!(json_at(&redis, "marquee:snapshot:previous").unwrap()["seq"], seq + 1);
    assert!(other.log().contains("--restore-from redis"), "it offers to go on with it");
}

/// A hundred commands a second, and how long each took.
struct Load {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<(Instant, Duration)>>,
}

#[expect(clippy::disallowed_methods, reason = "a load keeps real time")]
fn load(server: &Server) -> Load {
    let stop = Arc::new(AtomicBool::new(false));
    let (http, stopped) = (server.http.clone(), stop.clone());
    let thread = std::thread::spawn(move || {
        let mut taken = Vec::new();
        let start = Instant::now();
        for number in 0_u32.. {
            let due = start + Duration::from_millis(10) * number;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if stopped.load(Ordering::Relaxed) {
                break;
            }
            let asked = Instant::now();
            http.patch("/api/scenes/welcome/layers/title", &json!({"x": number % 1000})).ok();
            taken.push((asked, asked.elapsed()));
        }
        taken
    });
    Load { stop, thread }
}

fn figures(taken: &[(Instant, Duration)], from: Instant, to: Instant) -> String {
    let mut times: Vec<f64> =
        taken.iter().filter(|(at, _)| (from..to).contains(at)).map(|(_, took)| took.as_secs_f64() * 1e3).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    format!("{} commands, p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms", times.len(), at(0.5), at(0.99), at(0.999))
}

/// Each way in which Redis can fail, under a hundred commands a second: none is refused, and everything is right again at once.
#[test]
#[expect(clippy::disallowed_methods, reason = "phases are told apart by real time")]
fn soak_redis() {
    let lasts = |seconds| Duration::from_secs(if is_long() { seconds } else { 3 });
    let mut redis = Redis::start();
    redis.cli(&["acl", "setuser", "watcher", "on", "nopass", "~*", "&*", "+@all"]);
    let server = server_with(&redis, &["--rate-limit", "off"]);
    eventually("the copy is right", PATIENCE, || all_right(&redis, &server, ""));
    let load = load(&server);
    let mut phases = vec![("all is well", Instant::now(), Instant::now())];
    let_pass(lasts(10));
    type Act = fn(&mut Redis);
    let faults: [(&str, u64, Act, Act); 5] = [
        ("SIGKILL, restart empty", 10, Redis::kill, Redis::go),
        ("SIGSTOP", 30, |redis| redis.signal("STOP"), |redis| redis.signal("CONT")),
        (
            "maxmemory",
            10,
            |redis| drop(redis.cli(&["config", "set", "maxmemory", "1mb"])),
            |redis| drop(redis.cli(&["config", "set", "maxmemory", "0"])),
        ),
        (
            "password changed",
            10,
            |redis| {
                redis.cli(&["acl", "setuser", "watcher", "on", "nopass", "~*", "&*", "+@all"]);
                redis.cli(&["acl", "setuser", "default", "resetpass", ">other"]);
                redis.cli(&["--user", "watcher", "--pass", "x", "client", "kill", "type", "normal", "skipme", "yes"]);
            },
            |redis| drop(redis.cli(&["--user", "watcher", "--pass", "x", "acl", "setuser", "default", "nopass"])),
        ),
        ("FLUSHALL", 0, |redis| drop(redis.cli(&["flushall"])), |_| {}),
    ];
    for (name, seconds, begin, end) in faults {
        phases.last_mut().unwrap().2 = Instant::now();
        let from = Instant::now();
        begin(&mut redis);
        if seconds > 0 {
            let reason = eventually(&format!("{name}: it says so"), PATIENCE, || {
                let health = server.http.get("/api/health").json();
                let component = &health["components"]["redis"];
                (component["state"] == "degraded").then(|| component["reason"].as_str().unwrap().to_owned())
            });
            println!("{name}: degraded, {reason}");
            let_pass(lasts(seconds));
        }
        end(&mut redis);
        let back = Instant::now();
        eventually(&format!("{name}: everything is right again"), soon(), || all_right(&redis, &server, ""));
        println!("{name}: right again after {:.1} s", back.elapsed().as_secs_f64());
        phases.push((name, from, Instant::now()));
    }
    load.stop.store(true, Ordering::Relaxed);
    // A refused command ends the load's thread in a panic.
    let taken = load.thread.join().expect("no command was refused");
    for (name, from, to) in phases {
        println!("{name}: {}", figures(&taken, from, to));
    }
    println!(
        "journal: {:.2} ms a commit",
        1e3 * server.metric("marquee_journal_commit_seconds_sum") / server.metric("marquee_journal_commit_seconds_count")
    );
}
