//! Makes pictures on a thread of its own, and publishes them: what the program shows now and in the next two seconds, then
//! what the other scenes would show, so that a take is instant.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::agenda::{Agenda, SHOWS_AHEAD, is_moving, needs_of, tables_of, transitions};
use super::need::{self, Need, PictureKey};
use super::pictures::Pictures;
use super::sources::Sources;
use super::sources::animated::{MOST_AT_ONCE, Moving};
use super::sources::wanted::Wanted;
use super::studio::Studio;
use super::watch::{self, Outlook, Sight};
use crate::base::clock::Clock;
use crate::base::tasks::StopFlag;
use crate::show::Show;
use crate::show::ids::{AssetId, InputId};
use crate::show::program::Program;
use crate::show::stream::Stream;
use crate::show::time::ShowTime;
use crate::show::timeline::{Timeline, Upcoming};

/// How often the show is looked at without being woken. A new text is seen a moment later at worst.
const NAP: Duration = Duration::from_millis(20);

/// While the show stays the same and nothing is missing, what is needed next is looked at this often: well within the second
/// that clocks are prepared ahead.
const SETTLED: Duration = Duration::from_millis(200);

/// What the preparing thread works with.
pub(super) struct Preparing {
    pub shows: Arc<ArcSwap<Timeline>>,
    pub clock: Clock,
    pub stop: StopFlag,
    /// Told what is seen; their pictures are not made here.
    pub sources: Arc<Sources>,
    pub published: Arc<ArcSwap<Pictures>>,
    pub studio: Studio,
    pub outlook: Outlook,
}

/// Body of the thread. It is unparked when a frame missed a picture.
pub(super) fn prepare(mut preparing: Preparing) {
    // Maps that the tick thread may still be reading. They are kept until it has let go, so that it never frees a picture.
    let mut retired: Vec<Arc<Pictures>> = Vec::new();
    let mut ordered: Option<(Arc<Timeline>, Sight, ShowTime)> = None;
    let mut settled: Option<(Arc<Timeline>, ShowTime)> = None;
    while !preparing.stop.is_set() {
        retired.retain(|pictures| Arc::strong_count(pictures) > 1);
        let now = preparing.clock.now();
        let shows = preparing.shows.load_full();
        let show = shows.at(now).clone();
        let sight = preparing.outlook.sight();
        let is_ordered = ordered
            .as_ref()
            .is_some_and(|(known, seen, until)| Arc::ptr_eq(known, &shows) && *seen == sight && now <= *until);
        if !is_ordered {
            let held_at = matches!(show.stream, Stream::Paused { .. }).then(|| show.stream.picture_time(now));
            preparing.sources.order(&inputs(&show, sight, now, shows.ahead(), preparing.studio.assets_dir()), held_at);
            preparing.sources.order_moving(&moving(&show, sight, shows.ahead(), preparing.studio.assets_dir()), held_at);
            ordered = Some((shows.clone(), sight, now.plus(SETTLED)));
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
fn inputs(show: &Show, sight: Sight, now: ShowTime, ahead: &[Upcoming], assets_dir: &Path) -> BTreeMap<InputId, Wanted> {
    let mut inputs = watch::inputs(show, sight, show.stream.picture_time(now), assets_dir);
    for upcoming in ahead.iter().take(SHOWS_AHEAD) {
        for (id, wanted) in watch::inputs(&upcoming.show, Sight::Program, upcoming.at, assets_dir) {
            inputs.entry(id).or_insert(wanted);
        }
    }
    // What lights listen to runs whether anybody sees it or not.
    show.each_sound_on_lights(now, &mut |of| {
        if let Some(wanted) = of.and_then(|input| inputs.get_mut(input)) {
            wanted.is_visible = true;
        }
    });
    inputs
}

fn moving(show: &Show, sight: Sight, ahead: &[Upcoming], assets_dir: &Path) -> BTreeMap<AssetId, Moving> {
    let mut moving = watch::moving(show, sight, assets_dir);
    for upcoming in ahead.iter().take(SHOWS_AHEAD) {
        for (id, next) in watch::moving(&upcoming.show, Sight::Program, assets_dir) {
            if moving.len() < MOST_AT_ONCE {
                moving.entry(id).or_insert(next);
            }
        }
    }
    moving
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

/// Makes everything that any scene shows at `at`.
pub(super) fn all(show: &Show, at: ShowTime, assets_dir: &Path, pictures: &mut Pictures) {
    let mut studio = Studio::new(assets_dir.to_owned());
    let scenes = show.scenes.values().flat_map(|scene| needs_of(show, scene, at));
    studio.lay_out(&tables_of(show), pictures);
    let needs: Vec<Need<'_>> = scenes
        .chain(transitions(show).filter_map(|transition| need::of_transition(show, transition, show.config.canvas())))
        .collect();
    for need in needs {
        if !pictures.has(need.key) {
            pictures.insert(&need, studio.make(&need));
        }
        pictures.show_meanwhile(need.layer, need.key);
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::media::font::BUILT_IN;
    use crate::picture::tests::{scene_of, show_of};
    use crate::show::asset::Asset;
    use crate::show::ids::AssetId;

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
}
