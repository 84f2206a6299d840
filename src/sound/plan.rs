//! What is heard during a piece of sound: a pure function of the show and the time. `mix` makes it audible.

use std::sync::Arc;

use super::generate::Generator;
use crate::frame::sound::ChunkNumber;
use crate::show::Show;
use crate::show::ids::{InputId, SceneId};
use crate::show::input::{Input, WhenHidden};
use crate::show::layer::{Content, Layer};
use crate::show::mixer::{Mixer, Strip};
use crate::show::program::Mixed;
use crate::show::stream::Stream;
use crate::show::time::ShowTime;

/// Where an input's sound comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// What its decoder wrote into its tap.
    Tap,
    Generated(Generator),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub input: InputId,
    pub source: Source,
    pub strip: Strip,
    /// How much of it is heard at the end of the piece, 0 to 1: a fade, a cross-fade. It is led there in a straight line from
    /// where the piece before ended, so a cut is a fade of 10 ms. Zero keeps the meter going; left out, the input fades away.
    pub weight: f32,
}

/// Kept from piece to piece, so that planning allocates nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MixPlan {
    /// Each input once.
    pub inputs: Vec<Heard>,
    pub mixer: Arc<Mixer>,
    /// How many test patterns beep.
    pub beeps: u16,
    /// Since when the programme runs whose loudness is measured as a whole; another value begins the measure anew.
    pub programme: Option<ShowTime>,
}

/// What is heard during a chunk.
pub fn plan_mix(show: &Show, chunk: ChunkNumber, plan: &mut MixPlan) {
    plan.inputs.clear();
    // Equal mixers are not copied: the last one's count is not touched.
    if !Arc::ptr_eq(&plan.mixer, &show.mixer) {
        plan.mixer = show.mixer.clone();
    }
    plan.programme = show.stream.on_air_since();
    plan.beeps = 0;
    // While the show is held its time stands still, and so does its sound.
    if matches!(show.stream, Stream::Paused { .. }) {
        return;
    }
    let at = ChunkNumber(chunk.0 + 1).time();
    for input in show.inputs.values() {
        if let Some(weight) = weight(show, input, at) {
            plan.inputs.push(Heard { input: input.id.clone(), source: Source::Tap, strip: input.sound, weight });
        }
    }
    let beeping = show.program_scene().map_or(0, |scene| scene.layers.iter().filter(|layer| beeps(layer)).count());
    plan.beeps = u16::try_from(beeping).unwrap_or(u16::MAX);
}

/// How much of an input is heard: as much as the scenes that show it. None if it is not even to be metered.
fn weight(show: &Show, input: &Input, at: ShowTime) -> Option<f32> {
    if input.when_hidden == WhenHidden::Keep {
        return Some(1.0);
    }
    let program = show.program.as_ref()?;
    let shows = |scene: &SceneId| {
        let mut is_shown = false;
        show.each_input_in(scene, &mut |shown| is_shown |= *shown == input.id);
        is_shown
    };
    match program.mixed_at(at) {
        None => shows(&program.scene).then_some(1.0),
        Some(Mixed { from, to, progress, .. }) => match (shows(from), shows(to)) {
            (true, true) => Some(1.0),
            (true, false) => Some(1.0 - progress as f32),
            (false, true) => Some(progress as f32),
            (false, false) => None,
        },
    }
}

fn beeps(layer: &Layer) -> bool {
    layer.visible && layer.opacity > 0.0 && matches!(layer.content, Content::Pattern { beep: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(layers: &str) -> Show {
        serde_json::from_str(&format!(
            r#"{{"config":{},"stream":{{"status":"stopped"}},"scenes":{{"s":{{"id":"s","layers":[{layers}]}}}},
                "program":{{"scene":"s","since":0}},"destinations":{{}},"assets":{{}}}}"#,
            serde_json::to_string(&crate::show::stream::StreamConfig::default()).expect("a config"),
        ))
        .expect("a show")
    }

    fn planned(show: &Show) -> MixPlan {
        let mut plan = MixPlan::default();
        plan_mix(show, ChunkNumber(100), &mut plan);
        plan
    }

    #[test]
    fn only_what_is_on_air_beeps() {
        let check = |layers: &str, expected: u16| assert_eq!(planned(&show(layers)).beeps, expected, "{layers}");
        let pattern = |id: &str, extra: &str| format!(r#"{{"id":"{id}","kind":"pattern"{extra}}}"#);
        check("", 0);
        check(&pattern("a", ""), 1);
        check(&[pattern("a", ""), pattern("b", "")].join(","), 2);
        check(&pattern("a", r#","beep":false"#), 0);
        check(&pattern("a", r#","visible":false"#), 0);
        check(&pattern("a", r#","opacity":0"#), 0);
        let mut held = show(&pattern("a", ""));
        held.stream = Stream::Paused { since: ShowTime(7), at: ShowTime(9) };
        assert_eq!((planned(&held).beeps, planned(&held).programme), (0, Some(ShowTime(7))));
        held.stream = Stream::Stopped;
        held.program = None;
        assert_eq!((planned(&held).beeps, planned(&held).programme), (0, None));
    }
}
