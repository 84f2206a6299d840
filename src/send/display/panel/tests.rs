use std::rc::Rc;

use serde_json::json;

use super::fake::{FakePin, FakeSpi, Glass, NoDelay};
use super::*;
use crate::send::display::damage::Damage;
use crate::show::display::Driver;

type FakePanel = PanelSurface<FakeSpi, FakePin>;

fn panel(driver: Driver, width: u16, height: u16) -> Panel {
    let text = json!({"driver": driver, "dc_gpio": 25, "width": width, "height": height});
    serde_json::from_value(text).unwrap()
}

fn woken(panel: &Panel, longest: usize) -> (Rc<Glass>, FakePanel) {
    let glass = Glass::new(panel.driver.size());
    let pins = Pins {
        spi: FakeSpi(glass.clone()),
        dc: FakePin::Dc(glass.clone()),
        reset: panel.reset_gpio.map(|_| FakePin::Reset(glass.clone())),
        backlight: panel.backlight_gpio.map(|_| FakePin::Light(glass.clone())),
    };
    let surface = PanelSurface::new(panel, pins, longest, &mut NoDelay).unwrap();
    (glass, surface)
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Picture after picture, each a little changed, and only the changes are sent.
fn check(panel: &Panel, longest: usize) {
    let (glass, mut surface) = woken(panel, longest);
    let (size, bytes) = (surface.size(), surface.format().bytes());
    assert_eq!(bytes, glass.state.borrow().pixel_bytes, "it was told what pixels are");
    let stride = size.0 as usize * bytes;
    let mut picture = noise(stride * size.1 as usize);
    let mut damage = Damage::new(size, bytes);
    let opening = (panel.offset_x.into(), panel.offset_y.into());
    for turn in 0..6 {
        surface.show(&picture, stride, damage.find(&picture)).unwrap();
        assert_eq!(glass.seen(opening, (size.0 as usize, size.1 as usize)), picture, "{panel:?}, turn {turn}");
        for change in 0..turn {
            let place = (turn * 7_919 + change * 104_729) % picture.len();
            picture[place] ^= 0xff;
        }
    }
    let whole = picture.len();
    let state = glass.state.borrow();
    assert!(state.pixels_sent >= whole && state.pixels_sent < 3 * whole, "{} of {whole}", state.pixels_sent);
    assert!(state.longest_write <= longest, "{}", state.longest_write);
    assert!(state.on);
}

#[test]
fn every_panel_shows_the_picture_after_partial_updates() {
    for driver in Driver::ALL {
        let (width, height) = driver.size();
        check(&panel(driver, width, height), 4_096);
    }
}

#[test]
fn a_glass_that_is_smaller_than_the_memory_shows_it_where_it_is() {
    let small = Panel { offset_x: 52, offset_y: 40, ..panel(Driver::St7789, 135, 240) };
    check(&small, 4_096);
    check(&Panel { mirrored: true, ..small }, 4_096);
    check(&Panel { offset_x: 2, offset_y: 1, mirrored: true, ..panel(Driver::St7735, 128, 160) }, 4_096);
}

#[test]
fn pieces_are_never_longer_than_the_port_takes() {
    for longest in [64, 100, 481, 65_536] {
        check(&panel(Driver::Ili9341, 240, 320), longest);
        check(&panel(Driver::Ili9488, 320, 480), longest);
    }
}

#[test]
fn a_panel_is_told_how_it_is_made() {
    let made = Panel { inverted: true, bgr: true, mirrored: true, ..panel(Driver::St7789, 240, 240) };
    let (glass, _surface) = woken(&made, 4_096);
    let state = glass.state.borrow();
    assert!(state.inverted && state.bgr && state.mirrored);
    let (glass, _surface) = woken(&panel(Driver::St7789, 240, 240), 4_096);
    let state = glass.state.borrow();
    assert!(!state.inverted && !state.bgr && !state.mirrored);
}

#[test]
fn the_light_goes_on_with_the_first_picture_and_off_at_the_end() {
    let lit = Panel { backlight_gpio: Some(18), reset_gpio: Some(27), ..panel(Driver::Gc9a01, 240, 240) };
    let (glass, mut surface) = woken(&lit, 4_096);
    assert!(!glass.light.get() && glass.resets.get() == 1);
    let whole = Rect { x: 0, y: 0, width: 240, height: 240 };
    surface.show(&noise(240 * 240 * 2), 480, &[whole]).unwrap();
    assert!(glass.light.get());
    drop(surface);
    assert!(!glass.light.get());
}

#[test]
fn nothing_is_sent_of_what_did_not_change() {
    let (glass, mut surface) = woken(&panel(Driver::St7789, 240, 320), 4_096);
    let picture = noise(240 * 320 * 2);
    surface.show(&picture, 480, &[]).unwrap();
    assert_eq!(glass.state.borrow().pixels_sent, 0);
    surface.show(&picture, 480, &[Rect { x: 32, y: 16, width: 64, height: 32 }]).unwrap();
    assert_eq!(glass.state.borrow().pixels_sent, 64 * 32 * 2);
}

#[test]
fn a_torn_wire_is_told_and_mended() {
    let (glass, mut surface) = woken(&panel(Driver::St7789, 240, 240), 4_096);
    let picture = noise(240 * 240 * 2);
    let whole = [Rect { x: 0, y: 0, width: 240, height: 240 }];
    // At the first command, and in the midst of pixels.
    for taken in [0, 7] {
        glass.taken.set(Some(taken));
        assert_eq!(surface.show(&picture, 480, &whole), Err(DisplayError::Io("panel: Spi(Torn)".to_owned())));
    }
    glass.taken.set(None);
    surface.show(&picture, 480, &whole).unwrap();
    assert_eq!(glass.seen((0, 0), (240, 240)), picture);
}

#[test]
fn what_can_not_be_is_refused() {
    let wake = |panel: &Panel| {
        let glass = Glass::new((400, 600));
        let pins = Pins { spi: FakeSpi(glass.clone()), dc: FakePin::Dc(glass.clone()), reset: None, backlight: None };
        PanelSurface::new(panel, pins, 4_096, &mut NoDelay).err()
    };
    for panel in [
        panel(Driver::St7789, 320, 240),
        Panel { offset_x: 1, ..panel(Driver::St7789, 240, 320) },
        panel(Driver::St7789, 0, 240),
        Panel { mirrored: true, ..panel(Driver::Ili9225, 176, 220) },
    ] {
        assert!(matches!(wake(&panel), Some(DisplayError::Unsuitable { .. })), "{panel:?}");
    }
    assert!(wake(&panel(Driver::Ili9225, 176, 220)).is_none());
}
