//! The slow and obvious way to paint: every layer in floating-point RGB, converted once at the end. Tests compare with it.

use std::path::Path;

use super::contents::Raster;
use super::ground::each_inner;
use super::need::{self, Need, View};
use super::place::{self, pixel};
use super::prepare::Studio;
use super::{ground, pattern};
use crate::frame::picture::Layout;
use crate::show::Show;
use crate::show::geometry::Rect;
use crate::show::layer::{Content, Layer};
use crate::show::time::ShowTime;

struct Canvas {
    bounds: Rect,
    rgb: Vec<[f64; 3]>,
}

impl Canvas {
    fn blend(&mut self, x: i32, y: i32, color: [f64; 3], alpha: f64) {
        if self.bounds.contains(Rect { x, y, width: 1, height: 1 }) {
            let pixel = &mut self.rgb[(y * self.bounds.width + x) as usize];
            *pixel = [0, 1, 2].map(|index| color[index] * alpha + pixel[index] * (1.0 - alpha));
        }
    }

    fn fill(&mut self, rect: Rect, color: [f64; 3], alpha: f64) {
        let rect = rect.intersection(self.bounds);
        for y in rect.y..rect.bottom() {
            for x in rect.x..rect.right() {
                self.blend(x, y, color, alpha);
            }
        }
    }

    fn draw(&mut self, raster: &Raster, (left, top): (i32, i32), opacity: f64) {
        for (index, pixel) in (0..).zip(raster.rgba.as_chunks::<4>().0) {
            let [red, green, blue, alpha] = pixel.map(f64::from);
            let (x, y) = (left + index % raster.width, top + index / raster.width);
            self.blend(x, y, [red, green, blue], alpha / 255.0 * opacity);
        }
    }
}

/// Y, U and V of what the program shows, in the layout of a frame.
pub fn paint(show: &Show, at: ShowTime, assets_dir: &Path) -> Vec<u8> {
    let size = show.config.canvas();
    let bounds = size.bounds();
    let mut canvas = Canvas { bounds, rgb: vec![[0.0; 3]; (bounds.width * bounds.height) as usize] };
    if let Some(scene) = show.program_scene() {
        let mut studio = Studio::new(assets_dir.to_owned());
        let taken = show.program.as_ref().map_or(at, |program| program.since);
        let view = View::of_scene(show, &scene.id, at, taken);
        for layer in &scene.layers {
            paint_layer(show, layer, view.of(layer), &mut studio, &mut canvas);
        }
    }
    converted(&canvas, Layout::new(size))
}

fn paint_layer(show: &Show, layer: &Layer, view: View, studio: &mut Studio, canvas: &mut Canvas) {
    if !layer.visible && !view.ground.is_slot {
        return;
    }
    let rect = view.ground.frame(&view.pose).snapped();
    let opacity = f64::from(place::weight(view.pose.opacity)) / 255.0;
    match &layer.content {
        Content::Color { color } if need::is_plain(layer, &view.pose) => {
            let rgb = [color.red, color.green, color.blue].map(f64::from);
            canvas.fill(rect, rgb, f64::from(color.alpha) / 255.0 * opacity);
        }
        Content::Pattern { .. } => pattern::parts(rect, view.at, show.config.fps.frame_at(view.at), |part, yuv| {
            canvas.fill(part, rgb_of([yuv.y, yuv.u, yuv.v].map(f64::from)), opacity);
        }),
        _ => {}
    }
    if let Some(frame) = ground::frame(show, layer, view) {
        let mut inner = Vec::new();
        each_inner(show, layer, view, frame, &mut |layer, view| inner.push((layer, view)));
        inner.into_iter().rev().for_each(|(layer, view)| paint_layer(show, layer, view, studio, canvas));
    }
    if let Some(need) = need::need(show, layer, view) {
        draw(&need, view.position(), opacity, studio, canvas);
    }
}

fn draw(need: &Need<'_>, (x, y): (f64, f64), opacity: f64, studio: &mut Studio, canvas: &mut Canvas) {
    let finished = studio.finished(need);
    let (left, top) = finished.offset;
    canvas.draw(&finished.raster, (pixel(x) + left, pixel(y) + top), opacity);
}

const KR: f64 = 0.2126;
const KB: f64 = 0.0722;

fn rgb_of([y, u, v]: [f64; 3]) -> [f64; 3] {
    let (y, u, v) = ((y - 16.0) / 219.0, (u - 128.0) / 224.0, (v - 128.0) / 224.0);
    let red = y + 2.0 * (1.0 - KR) * v;
    let blue = y + 2.0 * (1.0 - KB) * u;
    let green = (y - KR * red - KB * blue) / (1.0 - KR - KB);
    [red, green, blue].map(|value| value * 255.0)
}

fn yuv_of(rgb: [f64; 3]) -> [f64; 3] {
    let [red, green, blue] = rgb.map(|value| value / 255.0);
    let y = KR * red + (1.0 - KR - KB) * green + KB * blue;
    let (u, v) = ((blue - y) / (2.0 * (1.0 - KB)), (red - y) / (2.0 * (1.0 - KR)));
    [16.0 + 219.0 * y, 128.0 + 224.0 * u, 128.0 + 224.0 * v]
}

fn converted(canvas: &Canvas, layout: Layout) -> Vec<u8> {
    let mut bytes = vec![0; layout.size()];
    let [luma, u, v] = layout.planes_mut(&mut bytes);
    let (width, height) = (canvas.bounds.width as usize, canvas.bounds.height as usize);
    let pixel = |x: usize, y: usize| yuv_of(canvas.rgb[y * width + x]);
    for y in 0..height {
        for x in 0..width {
            luma[y * layout.luma_stride + x] = pixel(x, y)[0].round() as u8;
        }
    }
    for y in 0..height / 2 {
        for x in 0..width / 2 {
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, down)| pixel(2 * x + right, 2 * y + down));
            let mean = |plane: usize| (four.iter().map(|pixel| pixel[plane]).sum::<f64>() / 4.0).round() as u8;
            u[y * layout.chroma_stride + x] = mean(1);
            v[y * layout.chroma_stride + x] = mean(2);
        }
    }
    bytes
}
