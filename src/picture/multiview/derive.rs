//! The multiview of a show: the same show with one more scene, whose layers are the others. Pure.

use std::sync::Arc;

use super::meters::{Heard, bars};
use super::places::Places;
use crate::show::Show;
use crate::show::color::Color;
use crate::show::geometry::{Canvas, Rect};
use crate::show::ids::{InputId, LayerId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::show::length::Length;
use crate::show::scene::Scene;
use crate::show::text::{Align, TextStyle, VerticalAlign};

/// Scenes beyond these are counted, not shown: nobody would recognise them.
const MOST_TILES: usize = 64;

const ON_AIR: Color = Color::opaque(0xe0, 0x20, 0x20);
const IN_PREVIEW: Color = Color::opaque(0x20, 0xc0, 0x40);
const OTHER: Color = Color::opaque(0x48, 0x48, 0x48);

/// A show in which everything can be seen, and what of it is new.
pub struct Multiview {
    pub show: Show,
    /// The scene that shows the others, laid out on the sheet.
    pub scene: Arc<Scene>,
    /// The name under which the scene shows the program's newest frame. Nothing else in the show has it.
    pub program: InputId,
}

/// None only if names were to run out.
pub fn multiview_of(show: &Show, sheet: Canvas, heard: &Heard) -> Option<Multiview> {
    let id = SceneId::new(&unused(|name| show.scenes.contains_key(name))).ok()?;
    let program = InputId::new(&unused(|name| show.inputs.contains_key(name))).ok()?;
    let others = others(show);
    let places = Places::of(sheet, others.len().min(MOST_TILES));
    let mut drawing = Drawing { layers: Vec::new(), frame: places.frame, label: places.label };
    for (rect, color) in bars(heard, &places.meters) {
        drawing.add(rect, Content::Color { color });
    }
    let on_air = show.program.as_ref().map(|program| &program.scene);
    let content = on_air.map(|_| Content::Input { input: program.clone() });
    drawing.tile(places.program, ON_AIR, content, &titled("PROGRAM", show, on_air));
    let preview = show.studio.preview.as_ref();
    let frame = if preview.is_some() { IN_PREVIEW } else { OTHER };
    drawing.tile(places.preview, frame, preview.map(of_scene), &titled("PREVIEW", show, preview));
    drawing.label = places.tile_label;
    let left_out = others.len().saturating_sub(places.tiles.len());
    for (index, (rect, other)) in places.tiles.iter().zip(others).enumerate() {
        let is_last = index + 1 == MOST_TILES;
        match left_out {
            1.. if is_last => drawing.tile(*rect, OTHER, None, &format!("+ {}", left_out + 1)),
            _ => drawing.tile(*rect, OTHER, Some(of_scene(other)), &name_of(show, other)),
        }
    }
    let scene = Arc::new(Scene { id: id.clone(), name: String::new(), layers: drawing.layers });
    let mut show = show.clone();
    Arc::make_mut(&mut show.scenes).insert(id, scene.clone());
    Some(Multiview { show, scene, program })
}

/// Those that are neither on air nor in the preview.
fn others(show: &Show) -> Vec<&SceneId> {
    let is_large = |id: &SceneId| {
        show.program.as_ref().is_some_and(|program| program.scene == *id) || show.studio.preview.as_ref() == Some(id)
    };
    show.scenes.keys().filter(|id| !is_large(id)).collect()
}

fn of_scene(id: &SceneId) -> Content {
    Content::Scene { scene: id.clone() }
}

fn name_of(show: &Show, id: &SceneId) -> String {
    let name = show.scenes.get(id).map(|scene| scene.name.trim()).filter(|name| !name.is_empty());
    name.unwrap_or(id.as_str()).to_owned()
}

fn titled(title: &str, show: &Show, scene: Option<&SceneId>) -> String {
    scene.map_or_else(|| title.to_owned(), |id| format!("{title} · {}", name_of(show, id)))
}

fn unused(is_used: impl Fn(&str) -> bool) -> String {
    let mut number = 0_u64;
    loop {
        let name = format!("multiview-{number}");
        if !is_used(&name) {
            return name;
        }
        number += 1;
    }
}

/// Layers as they are laid, one above the other.
struct Drawing {
    layers: Vec<Arc<Layer>>,
    frame: i32,
    label: i32,
}

impl Drawing {
    /// A picture with a frame around it and a name below.
    fn tile(&mut self, rect: Rect, frame: Color, content: Option<Content>, name: &str) {
        self.add(rect.grown(self.frame), Content::Color { color: frame });
        self.add(rect, Content::Color { color: Color::BLACK });
        if let Some(content) = content {
            self.add(rect, content);
        }
        let style = TextStyle {
            size: f64::from(self.label) * 0.7,
            align: Align::Center,
            vertical_align: VerticalAlign::Middle,
            max_lines: Some(1),
            ..TextStyle::default()
        };
        // Braces in a name are no fields.
        let text = name.replace('{', "{{").replace('}', "}}");
        let below = Rect { y: rect.bottom() + self.frame, height: self.label, ..rect };
        self.add(below, Content::Text { text, style: Box::new(style) });
    }

    fn add(&mut self, rect: Rect, content: Content) {
        let Ok(id) = LayerId::new(&format!("m{}", self.layers.len())) else { return };
        let pixels = |length: i32| Length::Pixels(f64::from(length));
        self.layers.push(Arc::new(Layer {
            x: pixels(rect.x),
            y: pixels(rect.y),
            width: Some(pixels(rect.width)),
            height: Some(pixels(rect.height)),
            ..Layer::plain(id, content)
        }));
    }
}
