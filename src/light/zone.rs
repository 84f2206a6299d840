//! A zone, ready to be computed: what it shows at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::blend::blend;
use super::ears::Ears;
use super::eye::Glimpse;
use super::feeds::Feeds;
use super::jams::Jams;
use super::map::{Place, extent, places};
use super::pass::weights;
use super::sample::{Borders, Sampler};
use super::test_pattern;
use crate::effect::Effect;
use crate::effect::jam::JamPainter;
use crate::effect::plane::{Plane, Point};
use crate::effect::ramp::Ramp;
use crate::effect::senses::{Film, Senses, Sound, Wall};
use crate::show::Show;
use crate::show::ids::{FeedId, InputId};
use crate::show::jam::code::JamCode;
use crate::show::jam::module::Module;
use crate::show::light::Rgb;
use crate::show::light::animation::Needs;
use crate::show::light::animation::parameter::{ParameterValue, Parameters};
use crate::show::light::blend::LightBlend;
use crate::show::light::house::MainMode;
use crate::show::light::transition::LightTransition;
use crate::show::light::zone::{Before, Look, Running, TestPattern, Zone, ZoneContent, ZoneLayer};
use crate::show::time::ShowTime;

/// What there is to be seen and heard besides.
#[derive(Clone, Copy, Default)]
pub struct Around<'a> {
    pub picture: Option<&'a Glimpse>,
    pub ears: Option<&'a Ears>,
    pub films: Option<&'a BTreeMap<String, Arc<Film>>>,
    pub feeds: Option<&'a Feeds>,
    pub jams: Option<&'a Jams>,
    pub utc_offset_minutes: i32,
}

/// Borders that are seen at once: those before a change, and those after it.
const SAMPLERS: usize = 2;

/// How its LEDs lie: stays while its geometry does.
struct Ground {
    places: Vec<Place>,
    plane: Arc<Plane>,
    /// LEDs that stay dark.
    dark: Vec<usize>,
}

pub struct ZoneStage {
    zone: Arc<Zone>,
    ground: Arc<Ground>,
    /// Oldest first; each but the first comes in over the one before.
    looks: Vec<StagedLook>,
    /// For pictures with such borders: where they change, fixtures with a latency still see the old ones for a while.
    samplers: Vec<(Borders, Sampler)>,
    scratch: Scratch,
}

#[derive(Default)]
struct Scratch {
    picture: Vec<Rgb>,
    layer: Vec<Rgb>,
    coming: Vec<Rgb>,
    old: Vec<f32>,
    new: Vec<f32>,
}

/// When something came in, and how.
#[derive(Clone, Copy)]
pub struct Entry {
    since: ShowTime,
    transition: LightTransition,
}

struct StagedLook {
    entry: Option<Entry>,
    color: Rgb,
    brightness: f32,
    enabled: bool,
    layers: Vec<StagedLayer>,
}

struct StagedLayer {
    blend: LightBlend,
    opacity: f32,
    until: Option<ShowTime>,
    /// Whose sound it looks at, if any; Some(None) is the program's.
    listens_to: Option<Option<InputId>>,
    content: Staged,
}

enum Staged {
    Color(Rgb),
    Animation { running: Running, effect: Box<Effect>, asset: Option<String> },
    Feed(FeedId),
    Jam { jam: JamCode, module: Option<Module>, painter: Box<JamPainter> },
    Test(TestPattern),
}

impl Entry {
    pub fn of<T>(before: &Before<T>) -> Self {
        Self { since: before.since, transition: before.transition }
    }

    pub fn progress(self, at: ShowTime) -> f32 {
        self.transition.progress(at.since(self.since)) as f32
    }
}

impl ZoneStage {
    /// What did not change since `before` is kept: where LEDs lie takes time to work out.
    pub fn new(show: &Show, zone: &Arc<Zone>, before: Option<ZoneStage>) -> Self {
        let (ground, samplers, scratch) = match before {
            Some(before) if before.zone.geometry == zone.geometry => {
                let mut samplers = before.samplers;
                if (before.zone.region, before.zone.seeing) != (zone.region, zone.seeing) {
                    samplers.clear();
                }
                (before.ground, samplers, before.scratch)
            }
            _ => {
                let ground = Arc::new(Ground::new(zone));
                let scratch = Scratch::new(ground.places.len());
                (ground, Vec::with_capacity(SAMPLERS + 1), scratch)
            }
        };
        let looks = staged_looks(show, zone, &ground);
        Self { zone: zone.clone(), ground, looks, samplers, scratch }
    }

    pub fn is_of(&self, zone: &Arc<Zone>) -> bool {
        Arc::ptr_eq(&self.zone, zone)
    }

    pub fn zone(&self) -> &Arc<Zone> {
        &self.zone
    }

    pub fn pixels(&self) -> usize {
        self.ground.places.len()
    }

    pub fn places(&self) -> &[Place] {
        &self.ground.places
    }

    /// Whether anything in it needs this.
    pub fn needs(&self, needed: Needs) -> bool {
        let layers = self.looks.iter().flat_map(|look| &look.layers);
        layers.into_iter().any(|layer| match &layer.content {
            Staged::Animation { running, .. } => running.animation.needs() == needed,
            _ => false,
        })
    }

    /// Whose sound is seen in it; None is the program's.
    pub fn sounds(&self) -> impl Iterator<Item = Option<&InputId>> {
        let layers = self.looks.iter().flat_map(|look| &look.layers);
        layers.filter_map(|layer| layer.listens_to.as_ref().map(Option::as_ref))
    }

    pub fn jams(&self) -> impl Iterator<Item = JamCode> {
        self.looks.iter().flat_map(|look| &look.layers).filter_map(|layer| match &layer.content {
            Staged::Jam { jam, .. } => Some(*jam),
            _ => None,
        })
    }

    /// Files of the library that it shows.
    pub fn assets(&self) -> impl Iterator<Item = &str> {
        self.looks.iter().flat_map(|look| &look.layers).filter_map(|layer| match &layer.content {
            Staged::Animation { asset, .. } => asset.as_deref(),
            _ => None,
        })
    }

    /// In `out`, which has a place for each LED.
    pub fn render(&mut self, mode: MainMode, at: ShowTime, around: &Around<'_>, out: &mut [Rgb]) {
        self.see(mode, around);
        let Self { ground, looks, scratch, .. } = self;
        let first = looks.iter().rposition(|look| look.entry.is_none_or(|entry| entry.progress(at) >= 1.0)).unwrap_or(0);
        let mut looks = looks.iter_mut().skip(first);
        let Some(oldest) = looks.next() else { return };
        let seen = Seen { mode, at, around, picture: &scratch.picture };
        oldest.render(&seen, &ground.places, &mut scratch.layer, out);
        for look in looks {
            look.render(&seen, &ground.places, &mut scratch.layer, &mut scratch.coming);
            if let Some(entry) = look.entry {
                pass(entry, at, &ground.places, (&mut scratch.old, &mut scratch.new), out, &scratch.coming);
            }
        }
        for dark in &ground.dark {
            if let Some(pixel) = out.get_mut(*dark) {
                *pixel = [0.0; 3];
            }
        }
    }

    /// The zone's part of the picture.
    fn see(&mut self, mode: MainMode, around: &Around<'_>) {
        let is_needed = mode == MainMode::Program || self.needs(Needs::Picture);
        let Some(Glimpse { proxy, borders, .. }) = around.picture.filter(|_| is_needed) else {
            return self.scratch.picture.fill([0.0; 3]);
        };
        let crop = if self.zone.seeing.skip_borders { *borders } else { Borders::default() };
        let mut known = self.samplers.iter();
        let place = known.position(|(own, sampler)| *own == crop && sampler.fits(proxy)).unwrap_or_else(|| {
            let Zone { region, seeing, .. } = *self.zone;
            let sampler = Sampler::new(&self.ground.places, region, Some(crop), proxy.width(), proxy.height());
            self.samplers.insert(0, (crop, sampler.with(seeing.reduction)));
            self.samplers.truncate(SAMPLERS);
            0
        });
        if let Some((_, sampler)) = self.samplers.get(place) {
            sampler.sample(proxy, &mut self.scratch.picture);
        }
    }
}

/// Lets what is coming take the place of what is there, as far as it has come.
pub fn pass(
    entry: Entry,
    at: ShowTime,
    places: &[Place],
    (old, new): (&mut [f32], &mut [f32]),
    out: &mut [Rgb],
    coming: &[Rgb],
) {
    weights(entry.transition.kind, entry.progress(at), places, entry.since.micros() as u32, old, new);
    for (((pixel, coming), old), new) in out.iter_mut().zip(coming).zip(old).zip(new) {
        for (channel, coming) in pixel.iter_mut().zip(coming) {
            *channel = *channel * *old + coming * *new;
        }
    }
}

impl Ground {
    fn new(zone: &Zone) -> Self {
        let places = places(&zone.geometry);
        let dark = places.iter().enumerate().filter(|(_, place)| place.dark).map(|(at, _)| at).collect();
        let [columns, rows] = extent(&zone.geometry);
        let points = places.iter().map(|place| Point { u: place.u, x: place.x, y: place.y }).collect();
        Self { plane: Arc::new(Plane { points, columns, rows }), dark, places }
    }
}

impl Scratch {
    fn new(pixels: usize) -> Self {
        let black = || vec![[0.0; 3]; pixels];
        Self { picture: black(), layer: black(), coming: black(), old: vec![0.0; pixels], new: vec![0.0; pixels] }
    }
}

fn staged_looks(show: &Show, zone: &Zone, ground: &Ground) -> Vec<StagedLook> {
    let mut looks = Vec::new();
    let (mut look, mut before) = (&zone.look, zone.before.as_ref());
    loop {
        looks.push(StagedLook::new(show, look, before.map(|before| Entry::of(before)), &ground.plane));
        let Some(inner) = before else { break };
        (look, before) = (&inner.was, inner.before.as_ref());
    }
    looks.reverse();
    looks
}

/// What is there at a time, for all layers of a zone alike.
struct Seen<'a> {
    mode: MainMode,
    at: ShowTime,
    around: &'a Around<'a>,
    picture: &'a [Rgb],
}

impl StagedLook {
    fn new(show: &Show, look: &Look, entry: Option<Entry>, plane: &Arc<Plane>) -> Self {
        let Look { color, brightness, enabled, layers } = look;
        Self {
            entry,
            color: color.coded(),
            brightness: f32::from(*brightness) / 255.0,
            enabled: *enabled,
            layers: layers.iter().map(|layer| StagedLayer::new(show, layer, plane)).collect(),
        }
    }

    fn render(&mut self, seen: &Seen<'_>, places: &[Place], scratch: &mut [Rgb], out: &mut [Rgb]) {
        if !self.enabled {
            return out.fill([0.0; 3]);
        }
        match seen.mode {
            MainMode::Program => out.copy_from_slice(seen.picture),
            MainMode::Static | MainMode::Animation => out.fill(self.color),
        }
        let all = seen.mode == MainMode::Animation;
        let layers = self.layers.iter_mut().filter(|layer| all || matches!(layer.content, Staged::Test(_)));
        for layer in layers.filter(|layer| layer.is_seen(seen)) {
            let sound = layer.listens_to.as_ref().and_then(|of| seen.around.ears?.heard(of.as_ref()));
            layer.content.render(seen, sound, places, scratch);
            blend(layer.blend, out, scratch, layer.opacity);
        }
        if self.brightness < 1.0 {
            out.as_flattened_mut().iter_mut().for_each(|channel| *channel *= self.brightness);
        }
    }
}

impl StagedLayer {
    fn is_seen(&self, seen: &Seen<'_>) -> bool {
        let is_there = match &self.content {
            Staged::Feed(feed) => seen.around.feeds.is_some_and(|feeds| feeds.is_live(feed, seen.at)),
            Staged::Jam { jam, .. } => seen.around.jams.is_some_and(|jams| jams.get(*jam, seen.at).is_some()),
            _ => true,
        };
        is_there && self.until.is_none_or(|until| seen.at < until)
    }

    fn new(show: &Show, layer: &ZoneLayer, plane: &Arc<Plane>) -> Self {
        let content = match &layer.content {
            ZoneContent::Color { color } => Staged::Color(color.coded()),
            ZoneContent::Test { pattern } => Staged::Test(*pattern),
            ZoneContent::Feed { feed } => Staged::Feed(feed.clone()),
            ZoneContent::Jam { jam, module, input: _ } => {
                Staged::Jam { jam: *jam, module: *module, painter: Box::new(JamPainter::new(plane)) }
            }
            ZoneContent::Animation(running) => Staged::animation(show, running, plane),
        };
        let listens_to = layer.content.listens_to().map(|of| of.cloned());
        Self { blend: layer.blend, opacity: layer.opacity as f32, until: layer.until, listens_to, content }
    }
}

/// An animation as it runs, for LEDs that lie like this.
pub fn effect(show: &Show, running: &Running, plane: &Plane) -> Effect {
    let chosen = running.palette.as_ref().and_then(|id| show.palette(id));
    let ramp = chosen.map_or_else(|| Ramp::spectrum(1.0), |palette| Ramp(palette.ramp()));
    let mut parameters: Parameters = running.parameters.clone();
    if chosen.is_some() && running.animation.parameter("use_palette").is_some() {
        // Whoever names a palette wants to see it.
        parameters.entry("use_palette".to_owned()).or_insert(ParameterValue::Bool(true));
    }
    Effect::new(running.animation, &parameters, running.seed, &ramp, plane)
}

impl Staged {
    fn animation(show: &Show, running: &Running, plane: &Arc<Plane>) -> Self {
        let Running { animation, parameters, .. } = running;
        let effect = effect(show, running, plane);
        let asset = animation.asset(parameters).map(str::to_owned);
        Staged::Animation { running: running.clone(), effect: Box::new(effect), asset }
    }

    fn render(&mut self, seen: &Seen<'_>, sound: Option<&Sound>, places: &[Place], out: &mut [Rgb]) {
        match self {
            Staged::Feed(feed) => seen.around.feeds.into_iter().for_each(|feeds| feeds.show(feed, places, out)),
            Staged::Jam { jam, module, painter } => {
                let Some((jam, at)) = seen.around.jams.and_then(|jams| jams.get(*jam, seen.at)) else {
                    return out.fill([0.0; 3]);
                };
                let senses = Senses { sound, ..Senses::default() };
                match module {
                    Some(module) => painter.module(*module, jam, at, &senses, out),
                    None => painter.paint(jam, at, &senses, out),
                }
            }
            Staged::Color(color) => out.fill(*color),
            Staged::Test(pattern) => test_pattern::render(*pattern, seen.at, out),
            Staged::Animation { running, effect, asset } => {
                let image = asset.as_ref().and_then(|asset| seen.around.films?.get(asset)).map(AsRef::as_ref);
                let wall = Wall { unix_micros: seen.at.micros(), utc_offset_minutes: seen.around.utc_offset_minutes };
                let senses = Senses { picture: Some(&seen.picture), sound, image, wall };
                effect.render(running.seconds_at(seen.at), &senses, out);
            }
        }
    }
}
