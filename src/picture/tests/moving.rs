//! Pictures that move by themselves: where they lie, and what is seen while nothing of them is decoded.

use super::*;
use crate::frame::video::Films;
use crate::frame::video::{Plane, Planes, VideoFrame};
use crate::picture::list::Source;
use crate::picture::watch::{self, Sight};
use crate::show::ids::{AssetId, InputId};

struct Flat(Vec<u8>);

impl Planes for Flat {
    fn plane(&self, index: usize) -> Option<Plane<'_>> {
        let stride = if index == 1 || index == 2 { 30 } else { 60 };
        Some(Plane { bytes: &self.0, stride })
    }
}

/// One picture for every asset.
struct OnePicture(Arc<VideoFrame>);

impl Films for OnePicture {
    fn film(&self, _: &InputId, _: ShowTime) -> Option<Arc<VideoFrame>> {
        None
    }

    fn moving(&self, _: &AssetId, _: ShowTime) -> Option<Arc<VideoFrame>> {
        Some(self.0.clone())
    }
}

fn animated(layers: &str) -> Show {
    let mut show = show_of(layers);
    for asset in Arc::make_mut(&mut show.assets).values_mut() {
        let asset = Arc::make_mut(asset);
        (asset.animated, asset.duration_ms) = (true, Some(500));
    }
    show
}

#[test]
fn what_moves_lies_where_the_still_picture_does() {
    let films = OnePicture(Arc::new(VideoFrame::new((60, 40), (1, 1), 0, Arc::new(Flat(vec![90; 60 * 40])))));
    let directory = assets();
    for rest in
        ["", r#","x":20,"y":10,"width":120"#, r#","width":90,"height":90,"fit":"contain""#, r#","crop":{"left":10},"x":4"#]
    {
        let show = animated(&format!(r#"{{"id":"i","kind":"image","asset":"img"{rest}}}"#));
        let pictures = Pictures::prepare_now(&show, ShowTime(0), directory.path());
        let mut still = DisplayList::default();
        plan(&show, ShowTime(0), &pictures, &NoFilms, &mut still);
        let found = |list: &DisplayList, wanted: fn(&Source) -> bool| {
            list.items().iter().find(|item| wanted(&item.source)).map(|item| item.rect.intersection(item.clip))
        };
        let expected = found(&still, |source| matches!(source, Source::Picture(_))).expect("the first picture stands still");
        let mut list = DisplayList::default();
        plan(&show, ShowTime(0), &pictures, &films, &mut list);
        let moving = found(&list, |source| matches!(source, Source::Surface(_))).expect("it moves, and can be seen through");
        // A still picture is as large as its box, a moving one as what is seen in it.
        assert_eq!(expected.intersection(moving), moving, "{rest}");
        assert!(found(&list, |source| matches!(source, Source::Picture(_))).is_none(), "and nothing stands still under it");
    }
}

#[test]
fn only_what_is_seen_is_decoded() {
    let hidden = r#"{"id":"i","kind":"image","asset":"img","visible":false}"#;
    assert!(watch::moving(&animated(hidden), Sight::All, nowhere()).is_empty());
    let show = animated(r#"{"id":"g","kind":"group","layers":[{"id":"i","kind":"image","asset":"img"}]}"#);
    let moving = watch::moving(&show, Sight::Program, nowhere());
    assert_eq!(moving.values().map(|moving| moving.period_ms).collect::<Vec<_>>(), [500]);
    assert!(watch::moving(&Show { program: None, ..show }, Sight::Program, nowhere()).is_empty());
    assert!(
        watch::moving(&show_of(r#"{"id":"i","kind":"image","asset":"img"}"#), Sight::Program, nowhere()).is_empty(),
        "it does not move"
    );
}
