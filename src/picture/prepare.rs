//! Makes pictures on a thread of its own, and publishes them: what the program shows now and in the next two seconds, then
//! what the other scenes would show, so that a take is instant.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::contents::text::fonts::Fonts;
use super::contents::{Raster, gradient, image, shape, text};
use super::finish::{Finished, Supplies, finished};
use super::ground::each_ground;
use super::need::{self, LayerKey, Need, PictureKey, View, Work};
use super::originals::{Original, Originals};
use super::pictures::Pictures;
use super::prepared::{Fine, Parity, Picture};
use super::sources::Sources;
use super::sources::wanted::Wanted;
use super::watch;
use crate::base::clock::Clock;
use crate::base::tasks::StopFlag;
use crate::media::cube::Cube;
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::color::Color;
use crate::show::field;
use crate::show::ids::{AssetId, InputId};
use crate::show::layer::{Content, Layer};
use crate::show::look::Filter;
use crate::show::program::{Mix, Program};
use crate::show::scene::Scene;
use crate::show::stream::Stream;
use crate::show::text::TextStyle;
use crate::show::time::{FrameNumber, ShowTime};
use crate::show::timeline::{Timeline, Upcoming};
use crate::show::transition::Transition;

/// What is on air is prepared first and may take more; beyond this, layers are left out rather than the server killed.
const MOST_BYTES_ON_AIR: usize = 1 << 30;

/// Scenes that are not on air are prepared as long as all pictures together take no more than this.
const MOST_BYTES: usize = 256 << 20;

/// How often the show is looked at without being woken. A new text is seen a moment later at worst.
const NAP: Duration = Duration::from_millis(20);

/// While the show stays the same and nothing is missing, what is needed next is looked at this often: well within the second
/// that clocks are prepared ahead.
const SETTLED: Duration = Duration::from_millis(200);

/// What grows or turns needs another picture for each frame: so many are made before they are due, and kept after it.
const FRAMES_AHEAD: usize = 8;
const FRAMES_BEHIND: u64 = 3;
/// Scheduled shows that are looked at: those that follow are when these have come.
const SHOWS_AHEAD: usize = 4;

/// What the preparing thread works with.
pub(super) struct Preparing {
    pub shows: Arc<ArcSwap<Timeline>>,
    pub clock: Clock,
    pub stop: StopFlag,
    /// Told what is seen; their pictures are not made here.
    pub sources: Arc<Sources>,
    pub published: Arc<ArcSwap<Pictures>>,
    pub studio: Studio,
}

/// Body of the thread. It is unparked when a frame missed a picture.
pub(super) fn prepare(mut preparing: Preparing) {
    // Maps that the tick thread may still be reading. They are kept until it has let go, so that it never frees a picture.
    let mut retired: Vec<Arc<Pictures>> = Vec::new();
    let mut ordered: Option<(Arc<Timeline>, ShowTime)> = None;
    let mut settled: Option<(Arc<Timeline>, ShowTime)> = None;
    while !preparing.stop.is_set() {
        retired.retain(|pictures| Arc::strong_count(pictures) > 1);
        let now = preparing.clock.now();
        let shows = preparing.shows.load_full();
        let show = shows.at(now).clone();
        if ordered
            .as_ref()
            .is_none_or(|(known, until): &(Arc<Timeline>, ShowTime)| !Arc::ptr_eq(known, &shows) || now > *until)
        {
            let held_at = matches!(show.stream, Stream::Paused { .. }).then(|| show.stream.picture_time(now));
            preparing.sources.order(&inputs(&show, now, shows.ahead(), preparing.studio.assets_dir()), held_at);
            preparing.sources.order_moving(&watch::moving(&show, preparing.studio.assets_dir()), held_at);
            ordered = Some((shows.clone(), now.plus(SETTLED)));
        }
        let is_settled = |(known, since): &(Arc<Timeline>, ShowTime)| {
            Arc::ptr_eq(known, &shows) && now >= *since && now.since(*since) < settled_for(&show)
        };
        if settled.as_ref().is_some_and(is_settled) {
            std::thread::park_timeout(NAP);
            continue;
        }
        let current = preparing.published.load_full();
        match next(&show, shows.ahead(), now, &current, &mut preparing.studio) {
            Some(next) => retired.push(preparing.published.swap(Arc::new(next))),
            None => {
                preparing.studio.rest();
                settled = Some((shows, now));
            }
        }
    }
    preparing.sources.stop();
}

/// What will be seen in a moment runs already.
fn inputs(show: &Show, now: ShowTime, ahead: &[Upcoming], assets_dir: &Path) -> BTreeMap<InputId, Wanted> {
    let mut inputs = watch::inputs(show, show.stream.picture_time(now), assets_dir);
    for upcoming in ahead.iter().take(SHOWS_AHEAD) {
        for (id, wanted) in watch::inputs(&upcoming.show, upcoming.at, assets_dir) {
            inputs.entry(id).or_insert(wanted);
        }
    }
    inputs
}

/// What moves is looked at for every frame.
fn settled_for(show: &Show) -> Duration {
    let on_air = show.program.iter().flat_map(Program::scenes).filter_map(|id| show.scenes.get(id));
    if on_air.into_iter().any(|scene| is_moving(scene)) { show.config.fps.frame_duration() } else { SETTLED }
}

/// The map with one more picture, or without those that nobody needs any more; None if there is nothing to do.
fn next(show: &Show, ahead: &[Upcoming], now: ShowTime, current: &Pictures, studio: &mut Studio) -> Option<Pictures> {
    studio.follow(show);
    let agenda = Agenda::of(show, ahead, now);
    let mut next = current.clone();
    let tables = tables_of(show);
    let is_restocked = studio.lay_out(&tables, &mut next);
    match agenda.needs.iter().find(|need| !current.has(need.key)) {
        Some(need) => next.insert(need, studio.make(need)),
        None => {
            let mut keys: Vec<PictureKey> = agenda.needs.iter().map(|need| need.key).collect();
            keys.extend(agenda.past);
            if !next.keep_only(&keys) && !is_restocked {
                return None;
            }
        }
    }
    for (layer, key) in agenda.present {
        next.show_meanwhile(layer, key);
    }
    Some(next)
}

/// What should be ready, most urgent first.
#[derive(Default)]
struct Agenda<'a> {
    needs: Vec<Need<'a>>,
    known: HashSet<PictureKey>,
    bytes: usize,
    /// What each layer shows right now.
    present: Vec<(LayerKey, PictureKey)>,
    /// Not made any more, but kept while a frame of the second before may still be painted.
    past: Vec<PictureKey>,
}

impl<'a> Agenda<'a> {
    fn of(show: &'a Show, upcoming: &'a [Upcoming], now: ShowTime) -> Agenda<'a> {
        let mut agenda = Agenda::default();
        let ahead = |seconds| now.plus(Duration::from_secs(seconds));
        let shown = show.stream.picture_time(now);
        for scene in show.program.iter().flat_map(Program::scenes).filter_map(|id| show.scenes.get(id)) {
            // While the show is held, the time goes on behind it: resuming must find its pictures too.
            for at in [shown, now] {
                agenda.add(show, scene, at, MOST_BYTES_ON_AIR);
            }
            if is_moving(scene) {
                let frame = show.config.fps.frame_at(shown);
                let time = |frame: u64| show.config.fps.time_of(FrameNumber(frame));
                for frame in (frame.0 + 1..).take(FRAMES_AHEAD) {
                    agenda.add(show, scene, time(frame), MOST_BYTES_ON_AIR);
                }
                for frame in frame.0.saturating_sub(FRAMES_BEHIND)..=frame.0 {
                    agenda.past.extend(needs_of(show, scene, time(frame)).iter().map(|need| need.key));
                }
            }
            for at in [ahead(1), ahead(2)] {
                agenda.add(show, scene, at, MOST_BYTES_ON_AIR);
            }
            let before = ShowTime(shown.micros() - 1_000_000);
            agenda.past.extend(needs_of(show, scene, before).iter().map(|need| need.key));
        }
        upcoming.iter().take(SHOWS_AHEAD).for_each(|upcoming| agenda.add_upcoming(upcoming));
        for need in transitions(show).filter_map(|transition| need::of_transition(show, transition)) {
            agenda.add_need(need, MOST_BYTES);
        }
        for scene in show.scenes.values() {
            for at in [shown, ahead(1)] {
                agenda.add(show, scene, at, MOST_BYTES);
            }
            agenda.present.extend(needs_of(show, scene, shown).iter().map(|need| (need.layer, need.key)));
        }
        agenda
    }

    /// The first frames of what is about to be on air.
    fn add_upcoming(&mut self, Upcoming { at, show }: &'a Upcoming) {
        let running = show.program.iter().flat_map(transitions_of);
        for need in running.filter_map(|transition| need::of_transition(show, transition)) {
            self.add_need(need, MOST_BYTES_ON_AIR);
        }
        for scene in show.program.iter().flat_map(Program::scenes).filter_map(|id| show.scenes.get(id)) {
            let fps = show.config.fps;
            let first = fps.frame_at(*at);
            let frames = if is_moving(scene) { FRAMES_AHEAD as u64 } else { 2 };
            for frame in first.0..first.0 + frames {
                self.add(show, scene, fps.time_of(FrameNumber(frame)).max(*at), MOST_BYTES_ON_AIR);
            }
        }
    }

    fn add(&mut self, show: &'a Show, scene: &'a Scene, at: ShowTime, most_bytes: usize) {
        needs_of(show, scene, at).into_iter().for_each(|need| self.add_need(need, most_bytes));
    }

    fn add_need(&mut self, need: Need<'a>, most_bytes: usize) {
        let bytes = self.bytes + need.estimated_bytes();
        if bytes <= most_bytes && self.known.insert(need.key) {
            self.bytes = bytes;
            self.needs.push(need);
        }
    }
}

/// The colour tables of all layers.
fn tables_of(show: &Show) -> HashSet<&AssetId> {
    let filters = show.scenes.values().flat_map(|scene| scene.all()).flat_map(|layer| &layer.filters);
    filters.filter_map(|filter| if let Filter::Lut { asset, .. } = filter { Some(asset) } else { None }).collect()
}

/// Whether anything in it may look different from one frame to the next without being a clock.
fn is_moving(scene: &Scene) -> bool {
    let moves = |layer: &Layer| {
        let glides = matches!(&layer.content, Content::Layout { moved: Some(_), .. });
        !layer.animations.is_empty() || glides || matches!(layer.content, Content::Scene { .. })
    };
    scene.all().any(moves)
}

/// All that may be used.
fn transitions(show: &Show) -> impl Iterator<Item = &Transition> {
    show.program
        .iter()
        .flat_map(transitions_of)
        .chain([&show.studio.transition])
        .chain(show.transitions.values().map(AsRef::as_ref))
}

fn transitions_of(program: &Program) -> Option<&Transition> {
    match program.mix.as_ref()? {
        Mix::Leaving { transition, .. } | Mix::Coming { transition, .. } => Some(transition),
    }
}

/// When the scene came on air: text may count from there.
fn taken(show: &Show, scene: &Scene) -> ShowTime {
    match &show.program {
        Some(Program {
            mix: Some(Mix::Leaving { scene: id, taken, .. } | Mix::Coming { scene: id, taken, .. }), ..
        }) if *id == scene.id => *taken,
        Some(program) => program.since,
        None => ShowTime::default(),
    }
}

/// Layers that are hidden count too: they may be shown with the next frame.
fn needs_of<'a>(show: &'a Show, scene: &'a Scene, at: ShowTime) -> Vec<Need<'a>> {
    let mut needs = Vec::new();
    each_ground(show, scene, (at, taken(show, scene)), &mut |layer, view: View, inner| {
        needs.extend(need::need(show, layer, view));
        if view.roams() || need::crawl_box(layer, view).is_some() {
            let others = Parity::ALL.into_iter();
            needs.extend(others.filter_map(|parity| Some(need::need(show, layer, view)?.at_parity(parity))));
            needs.extend(need::panel(show, layer, view));
        }
        if let (Some(frame), Content::Input { input }) = (inner, &layer.content) {
            needs.extend(need::fallback(show, layer, input, view, frame));
        }
        if let Some(frame) = inner {
            for part in need::parts(layer, &view.pose) {
                needs.push(need::part(show, layer, view, frame, part));
                if view.roams() {
                    let others = Parity::ALL.into_iter();
                    needs.extend(others.map(|parity| need::part(show, layer, view, frame, part).at_parity(parity)));
                }
            }
        }
    });
    needs
}

/// Makes everything that any scene shows at `at`.
pub(super) fn all(show: &Show, at: ShowTime, assets_dir: &Path, pictures: &mut Pictures) {
    let mut studio = Studio::new(assets_dir.to_owned());
    let scenes = show.scenes.values().flat_map(|scene| needs_of(show, scene, at));
    studio.lay_out(&tables_of(show), pictures);
    let needs: Vec<Need<'_>> =
        scenes.chain(transitions(show).filter_map(|transition| need::of_transition(show, transition))).collect();
    for need in needs {
        if !pictures.has(need.key) {
            pictures.insert(&need, studio.make(&need));
        }
        pictures.show_meanwhile(need.layer, need.key);
    }
}

/// Where pictures are made.
pub(super) struct Studio {
    originals: Originals,
    /// The last picture: another parity of the same is often next.
    last: Option<(u64, Finished, Arc<Fine>)>,
    fonts: Fonts,
    /// The assets that were there last.
    assets: Option<Arc<BTreeMap<AssetId, Arc<Asset>>>>,
}

impl Studio {
    pub(super) fn new(assets_dir: PathBuf) -> Self {
        Self { originals: Originals::new(assets_dir), last: None, fonts: Fonts::default(), assets: None }
    }

    /// Nothing is asked for at the moment.
    fn rest(&mut self) {
        self.originals.rest();
        self.last = None;
    }

    fn assets_dir(&self) -> &Path {
        self.originals.assets_dir()
    }

    /// Forgets what was removed from the show.
    fn follow(&mut self, show: &Show) {
        if self.assets.as_ref().is_some_and(|known| Arc::ptr_eq(known, &show.assets)) {
            return;
        }
        self.assets = Some(show.assets.clone());
        self.originals.forget_broken(|id| show.assets.contains_key(id));
        let gone: Vec<String> =
            self.fonts.uploaded().filter(|id| !show.assets.contains_key(*id)).map(str::to_owned).collect();
        gone.iter().for_each(|id| self.fonts.forget(id));
    }

    /// Takes in the uploaded fonts that the text may be set in. What can not be read is set in the built-in one.
    fn stock(&mut self, style: &TextStyle, assets: &BTreeMap<AssetId, Arc<Asset>>) {
        for asset in need::fonts_of(style, assets) {
            if self.fonts.has(asset.id.as_str()) || self.originals.is_broken(&asset.id) {
                continue;
            }
            let read = std::fs::read(self.originals.path_of(asset)).map_err(|error| error.to_string());
            let registered =
                read.and_then(|bytes| self.fonts.register(asset.id.as_str(), bytes).map_err(|error| error.to_string()));
            if let Err(error) = registered {
                self.originals.note_broken(&asset.id, &error, "texts are set in the built-in font");
            }
        }
    }

    /// Puts the tables where painting finds them, and nothing but these; says whether anything changed.
    fn lay_out(&mut self, tables: &HashSet<&AssetId>, pictures: &mut Pictures) -> bool {
        let mut is_changed = pictures.keep_tables(|id| tables.contains(id));
        for id in tables {
            if pictures.table(id).is_none()
                && !self.originals.is_broken(id)
                && let Some(table) = self.originals.cube(id)
            {
                pictures.insert_table(id, table);
                is_changed = true;
            }
        }
        is_changed
    }

    fn make(&mut self, need: &Need<'_>) -> Picture {
        let PictureKey { content, parity } = need.key;
        if let Some((known, finished, fine)) = &self.last
            && *known == content
        {
            return Picture::sharing(finished, parity, fine.clone());
        }
        let finished = self.finished(need);
        let picture = Picture::new(&finished, parity);
        self.last = Some((content, finished, picture.fine.clone()));
        picture
    }

    pub(super) fn finished(&mut self, need: &Need<'_>) -> Finished {
        let drawing = self.drawing(need);
        let supplies = self.supplies(need);
        finished(drawing, &need.finish, &supplies)
    }

    fn drawing(&mut self, need: &Need<'_>) -> Raster {
        let size = need.finish.size.unwrap_or((0, 0));
        match &need.work {
            Work::Paper { color } => Raster::filled(*color, size),
            Work::Gradient { from, to, shape, angle, stops } => {
                let gradient = gradient::Gradient { from: *from, to: *to, shape: *shape, angle: *angle, stops };
                gradient::raster(&gradient, size)
            }
            Work::Image { id, asset, fitted } => match self.originals.get(id, *asset) {
                Some(original) => original.placed(fitted, size),
                None => image::placeholder(size),
            },
            Work::Text { text, style, scale, text_box, fields, assets } => {
                self.stock(style, assets);
                let style = style.scaled(*scale);
                text::raster(&field::fill(text, fields), &style, &mut self.fonts, *text_box)
            }
            Work::Luma { id, asset } => self
                .originals
                .get(id, *asset)
                .map_or_else(|| Raster::filled(Color::WHITE, size), |original| original.scaled(size).white_where_bright()),
            Work::Panel { style, scale, text_box } => {
                text::backdrop(&style.scaled(*scale), *text_box).unwrap_or_else(|| Raster::transparent(0, 0))
            }
            Work::Shape { shape, scale } => shape::raster(shape, *scale, size),
        }
    }

    fn supplies(&mut self, need: &Need<'_>) -> Supplies {
        let mask =
            need.finish.mask.and_then(|(_, asset)| asset).and_then(|asset| self.originals.get(&asset.id, Some(asset)));
        let mask = mask.map(Original::whole);
        Supplies { mask, cubes: self.cubes(need.finish.filters) }
    }

    pub(super) fn cubes(&mut self, filters: &[Filter]) -> Vec<(AssetId, Arc<Cube>)> {
        let table = |filter: &Filter| match filter {
            Filter::Lut { asset, .. } => Some((asset.clone(), self.originals.cube(asset)?)),
            _ => None,
        };
        filters.iter().filter_map(table).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::font::BUILT_IN;
    use crate::picture::tests::{scene_of, show_of};

    fn settled(show: &Show, now: ShowTime, mut pictures: Pictures) -> Pictures {
        let mut studio = Studio::new(PathBuf::from("/nowhere"));
        let mut steps = 0;
        while let Some(next) = next(show, &[], now, &pictures, &mut studio) {
            pictures = next;
            steps += 1;
            assert!(steps < 100, "it comes to rest");
        }
        pictures
    }

    #[test]
    fn clocks_are_ready_before_their_second_and_gone_after_it() {
        let show = show_of(r#"{"id":"a","kind":"text","text":"{clock}"}"#);
        let scene = scene_of(&show);
        let key = |second: i64| {
            let at = ShowTime(second * 1_000_000);
            needs_of(&show, &scene, at).first().expect("a text needs a picture").key
        };
        let mut pictures = Pictures::default();
        for second in 100..105 {
            pictures = settled(&show, ShowTime(second * 1_000_000 + 500_000), pictures);
            let ready: Vec<i64> = (95..110).filter(|second| pictures.has(key(*second))).collect();
            let past = if second == 100 { second } else { second - 1 };
            assert_eq!(ready, (past..=second + 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn uploaded_fonts_are_taken_in_when_a_text_needs_them_and_forgotten_with_their_asset() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("f.ttf"), BUILT_IN).unwrap();
        std::fs::write(dir.path().join("g.ttf"), &BUILT_IN[..9_000]).unwrap();
        let text = |id: &str, font: &str| format!(r#"{{"id":"{id}","kind":"text","text":"x","font":"{font}"}}"#);
        let mut show = show_of(&[text("a", "f"), text("b", "g"), text("c", "My Family")].join(","));
        let mut studio = Studio::new(dir.path().to_owned());
        let settle = |show: &Show, studio: &mut Studio| {
            let mut pictures = Pictures::default();
            while let Some(next) = next(show, &[], ShowTime(0), &pictures, studio) {
                pictures = next;
            }
            let scene = scene_of(show);
            needs_of(show, &scene, ShowTime(0)).iter().map(|need| need.key).collect::<Vec<_>>()
        };
        let before = settle(&show, &mut studio);
        assert!(!studio.fonts.has("f"), "the show does not know it");
        let assets = show.assets.clone();
        for id in ["f", "g"] {
            let json = r#"{"name":"","kind":"font","format":"ttf","width":0,"height":0,"bytes":1,"families":["My Family"]"#;
            let asset: Asset = serde_json::from_str(&format!(r#"{json},"id":"{id}"}}"#)).unwrap();
            Arc::make_mut(&mut show.assets).insert(asset.id.clone(), Arc::new(asset));
        }
        let after = settle(&show, &mut studio);
        assert!(before.iter().zip(&after).all(|(before, after)| before != after), "all texts are set anew");
        assert!(studio.fonts.has("f") && !studio.fonts.has("g"));
        assert!(studio.originals.is_broken(&AssetId::new("g").unwrap()));
        show.assets = assets;
        settle(&show, &mut studio);
        assert_eq!(studio.fonts.uploaded().count(), 0);
        assert!(!studio.originals.is_broken(&AssetId::new("g").unwrap()));
    }

    #[test]
    fn scenes_that_are_not_on_air_stay_within_the_bound() {
        let layers: Vec<String> = (0..60)
            .map(|index| format!(r##"{{"id":"l{index}","width":2000,"height":2000,"kind":"gradient","from":"#000000","to":"#0000{index:02x}"}}"##))
            .collect();
        let mut show = show_of(&layers.join(","));
        let agenda = Agenda::of(&show, &[], ShowTime(0));
        assert_eq!(agenda.needs.len(), 60, "what is on air is always prepared");
        show.program = None;
        let agenda = Agenda::of(&show, &[], ShowTime(0));
        assert!(agenda.bytes <= MOST_BYTES && (2..60).contains(&agenda.needs.len()));
    }
}
