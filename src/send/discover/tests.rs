use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use mdns_sd::{ResolvedService, ServiceInfo};
use proptest::prelude::*;

use super::*;

fn service(name: &str, addresses: &str, mac: &str) -> ResolvedService {
    let info = ServiceInfo::new(SERVICE, name, "wled-stage.local.", addresses, 80, &[("mac", mac)][..]);
    info.unwrap().as_resolved_service()
}

fn found(name: &str, addresses: &str, mac: &str) -> Option<Found> {
    Found::read(&service(name, addresses, mac))
}

#[test]
fn a_controller_is_found_with_what_it_tells() {
    let wanted = Found {
        name: "Stage left".to_owned(),
        host: "wled-stage.local".to_owned(),
        address: [192, 168, 1, 7].into(),
        port: 80,
        mac: Some("a0b1c2d3e4f5".to_owned()),
    };
    assert_eq!(found("Stage left", "192.168.1.7", "A0:B1:C2:D3:E4:F5"), Some(wanted.clone()));
    assert_eq!(found("Stage left", "192.168.1.7", "a0b1c2d3e4f5"), Some(wanted));
}

#[test]
fn names_are_as_they_were_given_and_without_what_moves_a_cursor() {
    #[track_caller]
    fn check(name: &str, wanted: &str) {
        assert_eq!(found(name, "192.168.1.7", "").unwrap().name, wanted);
    }
    check("Stage 2.5", "Stage 2.5");
    check("a\\b", "a\\b");
    check("Bühne", "Bühne");
    check("red\u{1b}[31m\n", "red[31m");
}

#[test]
fn what_is_no_mac_is_none() {
    for bad in ["", "a0b1c2d3e4", "a0b1c2d3e4fg", "a0b1c2d3e4f5f6", "'; drop"] {
        assert_eq!(found("x", "192.168.1.7", bad).unwrap().mac, None, "{bad}");
    }
}

#[test]
fn of_several_addresses_the_one_that_is_reached_best_is_taken() {
    #[track_caller]
    fn check(addresses: &str, wanted: &str) {
        assert_eq!(found("x", addresses, "").unwrap().address, wanted.parse::<std::net::IpAddr>().unwrap());
    }
    check("fe80::1,192.168.1.7,fd00::1", "192.168.1.7");
    check("169.254.3.3,192.168.1.9,192.168.1.7", "192.168.1.7");
    check("fe80::1,fd00::1", "fd00::1");
    check("fe80::1", "fe80::1");
    let mut nowhere = service("x", "192.168.1.7", "");
    nowhere.addresses.clear();
    assert_eq!(Found::read(&nowhere), None);
}

#[test]
fn a_controller_that_is_told_twice_is_listed_once_as_it_was_told_last() {
    let mut list = FoundList::default();
    list.add(found("b", "192.168.1.7", "a0b1c2d3e4f5"));
    list.add(found("a", "192.168.1.8", "000000000000"));
    list.add(found("c", "192.168.1.9", "a0b1c2d3e4f5"));
    list.add(None);
    let names: Vec<_> = list.sorted().into_iter().map(|found| (found.name, found.address.to_string())).collect();
    assert_eq!(names, [("a".to_owned(), "192.168.1.8".to_owned()), ("c".to_owned(), "192.168.1.9".to_owned())]);
}

#[test]
fn controllers_without_a_mac_are_told_apart_by_their_host() {
    let mut list = FoundList::default();
    for host in ["one", "two", "one"] {
        list.add(found("x", "192.168.1.7", "").map(|found| Found { host: host.to_owned(), ..found }));
    }
    assert_eq!(list.sorted().len(), 2);
}

#[test]
fn somebody_who_invents_controllers_does_not_fill_the_memory() {
    let mut list = FoundList::default();
    for number in 0..2_000 {
        list.add(found("x", "192.168.1.7", &format!("{number:012x}")));
    }
    assert_eq!(list.sorted().len(), 256);
}

proptest! {
    #[test]
    fn no_service_makes_it_fail(fullname in ".{0,300}", host in ".{0,300}", mac in "\\PC{0,30}", port: u16) {
        let mut strange = service("x", "192.168.1.7", &mac);
        (strange.fullname, strange.host, strange.port) = (fullname, host, port);
        let found = Found::read(&strange).unwrap();
        prop_assert!(found.name.chars().count() <= 255 && found.host.chars().count() <= 255);
        prop_assert!(found.mac.is_none_or(|mac| mac.len() == 12));
    }
}

#[expect(clippy::disallowed_methods, reason = "the other side of this test keeps real time")]
fn clock() -> impl Fn() -> i64 {
    let began = Instant::now();
    move || i64::try_from(began.elapsed().as_micros()).unwrap()
}

/// Without a network that carries groups there is nothing to be found.
fn there_is_multicast() -> bool {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    socket.join_multicast_v4(&Ipv4Addr::new(224, 0, 0, 251), &Ipv4Addr::UNSPECIFIED).is_ok()
}

#[test]
fn a_controller_of_this_machine_is_found() {
    if !there_is_multicast() {
        return;
    }
    let daemon = ServiceDaemon::new().unwrap();
    let id = format!("{:012x}", std::process::id());
    let (name, host) = (format!("Stage {id}"), format!("wled-{id}.local."));
    let info = ServiceInfo::new(SERVICE, &name, &host, "", 8_080, &[("mac", id.as_str())][..]).unwrap().enable_addr_auto();
    let whole = info.get_fullname().to_owned();
    daemon.register(info).unwrap();
    let found =
        (0..5).find_map(|_| wled(Duration::from_secs(2), clock()).unwrap().into_iter().find(|found| found.name == name));
    daemon.unregister(&whole).unwrap().recv().ok();
    daemon.shutdown().ok();
    let found = found.expect("it tells everybody that it is there");
    assert_eq!((found.host, found.port, found.mac), (format!("wled-{id}.local"), 8_080, Some(id)));
}

#[test]
fn a_search_without_time_finds_nothing() {
    assert_eq!(wled(Duration::ZERO, || 0).unwrap(), []);
}
