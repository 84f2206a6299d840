//! Walks over the layers of a scene, those within others too, and says on which ground each of them stands.

use super::need::View;
use super::place::{self, Frame, Ground};
use crate::show::Show;
use crate::show::layer::{Content, Layer};
use crate::show::look::Fit;
use crate::show::scene::Scene;
use crate::show::time::ShowTime;

/// Scenes within each other end here; deciding refuses deeper ones.
const DEEPEST: usize = 16;

/// Calls `see` for every layer, hidden ones too, each before what is inside it. For one whose content is not a picture of its
/// own, it is told the box.
pub fn each_ground<'a>(
    show: &'a Show,
    (scene, ground): (&'a Scene, Ground),
    times: (ShowTime, ShowTime),
    see: &mut impl FnMut(&'a Layer, View, Option<Frame>),
) {
    let view = View::of_scene(ground, &scene.id, times);
    for layer in &scene.layers {
        visit(show, layer, view.of(layer), 0, see);
    }
}

fn visit<'a>(
    show: &'a Show,
    layer: &'a Layer,
    view: View,
    depth: usize,
    see: &mut impl FnMut(&'a Layer, View, Option<Frame>),
) {
    if depth > DEEPEST {
        return;
    }
    let frame = frame(show, layer, view);
    see(layer, view, frame);
    let Some(frame) = frame else { return };
    each_inner(show, layer, view, frame, &mut |inner, view| visit(show, inner, view, depth + 1, see));
}

/// The box of a layer that has others inside it, or shows what moves; None for a picture that stands still.
pub fn frame(show: &Show, layer: &Layer, view: View) -> Option<Frame> {
    let (ground, pose) = (view.ground, &view.pose);
    let canvas = show.config.canvas();
    match &layer.content {
        Content::Group { .. }
        | Content::Layout { .. }
        | Content::Backdrop
        | Content::Levels(_)
        | Content::Effect(_)
        | Content::Jam(_)
        | Content::Feed { .. } => Some(ground.frame(pose)),
        Content::Scene { .. } | Content::Input { .. } => {
            Some(ground.frame_of_natural(pose, (f64::from(canvas.width), f64::from(canvas.height))))
        }
        Content::Image { asset } => {
            let asset = show.assets.get(asset).filter(|asset| asset.animated)?;
            let content = place::cropped(&pose.crop, (f64::from(asset.width), f64::from(asset.height)));
            Some(ground.frame_of_natural(pose, (content.width, content.height)))
        }
        Content::Color { .. }
        | Content::Gradient { .. }
        | Content::Pattern { .. }
        // While nothing is played there is nothing to be seen.
        | Content::Player { .. }
        | Content::Shape(_)
        | Content::Text { .. } => None,
    }
}

/// Calls `see` for each layer directly inside this one, topmost first, with the ground that it stands on.
pub fn each_inner<'a>(show: &'a Show, layer: &'a Layer, view: View, frame: Frame, see: &mut impl FnMut(&'a Layer, View)) {
    let View { ground, within, .. } = view;
    let ground = Ground { roams: view.roams(), ..ground };
    let within = within.inside(&layer.id);
    match &layer.content {
        Content::Group { layers } => {
            let view = View { ground: ground.within(frame), within, ..view };
            layers.iter().rev().for_each(|inner| see(inner, view.of(inner)));
        }
        Content::Layout { arrange, layers, moved } => {
            let count = layers.iter().filter(|layer| layer.visible).count();
            let box_ground = ground.within(frame);
            let mut seat = count;
            for inner in layers.iter().rev() {
                seat -= usize::from(inner.visible);
                let index = inner.visible.then_some(seat);
                let size = (box_ground.width, box_ground.height);
                let slot = arrange.slot_at((index, count), moved.as_deref(), &inner.id, size, view.at);
                let Some(slot) = slot else { continue };
                let (across, down) = ground.scale;
                let place = Frame {
                    x: frame.x + slot.x * across,
                    y: frame.y + slot.y * down,
                    width: slot.width * across,
                    height: slot.height * down,
                };
                let is_gliding = moved.as_ref().is_some_and(|moved| moved.is_under_way(arrange.glide_ms, view.at));
                let slot = Ground { roams: ground.roams || is_gliding, ..ground.slot(place) };
                see(inner, View { ground: slot, within, ..view }.of(inner));
            }
        }
        Content::Scene { scene } => {
            let Some(scene) = show.scenes.get(scene) else { return };
            let canvas = show.config.canvas();
            let whole = (f64::from(canvas.width), f64::from(canvas.height));
            let content = place::cropped(&view.pose.crop, whole);
            let fitted = place::fitted(kept(layer.fit), content, (frame.width, frame.height), ground.scale);
            // Cropped away, or without a size: there is nothing to stand on.
            let has_room = fitted.from.width > 0.0 && fitted.from.height > 0.0;
            if !has_room {
                return;
            }
            let (across, down) = (fitted.to.width / fitted.from.width, fitted.to.height / fitted.from.height);
            // Where all of the canvas would lie, of which only a part may be seen.
            let place = Frame {
                x: frame.x + fitted.to.x - fitted.from.x * across,
                y: frame.y + fitted.to.y - fitted.from.y * down,
                width: whole.0 * across,
                height: whole.1 * down,
            };
            let view = View { ground: Ground { roams: ground.roams, ..Ground::shrunk(canvas, place) }, within, ..view };
            scene.layers.iter().rev().for_each(|inner| see(inner, view.of(inner)));
        }
        _ => {}
    }
}

/// How what has a shape of its own is fitted.
pub fn kept(fit: Fit) -> Fit {
    if fit == Fit::Auto { Fit::Contain } else { fit }
}
