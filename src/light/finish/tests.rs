use proptest::prelude::*;

use super::*;
use crate::show::light::correction::{ColorOrder, PixelPower, WhiteChannel};

fn plain() -> Correction {
    Correction { gamma: 1.0, ..Correction::default() }
}

fn greys() -> Vec<[f32; 3]> {
    (0..=255).map(|step| [step as f32 / 255.0; 3]).collect()
}

fn bytes(finish: &mut Finish, scale: f32, dither: bool) -> Vec<u8> {
    let mut out = Vec::new();
    finish.write(scale, dither, &mut out);
    out
}

/// What bytes on the wire draw; `full_mw` in their order.
fn drawn(bytes: &[u8], full_mw: &[f64]) -> f64 {
    bytes.iter().zip(full_mw.iter().cycle()).map(|(step, mw)| f64::from(*step) / 255.0 * mw).sum()
}

#[test]
fn without_corrections_every_byte_goes_through() {
    let mut finish = Finish::new(&plain(), 256, 3);
    finish.light(&greys());
    let wanted: Vec<u8> = (0..=255).flat_map(|step| [step; 3]).collect();
    assert_eq!(bytes(&mut finish, 1.0, false), wanted);
    let mut words = Vec::new();
    finish.write16(1.0, false, &mut words);
    assert!(words.iter().zip(&wanted).all(|(word, byte)| *word == u16::from(*byte) * 257));
}

#[test]
fn a_fixture_shows_its_pixels_in_its_order() {
    let mut finish = Finish::new(&Correction { order: ColorOrder::Grb, ..plain() }, 2, 3);
    finish.light(&[[1.0, 0.2, 0.4], [0.0, 0.0, 1.0]]);
    assert_eq!(bytes(&mut finish, 1.0, false), [51, 255, 102, 0, 0, 255]);
    assert_eq!(bytes(&mut finish, 0.5, false), [25, 127, 51, 0, 0, 127], "rounded down while power is short");
}

#[test]
fn four_channels_are_colours_and_white() {
    let correction = Correction { white_channel: WhiteChannel::Min, ..plain() };
    let mut finish = Finish::new(&correction, 1, 4);
    finish.light(&[[1.0, 0.6, 0.2]]);
    assert_eq!(bytes(&mut finish, 1.0, false), [204, 102, 0, 51]);
    assert_eq!((Finish::new(&correction, 5, 0).pixels(), Finish::new(&correction, 5, 9).pwm().len()), (5, 15));
}

#[test]
fn pixels_that_a_frame_does_not_have_are_dark() {
    let mut finish = Finish::new(&plain(), 3, 3);
    finish.light(&[[1.0; 3]; 9]);
    assert_eq!(bytes(&mut finish, 1.0, false), [255; 9]);
    finish.light(&[[1.0; 3]]);
    assert_eq!(bytes(&mut finish, 1.0, false), [255, 255, 255, 0, 0, 0, 0, 0, 0]);
    finish.light(&[[f32::NAN, f32::INFINITY, -1.0]]);
    assert_eq!(bytes(&mut finish, f32::NAN, false), [0; 9]);
    assert_eq!(bytes(&mut finish, 9.0, true), [0, 255, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_fixture_draws_what_its_light_does() {
    let mut finish = Finish::new(&plain(), 10, 3);
    assert_eq!(finish.draw(), Draw { idle_mw: 50.0, lit_mw: 0.0 });
    finish.light(&[[1.0; 3]; 10]);
    assert_eq!(finish.draw().total_mw(), 10.0 * (80.0 + 55.0 + 75.0 + 5.0));
    let mut white = Finish::new(&plain(), 10, 4);
    white.light(&[[1.0; 3]; 10]);
    assert_eq!(white.draw().total_mw(), 10.0 * (100.0 + 5.0));
    let mut dim = Finish::new(&Correction { gamma: 2.0, ..plain() }, 10, 3);
    dim.light(&[[0.5; 3]; 10]);
    assert!((dim.draw().lit_mw - 10.0 * 210.0 * 0.25).abs() < 0.01, "power follows light, not what is coded");
}

#[test]
fn another_correction_holds_from_the_next_frame_on() {
    let mut finish = Finish::new(&plain(), 1, 3);
    let power = PixelPower { idle_ma: 2.0, ..PixelPower::default() };
    finish.set(&Correction { brightness: 0.2, order: ColorOrder::Bgr, power, ..plain() });
    finish.light(&[[1.0, 0.5, 0.0]]);
    assert_eq!((bytes(&mut finish, 1.0, false), finish.draw().idle_mw), (vec![0, 26, 51], 10.0));
}

#[test]
fn buffers_are_kept() {
    let mut finish = Finish::new(&plain(), 1_000, 4);
    let mut out = Vec::new();
    finish.light(&[[0.3; 3]; 1_000]);
    finish.write(1.0, false, &mut out);
    let before = (out.as_ptr(), finish.pwm().as_ptr());
    for dither in [true, false] {
        finish.set(&Correction { gamma: 2.8, ..plain() });
        finish.light(&[[0.6; 3]; 2_000]);
        finish.write(0.5, dither, &mut out);
    }
    assert_eq!((out.as_ptr(), finish.pwm().as_ptr()), before);
}

#[test]
fn at_two_percent_brightness_all_levels_are_there_over_time() {
    let mut finish = Finish::new(&Correction { brightness: 0.02, ..plain() }, 256, 3);
    let mut sums = vec![0_u32; 256];
    for _ in 0..256 {
        finish.light(&greys());
        let shown = bytes(&mut finish, 1.0, true);
        sums.iter_mut().zip(shown.chunks(3)).for_each(|(sum, pixel)| *sum += u32::from(pixel[0]));
    }
    sums.dedup();
    assert!(sums.is_sorted() && sums.len() >= 200, "{}", sums.len());
}

proptest! {
    #[test]
    fn fixtures_on_one_supply_stay_under_its_budget_on_the_wire(
        frames in proptest::collection::vec(prop::array::uniform3(0.0_f32..=1.0), 40..80),
        budget_lit in 0.0..6_000.0, channels in 3_usize..=4,
    ) {
        let full_mw = [55.0, 80.0, 75.0, 100.0];
        let correction = Correction { order: ColorOrder::Grb, ..Correction::default() };
        let mut fixtures = [Finish::new(&correction, 30, channels), Finish::new(&correction, 50, channels)];
        fixtures.iter_mut().for_each(|finish| finish.light(&frames));
        let all: Draw = fixtures.iter().map(Finish::draw).sum();
        let scale = PowerLimit::new().scale(all, all.idle_mw + budget_lit, 0.01);
        prop_assume!(scale < 1.0);
        let on_wire: f64 = fixtures.iter_mut().map(|finish| drawn(&bytes(finish, scale, false), &full_mw[..channels])).sum();
        prop_assert!(on_wire <= budget_lit * (1.0 + 1e-5), "{on_wire} of {budget_lit}");
        let mut over_time = 0.0;
        for _ in 0..64 {
            let once: f64 = fixtures.iter_mut().map(|it| drawn(&bytes(it, scale, true), &full_mw[..channels])).sum();
            over_time += once / 64.0;
        }
        // A last step may be open in every channel after 64 frames.
        let open = 80.0 * full_mw[..channels].iter().sum::<f64>() / 255.0 / 64.0;
        prop_assert!(over_time <= budget_lit + open, "{over_time} of {budget_lit}");
    }
}
