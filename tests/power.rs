//! Restarting the machine and switching it off, with python-dbusmock's logind.

#![cfg(feature = "wifi")]

use marquee::base::clock::Clock;
use marquee::devices::system::{Power, PowerAction, PowerError, PowerSettings};
use marquee::show::time::ShowTime;

use super::support::bus::PrivateBus;
use super::support::dbusmock::DbusMock;

async fn logind(bus: &PrivateBus) -> DbusMock {
    DbusMock::start(bus, "logind", "org.freedesktop.login1", "/org/freedesktop/login1").await
}

fn power(bus: &PrivateBus) -> Power {
    Power::new(PowerSettings { enabled: true, bus: bus.at() }, Clock::manual(ShowTime(0)))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machine_is_restarted_only_when_that_is_confirmed() {
    let bus = PrivateBus::start();
    let mock = logind(&bus).await;
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
    let mock = logind(&bus).await;
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
