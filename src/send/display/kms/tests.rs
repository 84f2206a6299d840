use super::choice::{Connector, Plugged, Timing, Way, cards, connector, mode, source, way};
use crate::send::display::DisplayError;
use crate::show::display::Mode;

fn connectors() -> [Connector; 4] {
    let named = |name: &str, plugged| Connector { name: name.to_owned(), plugged, is_taken: false };
    [
        named("Writeback-1", Plugged::Maybe),
        named("HDMI-A-1", Plugged::No),
        named("HDMI-A-2", Plugged::Yes),
        named("DSI-1", Plugged::Yes),
    ]
}

#[test]
fn the_first_connector_with_a_screen_is_taken_unless_another_is_wanted() {
    let all = connectors();
    assert_eq!(connector(&all, None), Ok(2));
    assert_eq!(connector(&all, Some("DSI-1")), Ok(3));
    assert_eq!(connector(&all, Some("Writeback-1")), Ok(0));
}

#[test]
fn a_connector_without_a_screen_is_told_apart_from_one_that_does_not_exist() {
    let told = |wanted| connector(&connectors(), wanted).unwrap_err().to_string();
    assert!(told(Some("HDMI-A-1")).starts_with("a screen on HDMI-A-1 is not there"), "{}", told(Some("HDMI-A-1")));
    assert!(told(Some("VGA-1")).starts_with("the connector VGA-1 (of Writeback-1, HDMI-A-1, HDMI-A-2, DSI-1)"));
    assert!(connector(&[], None).is_err_and(|error| matches!(error, DisplayError::Absent { .. })));
}

#[test]
fn two_displays_do_not_share_a_connector() {
    let mut all = connectors();
    all[2].is_taken = true;
    assert_eq!(connector(&all, None), Ok(3));
    assert!(connector(&all, Some("HDMI-A-2")).is_err_and(|error| error.is_refusal()));
}

const fn timing(width: u16, height: u16, hz: u32) -> Timing {
    Timing { size: (width, height), hz, is_preferred: false, is_interlaced: false }
}

const TIMINGS: [Timing; 7] = [
    timing(1280, 720, 60),
    Timing { is_preferred: true, ..timing(1920, 1080, 50) },
    Timing { is_interlaced: true, ..timing(1920, 1080, 60) },
    timing(1920, 1080, 60),
    timing(1920, 1080, 24),
    timing(800, 600, 75),
    timing(800, 600, 60),
];

#[test]
fn a_mode_is_the_wanted_one_or_what_the_screen_prefers() {
    #[track_caller]
    fn check(wanted: Option<&str>, expected: usize) {
        let wanted = wanted.map(|text| Mode::try_from(text.to_owned()).unwrap());
        assert_eq!(mode(&TIMINGS, wanted), Ok(expected));
    }
    check(None, 1);
    check(Some("1920x1080"), 1);
    check(Some("1920x1080@60"), 3);
    check(Some("1920x1080@25"), 4);
    check(Some("800x600"), 5);
    check(Some("800x600@61"), 6);
    assert_eq!(mode(&[timing(640, 480, 60), timing(1024, 768, 60)], None), Ok(0), "the first, if it prefers none");
}

#[test]
fn a_mode_that_the_screen_has_not_is_told_with_those_it_has() {
    let wanted = |text: &str| Mode::try_from(text.to_owned()).ok();
    let told = mode(&TIMINGS, wanted("1920x1200")).unwrap_err();
    assert!(told.is_refusal() && told.to_string().contains("1280x720@60"), "{told}");
    assert!(mode(&TIMINGS, wanted("1920x1080@30")).is_err(), "none is near");
    assert!(mode(&[], None).is_err());
    assert!(mode(&[timing(0, 0, 60), timing(u16::MAX, 10, 60)], None).is_err());
}

#[test]
fn a_source_is_the_one_in_use_or_one_that_is_free() {
    assert_eq!(source(Some(2), &[1, 2, 3], &[]), Ok(2));
    assert_eq!(source(Some(2), &[1, 2, 3], &[2]), Ok(1));
    assert_eq!(source(Some(9), &[1, 2, 3], &[1]), Ok(2));
    assert_eq!(source(None, &[1, 2], &[]), Ok(1));
    assert!(source(Some(1), &[1, 2], &[1, 2]).is_err());
    assert!(source::<u8>(None, &[], &[]).is_err());
}

#[test]
fn slow_cards_are_told_what_is_new() {
    assert_eq!(["vc4", "vkms", "i915", ""].map(way), [Way::Flip; 4]);
    assert_eq!(["panel-mipi-dbi", "ili9341", "udl"].map(way), [Way::Touch; 3]);
}

#[test]
fn cards_come_in_the_order_of_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["card10", "card2", "renderD128", "controlD64", "card", "by-path"] {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    assert_eq!(cards(folder.path()), ["card2", "card10"].map(|name| folder.path().join(name)));
    assert!(cards(&folder.path().join("nothing")).is_empty());
}

#[test]
fn what_is_no_card_can_not_be_used() {
    let cards = super::Cards::default();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("card0");
    std::fs::write(&file, "").unwrap();
    let told = super::Kms::open(&cards, Some(&file), None, None).err().unwrap();
    assert!(told.is_refusal(), "{told}");
    let told = super::Kms::open(&cards, Some(&folder.path().join("card1")), None, None).err().unwrap();
    assert!(matches!(told, DisplayError::Absent { .. }), "{told}");
}
