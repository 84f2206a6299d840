//! Restarting the machine and switching it off, with python-dbusmock's logind; by hand and over REST.

#![cfg(feature = "wifi")]

use marquee::base::clock::Clock;
use marquee::devices::system::{Power, PowerAction, PowerError, PowerSettings};
use marquee::show::time::ShowTime;
use serde_json::{Value, json};

use super::support::bus::PrivateBus;
use super::support::dbusmock::login;
use super::support::server::Server;

fn power(bus: &PrivateBus) -> Power {
    Power::new(PowerSettings { enabled: true, bus: bus.at() }, Clock::manual(ShowTime(0)))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machine_is_restarted_only_when_that_is_confirmed() {
    let bus = PrivateBus::start();
    let mock = login(&bus).await;
    let power = power(&bus);
    let first = power.ask(PowerAction::PowerOff).await.unwrap();
    let asked = power.ask(PowerAction::Reboot).await.unwrap();
    assert_eq!(asked.until, ShowTime(30_000_000));
    assert_eq!(
        power.confirm(first.token.reveal()).await,
        Err(PowerError::WrongToken),
        "it was asked for something else since"
    );
    let before = mock.heard("CanReboot");
    assert!(!before.contains(" Reboot ") && !before.contains(" PowerOff "), "{before}");
    assert_eq!(power.confirm(asked.token.reveal()).await, Ok(PowerAction::Reboot));
    mock.heard(" Reboot False");
    assert_eq!(power.confirm(asked.token.reveal()).await, Err(PowerError::NothingToConfirm));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machine_is_switched_off() {
    let bus = PrivateBus::start();
    let mock = login(&bus).await;
    let power = power(&bus);
    let asked = power.ask(PowerAction::PowerOff).await.unwrap();
    assert_eq!(power.confirm(asked.token.reveal()).await, Ok(PowerAction::PowerOff));
    mock.heard(" PowerOff False");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_do_it_that_is_said() {
    let bus = PrivateBus::start();
    let error = power(&bus).ask(PowerAction::Reboot).await.unwrap_err();
    assert_eq!(error.code(), "power_unavailable");
}

fn ask(server: &Server, action: &str) -> Value {
    server.http.post("/api/system/power", &json!({ "action": action })).ok().json()["data"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn over_rest_the_machine_goes_down_only_with_the_token_of_the_last_question() {
    let bus = PrivateBus::start();
    let mock = login(&bus).await;
    let server = bus.server(&["--power=true", "--log", "trace"]);
    let confirm = |token: &Value| server.http.post("/api/system/power/confirm", &json!({ "token": token }));
    confirm(&json!("of nothing")).refused(409, "nothing_to_confirm");
    server.http.post("/api/system/power", &json!({"action": "dance"})).refused(400, "invalid_body");
    let first = ask(&server, "power_off");
    let asked = ask(&server, "reboot");
    assert_eq!(asked["action"], "reboot");
    confirm(&first["token"]).refused(403, "wrong_token");
    let before = mock.heard("CanReboot");
    assert!(!before.contains(" Reboot ") && !before.contains(" PowerOff "), "{before}");
    assert_eq!(confirm(&asked["token"]).ok().json()["data"]["action"], "reboot");
    mock.heard(" Reboot False");
    assert!(!server.log().contains(asked["token"].as_str().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_rest_power_is_off_unless_it_is_asked_for_and_told_where_nobody_can() {
    let bus = PrivateBus::start();
    let off = bus.server(&[]);
    off.http.post("/api/system/power", &json!({"action": "reboot"})).refused(403, "power_switched_off");
    let on = bus.server(&["--power=true"]);
    on.http.post("/api/system/power", &json!({"action": "reboot"})).refused(503, "power_unavailable");
}
