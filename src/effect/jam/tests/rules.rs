//! What all modules keep: the same bits everywhere, nothing that is no light, no allocation, at any time.

use super::*;
use crate::frame::pixels::allocations;
use crate::show::jam::module::Setting;

fn planes() -> [Plane; 6] {
    [Plane::strip(7), Plane::strip(300), Plane::ring(24), Plane::matrix(8, 8), Plane::matrix(32, 24), Plane::default()]
}

/// A bit of everything.
fn busy() -> Jam {
    let mut jam = playing();
    jam.swing = 33;
    for step in 0..16_u8 {
        set(&mut jam, PatternId::drums(FIRST), step % 8, step, 40 + step * 4);
        set(&mut jam, PatternId::sequencer(FIRST), (step * 5) % 8, step, 100 - step * 3);
        Arc::make_mut(jam.patterns.get_mut(&PatternId::drums(FIRST)).unwrap()).cell_mut(step % 8, step).unwrap().again =
            step % 3;
    }
    for place in 0..24_i64 {
        let module = Module::ALL[place as usize % 3];
        let pitch = if module == Module::DrumMachine { place as u8 % 8 } else { 24 + 4 * place as u8 };
        note(&mut jam, module, pitch, 50 + place as u8, [place * 90, place * 90 + 300]);
    }
    let blends = [LightBlend::Add, LightBlend::Screen, LightBlend::Max, LightBlend::Overlay];
    for (module, blend) in Module::ALL.into_iter().zip(blends) {
        jam.modules.insert(module, Setting { blend, opacity: 70, ..Setting::default() });
    }
    jam
}

/// Every look there is, one after the other.
fn each_look(see: &mut dyn FnMut(&Jam, &Plane, ShowTime)) {
    for (mode, visual) in ColorMode::ALL.into_iter().zip([Visual::Spectrum, Visual::Pulse, Visual::Level]) {
        for from in [None, Some(Beat(0))] {
            let mut jam = busy();
            (jam.color_mode, jam.visual, jam.transport.from) = (mode, visual, from);
            for plane in planes() {
                (0..12).for_each(|time| see(&jam, &plane, at(time * 173_331)));
            }
        }
    }
}

#[test]
fn everything_is_the_same_to_the_last_bit() {
    let sound = sound();
    let senses = Senses { sound: Some(&sound), ..Senses::default() };
    // FNV-1a over all bits of all lights.
    let mut print = 0xcbf2_9ce4_8422_2325_u64;
    each_look(&mut |jam, plane, at| {
        let mut painter = JamPainter::new(plane);
        let mut out = vec![[f32::NAN; 3]; plane.points.len()];
        let mut add = |out: &[Rgb]| {
            for part in out.iter().flatten() {
                assert!((0.0..=1.0).contains(part) && part.to_bits() != (-0.0_f32).to_bits(), "{part}");
                print = part
                    .to_bits()
                    .to_le_bytes()
                    .iter()
                    .fold(print, |print, byte| (print ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
            }
        };
        for module in Module::ALL {
            painter.module(module, jam, at, &senses, &mut out);
            add(&out);
        }
        painter.paint(jam, at, &senses, &mut out);
        add(&out);
    });
    assert_eq!(print, 0xe501_b72b_edcb_6986, "{print:#018x}: what a jam looks like has changed");
}

#[test]
fn what_was_painted_before_does_not_matter() {
    let jam = busy();
    for plane in planes() {
        let (mut old, lights) = (JamPainter::new(&plane), plane.points.len());
        for time in [5, 2, 9, 2, 0] {
            let (mut again, mut anew) = (vec![[0.5; 3]; lights], vec![[f32::NAN; 3]; lights]);
            old.paint(&jam, at(time * 100_000), &Senses::default(), &mut again);
            JamPainter::new(&plane).paint(&jam, at(time * 100_000), &Senses::default(), &mut anew);
            assert_eq!(again, anew);
        }
    }
}

#[test]
fn nothing_is_allocated_for_a_frame() {
    let (jam, sound) = (busy(), sound());
    let senses = Senses { sound: Some(&sound), ..Senses::default() };
    for plane in planes() {
        let (mut painter, mut out) = (JamPainter::new(&plane), vec![DARK; plane.points.len()]);
        let paint = || (0..40).for_each(|time| painter.paint(&jam, at(time * 33_333), &senses, &mut out));
        assert_eq!(allocations::during(paint), 0);
    }
}

#[test]
fn no_time_is_too_far_away() {
    let jam = busy();
    let mut out = vec![[f32::NAN; 3]; 8];
    let mut painter = JamPainter::new(&Plane::strip(8));
    for time in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX / 4] {
        painter.paint(&jam, ShowTime(time), &Senses::default(), &mut out);
        assert!(out.iter().flatten().all(|part| (0.0..=1.0).contains(part)), "{time}");
    }
}

#[test]
fn wild_sound_does_no_harm() {
    let mut jam = busy();
    for wild in [f32::NAN, f32::INFINITY, -7.0, 9.0] {
        let sound = Sound { left: wild, right: wild, bands: [wild; 32], beat: wild };
        let senses = Senses { sound: Some(&sound), ..Senses::default() };
        for visual in [Visual::Spectrum, Visual::Pulse, Visual::Level] {
            jam.visual = visual;
            for plane in planes() {
                let shown = seen_with(Module::DjVisualizer, &jam, 0, &senses, &plane);
                assert!(shown.iter().flatten().all(|part| (0.0..=1.0).contains(part)), "{visual:?} {wild}");
            }
        }
    }
}
