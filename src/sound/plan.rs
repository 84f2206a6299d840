//! What is heard during a piece of sound: a pure function of the show and the time. `mix` makes it audible.

use std::sync::Arc;

use super::decks::Decks;
use super::generate::Generator;
use super::limit::LOOK_AHEAD;
use crate::frame::sound::{ChunkNumber, SAMPLE_RATE};
use crate::show::Show;
use crate::show::ids::{InputId, SceneId};
use crate::show::input::{Input, InputKind, WhenHidden};
use crate::show::jam::code::JamCode;
use crate::show::layer::{Content, Layer};
use crate::show::light::animation::Needs;
use crate::show::mixer::{Faders, Mixer, Strip};
use crate::show::program::{Mixed, Program};
use crate::show::stream::Stream;
use crate::show::time::ShowTime;
use crate::show::timeline::ShowAt;

/// Where an input's sound comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// What its decoder wrote into its tap.
    Tap,
    /// What the player plays.
    Decks,
    Generated(Generator),
    Jam(JamCode),
}

/// A piece is moved through in so many steps, a millisecond each: keyframes lie on whole ones.
pub const STEPS: usize = 10;

#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub input: InputId,
    pub source: Source,
    /// What does not move by itself; its animations are in `moving`.
    pub strip: Strip,
    /// Where its faders stand at the end of each step of the piece, if they move by themselves.
    pub moving: Option<[Faders; STEPS]>,
    /// How much of it is heard at the end of the piece, 0 to 1: a fade, a cross-fade. It is led there in a straight line from
    /// where the piece before ended, so a cut is a fade of 10 ms. Zero keeps the meter going; left out, the input fades away.
    pub weight: f32,
}

/// Whose sound a layer on air shows, or lights do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    pub program: bool,
    /// Each once.
    pub inputs: Vec<InputId>,
}

impl Shown {
    pub fn is_nothing(&self) -> bool {
        !self.program && self.inputs.is_empty()
    }

    /// None: the program.
    pub fn has(&self, of: Option<&InputId>) -> bool {
        of.map_or(self.program, |input| self.inputs.contains(input))
    }

    fn add(&mut self, of: Option<&InputId>) {
        match of {
            None => self.program = true,
            Some(input) if !self.inputs.contains(input) => self.inputs.push(input.clone()),
            Some(_) => {}
        }
    }
}

/// Kept from piece to piece, so that planning allocates nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MixPlan {
    /// Each input once.
    pub inputs: Vec<Heard>,
    pub mixer: Arc<Mixer>,
    pub decks: Decks,
    /// How many test patterns beep.
    pub beeps: u16,
    /// Since when the programme runs whose loudness is measured as a whole; another value begins the measure anew.
    pub programme: Option<ShowTime>,
    pub shown: Shown,
}

/// What is heard during a chunk.
pub fn plan_mix(shows: &impl ShowAt, chunk: ChunkNumber, plan: &mut MixPlan) {
    let show = shows.show_at(chunk.time());
    plan.inputs.clear();
    plan.decks = Decks::default();
    plan.shown.program = false;
    plan.shown.inputs.clear();
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
    let at = due(chunk, STEPS);
    // By its end: a track that begins within the piece is heard from its first sample on.
    player(shows.show_at(at), plan);
    look(show, chunk.time(), &mut plan.shown);
    for input in show.inputs.values().filter(|input| input.id.play().is_none()) {
        let aside = || plan.shown.has(Some(&input.id)).then_some(Share { weight: 0.0, taken: ShowTime::default() });
        if let Some(Share { weight, taken }) = share(show, input, at).or_else(aside) {
            let moving = moving(&input.sound, chunk, taken);
            let strip = Strip { animations: Vec::new(), ..input.sound };
            plan.inputs.push(Heard { input: input.id.clone(), source: source(input), strip, moving, weight });
        }
    }
    let beeping = show.program_scene().map_or(0, |scene| scene.layers.iter().filter(|layer| beeps(layer)).count());
    plan.beeps = u16::try_from(beeping).unwrap_or(u16::MAX);
}

/// Whose sound is seen, in the picture or on lights.
fn look(show: &Show, at: ShowTime, shown: &mut Shown) {
    for scene in show.program.iter().flat_map(Program::scenes) {
        show.each_layer_in(scene, &mut |layer| {
            if let Some(of) = listened(&layer.content) {
                shown.add(of);
            }
        });
    }
    show.each_sound_on_lights(at, &mut |of| shown.add(of));
}

/// Whose sound a layer looks at; Some(None) is the program's.
fn listened(content: &Content) -> Option<Option<&InputId>> {
    match content {
        Content::Levels(levels) => Some(levels.input.as_ref()),
        Content::Jam(jam) => Some(jam.input.as_ref()),
        Content::Effect(effect) if effect.animation.needs() == Needs::Sound => Some(None),
        _ => None,
    }
}

fn player(show: &Show, plan: &mut MixPlan) {
    plan.decks = Decks::of(show);
    if !plan.decks.is_empty() || show.player.now.is_some() {
        let faders = Faders { gain_db: 0.0, pan: 0.0, volume: show.player.settings.gain() };
        let (strip, moving) = (Strip::default(), Some([faders; STEPS]));
        plan.inputs.push(Heard { input: InputId::of_player(), source: Source::Decks, strip, moving, weight: 1.0 });
    }
}

/// Tones and jams are functions of the time: they are there at once, whoever was woken when.
fn source(input: &Input) -> Source {
    match input.kind {
        InputKind::Tone { hz, level_db } => Source::Generated(Generator::Tone { hz: hz as f32, dbfs: level_db as f32 }),
        InputKind::Jam { jam } => Source::Jam(jam),
        _ => Source::Tap,
    }
}

/// How much of an input is heard, and since when the scene is on air that shows it.
#[derive(Clone, Copy)]
struct Share {
    weight: f32,
    taken: ShowTime,
}

/// As much as the scenes that show it. None if it is not even to be metered.
fn share(show: &Show, input: &Input, at: ShowTime) -> Option<Share> {
    let shown = show.program.as_ref().and_then(|program| shown(show, program, input, at));
    if input.when_hidden == WhenHidden::Keep {
        let since = show.program.as_ref().map_or(ShowTime::default(), |program| program.since);
        return Some(Share { weight: 1.0, taken: shown.map_or(since, |share| share.taken) });
    }
    shown
}

fn shown(show: &Show, program: &Program, input: &Input, at: ShowTime) -> Option<Share> {
    let shows = |scene: &SceneId| {
        let mut is_shown = false;
        show.each_input_in(scene, &mut |shown| is_shown |= *shown == input.id);
        is_shown
    };
    match program.mixed_at(at) {
        None => shows(&program.scene).then_some(Share { weight: 1.0, taken: program.since }),
        Some(Mixed { from, from_taken, to, to_taken, progress, .. }) => match (shows(from), shows(to)) {
            (true, true) => Some(Share { weight: 1.0, taken: to_taken }),
            (true, false) => Some(Share { weight: 1.0 - progress as f32, taken: from_taken }),
            (false, true) => Some(Share { weight: progress as f32, taken: to_taken }),
            (false, false) => None,
        },
    }
}

fn moving(sound: &Strip, chunk: ChunkNumber, taken: ShowTime) -> Option<[Faders; STEPS]> {
    let step = |step: usize| sound.faders_at(due(chunk, step + 1), taken);
    (!sound.animations.is_empty()).then(|| std::array::from_fn(step))
}

/// When what is mixed for a piece up to this step is heard: 5 ms after it (`limit`).
fn due(chunk: ChunkNumber, step: usize) -> ShowTime {
    let way = LOOK_AHEAD as i64 * 1_000_000 / i64::from(SAMPLE_RATE);
    ShowTime(chunk.time().micros() + way + step as i64 * 1_000)
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
    fn only_what_is_on_air_beeps_sounds_and_is_looked_at() {
        let check = |layers: &str, expected: u16| assert_eq!(planned(&show(layers)).beeps, expected, "{layers}");
        let pattern = |id: &str, extra: &str| format!(r#"{{"id":"{id}","kind":"pattern"{extra}}}"#);
        check("", 0);
        check(&pattern("a", ""), 1);
        check(&[pattern("a", ""), pattern("b", "")].join(","), 2);
        check(&pattern("a", r#","beep":false"#), 0);
        check(&pattern("a", r#","visible":false"#), 0);
        check(&pattern("a", r#","opacity":0"#), 0);
        let shown = |layers: &str| planned(&show(layers)).shown;
        assert!(shown(&pattern("a", "")).is_nothing());
        let levels = r#"{"id":"g","kind":"group","layers":[{"id":"a","kind":"levels"},{"id":"b","kind":"levels","input":"x"},
            {"id":"c","kind":"levels","input":"x","shape":"meter"},{"id":"d","kind":"levels","input":"y","visible":false}]}"#;
        assert_eq!(shown(levels), Shown { program: true, inputs: vec![InputId::new("x").expect("an id")] });
        let mut toned = show(r#"{"id":"a","kind":"input","input":"x"}"#);
        let input: Input = serde_json::from_str(r#"{"id":"x","kind":"tone","hz":440,"level_db":-9}"#).expect("an input");
        Arc::make_mut(&mut toned.inputs).insert(input.id.clone(), Arc::new(input));
        let sources: Vec<Source> = planned(&toned).inputs.iter().map(|heard| heard.source).collect();
        assert_eq!(sources, [Source::Generated(Generator::Tone { hz: 440.0, dbfs: -9.0 })]);
        let seen_alone: Vec<f32> = {
            let levels = r#"{"id":"b","kind":"levels","input":"x"}"#;
            let inputs = toned.inputs.clone();
            toned = Show { inputs, ..show(levels) };
            planned(&toned).inputs.iter().map(|heard| heard.weight).collect()
        };
        assert_eq!(seen_alone, [0.0], "what is only seen is not heard");
        let mut held = show(&pattern("a", ""));
        held.stream = Stream::Paused { since: ShowTime(7), at: ShowTime(9) };
        assert_eq!((planned(&held).beeps, planned(&held).programme), (0, Some(ShowTime(7))));
        held.stream = Stream::Stopped;
        held.program = None;
        assert_eq!((planned(&held).beeps, planned(&held).programme), (0, None));
    }
}
