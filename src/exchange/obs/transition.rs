//! Transitions between scenes, by name.

use super::data::Data;
use super::files::{base_name, find};
use super::names::Names;
use super::report::About;
use super::scene::Conversion;
use super::source::missing;
use crate::show::asset::AssetKind;
use crate::show::color::Color;
use crate::show::easing::Easing;
use crate::show::ids::TransitionId;
use crate::show::transition::{Direction, Heading, Kind, Transition};

/// Kept in one place: there are 256 at most.
const MOST: usize = 200;

pub fn convert(file: Data<'_>, conversion: &mut Conversion<'_>) {
    let duration_ms = file.number_or("transition_duration", 300.0).clamp(0.0, 10_000.0) as u32;
    let mut names = Names::default();
    for transition in file.list("transitions").take(MOST) {
        let about = About { scene: "", item: transition.text("name"), kind: transition.text("id") };
        let Some(kind) = kind_of(transition, duration_ms, about, conversion) else { continue };
        let Ok(id) = TransitionId::new(&names.unique(transition.text("name"), "transition")) else { continue };
        conversion.collection.transitions.insert(id, Transition { duration_ms, easing: Easing::Linear, kind });
    }
    // The ones that are always there are written nowhere but by their names.
    let current = file.text("current_transition");
    let plain = match current {
        "Fade" => Some(("fade", Kind::Fade {})),
        "Cut" => Some(("cut", Kind::Cut {})),
        _ => None,
    };
    if let Some((name, kind)) = plain
        && let Ok(id) = TransitionId::new(&names.unique(name, "transition"))
    {
        conversion.collection.transitions.insert(id, Transition { duration_ms, easing: Easing::Linear, kind });
    }
}

fn kind_of(transition: Data<'_>, duration_ms: u32, about: About<'_>, conversion: &mut Conversion<'_>) -> Option<Kind> {
    let settings = transition.child("settings");
    match transition.kind() {
        "cut_transition" => Some(Kind::Cut {}),
        "fade_transition" => Some(Kind::Fade {}),
        "swipe_transition" => Some(Kind::Slide { direction: direction(settings) }),
        "slide_transition" => Some(Kind::Push { direction: direction(settings) }),
        "fade_to_color_transition" => {
            let color = Color { alpha: 255, ..settings.color("color", 0xff00_0000) };
            Some(Kind::Dip { color })
        }
        "wipe_transition" => wipe(settings, about, conversion),
        "obs_stinger_transition" => stinger(settings, duration_ms, about, conversion),
        _ => {
            conversion.report.skipped(about, "unknown_transition", "this kind of transition is not there");
            None
        }
    }
}

fn direction(settings: Data<'_>) -> Direction {
    match settings.text("direction") {
        "right" => Direction::Right,
        "up" => Direction::Up,
        "down" => Direction::Down,
        _ => Direction::Left,
    }
}

/// OBS brings pictures for its wipes along; the plain ones are edges here.
fn wipe(settings: Data<'_>, about: About<'_>, conversion: &mut Conversion<'_>) -> Option<Kind> {
    let softness = settings.number_or("luma_softness", 0.03).clamp(0.0, 1.0);
    let invert = settings.flag_or("luma_invert", false);
    let edge = |plain: Heading, inverted: Heading| Kind::Wipe { direction: if invert { inverted } else { plain }, softness };
    let picture = settings.text("luma_image");
    match base_name(picture) {
        "" | "linear-h.png" => Some(edge(Heading::Right, Heading::Left)),
        "linear-v.png" => Some(edge(Heading::Down, Heading::Up)),
        "linear-topleft.png" => Some(edge(Heading::DownRight, Heading::UpLeft)),
        "linear-topright.png" => Some(edge(Heading::DownLeft, Heading::UpRight)),
        "linear-bottomleft.png" => Some(edge(Heading::UpRight, Heading::DownLeft)),
        "linear-bottomright.png" => Some(edge(Heading::UpLeft, Heading::DownRight)),
        "circle.png" => Some(Kind::Iris { softness, x: 0.5, y: 0.5 }),
        _ => match find(conversion.known, picture, |kind| kind == AssetKind::Image) {
            Some(asset) => Some(Kind::LumaWipe { asset: asset.id.clone(), softness, invert }),
            None => {
                missing(picture, about, conversion);
                None
            }
        },
    }
}

/// With a clip; here a stinger is a picture or an animated picture.
fn stinger(settings: Data<'_>, duration_ms: u32, about: About<'_>, conversion: &mut Conversion<'_>) -> Option<Kind> {
    let path = settings.text("path");
    let Some(asset) = find(conversion.known, path, |kind| kind == AssetKind::Image) else {
        missing(path, about, conversion);
        conversion.report.skipped(
            about,
            "stinger",
            "a stinger is a picture with transparency here (APNG, WebP or GIF, if it moves)",
        );
        return None;
    };
    // A time in milliseconds, or the number of a frame.
    let is_frame = settings.whole("tp_type") == Some(1);
    let point = settings.number_or("transition_point", 0.0) * if is_frame { 1_000.0 / 30.0 } else { 1.0 };
    if is_frame {
        conversion.report.approximated(
            about,
            "stinger_point",
            "its cut is at a frame in OBS; 30 frames a second are assumed",
        );
    }
    let cut_ms = point.clamp(0.0, f64::from(duration_ms)) as u32;
    Some(Kind::Stinger { asset: asset.id.clone(), cut_ms })
}
