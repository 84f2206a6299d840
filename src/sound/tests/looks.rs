//! What sound looks like, from the mixer to where layers look.

use super::*;
use crate::frame::sight::{PITCHES, Sight};
use crate::sound::plan::Shown;

/// Ten bands of 40 Hz to 16 kHz: 1 kHz is in the sixth, 799 to 1,456 Hz.
const BANDS: usize = 10;
const ITS_BAND: usize = 5;

fn bands(sight: &Sight) -> [f32; BANDS] {
    let mut bands = [0.0; BANDS];
    for (pitch, power) in sight.powers.iter().enumerate() {
        bands[pitch * BANDS / PITCHES] += power;
    }
    bands.map(|power| 10.0 * power.max(1e-12).log10())
}

fn seen(mut plan: MixPlan) -> MixPlan {
    let inputs = plan.inputs.iter().map(|heard| heard.input.clone()).collect();
    plan.shown = Shown { program: true, inputs };
    plan
}

impl Desk {
    /// As a frame looks that is painted now.
    fn look(&self, of: Option<&str>) -> Option<Arc<Sight>> {
        self.sights.look(of.map(id).as_ref(), ChunkNumber(self.chunk).time())
    }

    /// Frames are painted meanwhile.
    fn show(&mut self, plan: &MixPlan, pieces: usize) {
        for _ in 0..pieces {
            self.look(None);
            self.make(plan);
        }
    }
}

#[test]
fn a_tone_lights_its_band_and_no_other_and_falls_with_its_loudness() {
    let mut desk = Desk::new();
    for loudness in [-6.0, -20.0] {
        // What is seen of the tone's beginning has fallen then.
        desk.show(&seen(plan(vec![tone("a", loudness)])), 250);
        let bands = bands(&desk.look(None).expect("it is measured"));
        near(bands[ITS_BAND], loudness);
        let others = bands.iter().enumerate().filter(|(band, _)| *band != ITS_BAND);
        assert!(others.clone().all(|(_, db)| *db < loudness - 55.0), "{bands:?}");
    }
}

#[test]
fn silence_falls_and_then_nothing_is_measured() {
    let mut desk = Desk::new();
    desk.show(&seen(plan(vec![tone("a", -6.0)])), 30);
    let silent = MixPlan { shown: Shown { program: true, inputs: vec![] }, ..MixPlan::default() };
    let mut before = 0.0;
    for _ in 0..5 {
        desk.show(&silent, 30);
        let now = bands(&desk.look(None).expect("it is still measured"))[ITS_BAND];
        assert!(now < before, "{now}, after {before}");
        before = now;
    }
    assert!(before < -54.0, "40 dB a second: {before}");
    desk.show(&silent, 400);
    assert_eq!(desk.look(None), None);
}

#[test]
fn the_sides_differ_with_pan_and_an_input_is_seen_before_it_is_muted() {
    let mut desk = Desk::new();
    let mut panned = seen(plan(vec![tone("a", -20.0)]));
    panned.inputs[0].strip.pan = -0.5;
    desk.show(&panned, 60);
    for of in [None, Some("a")] {
        let sight = desk.look(of).expect("it is measured");
        let [left, right] = sight.peak_db;
        near(left - right, 20.0 * (std::f32::consts::FRAC_PI_8.cos() / std::f32::consts::FRAC_PI_8.sin()).log10());
        near(bands(&sight)[ITS_BAND], -20.0);
        assert!(sight.wave.iter().all(|[least, greatest]| least <= greatest && *greatest < 0.1));
        near(db(sight.wave.iter().fold(0.0, |most: f32, column| most.max(column[1]))), -20.0 + 20.0 * 0.923_88_f32.log10());
    }
    panned.inputs[0].strip.mute = true;
    desk.show(&panned, 200);
    near(bands(&desk.look(Some("a")).expect("it is measured"))[ITS_BAND], -20.0);
    assert!(bands(&desk.look(None).expect("it is measured"))[ITS_BAND] < -60.0);
    panned.shown.inputs.clear();
    desk.show(&panned, 1);
    assert_eq!(desk.look(Some("a")), None, "no layer shows it any more");
}

#[test]
fn nothing_is_measured_while_no_layer_shows_it_or_nobody_looks() {
    let mut desk = Desk::new();
    let sounding = plan(vec![tone("a", -6.0)]);
    desk.hear(&seen(sounding.clone()), 20);
    assert_eq!(desk.look(None), None, "nobody looked until now");
    desk.show(&sounding, 20);
    assert_eq!(desk.look(None), None, "no layer shows it");
    desk.show(&seen(sounding.clone()), 20);
    assert!(desk.look(None).is_some());
    // Frames are not painted any more: a second later it ends.
    desk.hear(&seen(sounding), 200);
    assert_eq!(desk.look(None), None);
}

#[test]
fn a_show_that_is_held_holds_what_its_sound_looked_like() {
    let mut desk = Desk::new();
    desk.show(&seen(plan(vec![tone("a", -6.0)])), 30);
    let held_at = ChunkNumber(desk.chunk).time();
    let before = desk.sights.look(Some(&id("a")), held_at).expect("it is measured");
    // A plan of a show that is held has nothing in it.
    desk.hear(&MixPlan::default(), 500);
    assert_eq!(desk.sights.look(Some(&id("a")), held_at), Some(before));
}

#[test]
fn what_is_looked_at_allocates_nothing() {
    let mut desk = Desk::new();
    let plan = seen(plan((0..4).map(|index| tone(&format!("i{index}"), -10.0)).collect()));
    desk.show(&plan, 40);
    assert_eq!(allocations::during(|| desk.show(&plan, 100)), 0);
}
