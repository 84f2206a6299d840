//! The slow and obvious way to paint: every layer in floating-point RGB, converted once at the end. Tests compare with it.

use std::path::Path;

use super::contents::{Raster, gradient, image, text};
use super::need::{self, Work};
use super::{layout, pattern};
use crate::frame::picture::Layout;
use crate::show::Show;
use crate::show::geometry::Rect;
use crate::show::layer::{Content, Layer};
use crate::show::scene::Scene;
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
    let bounds = show.config.canvas().bounds();
    let mut canvas = Canvas { bounds, rgb: vec![[0.0; 3]; (bounds.width * bounds.height) as usize] };
    if let Some(scene) = show.program_scene() {
        for layer in scene.layers.iter().filter(|layer| layer.visible) {
            paint_layer(show, scene, layer, at, assets_dir, &mut canvas);
        }
    }
    converted(&canvas, Layout::new(show.config.canvas()))
}

fn paint_layer(show: &Show, scene: &Scene, layer: &Layer, at: ShowTime, assets_dir: &Path, canvas: &mut Canvas) {
    let rect = layout::rect_on(layer, show.config.canvas());
    let opacity = f64::from(layout::weight(layer.opacity)) / 255.0;
    match &layer.content {
        Content::Color { color } => {
            let rgb = [color.red, color.green, color.blue].map(f64::from);
            canvas.fill(rect, rgb, f64::from(color.alpha) / 255.0 * opacity);
        }
        Content::Pattern { .. } => pattern::parts(rect, at, show.config.fps.frame_at(at), |part, yuv| {
            canvas.fill(part, rgb_of([yuv.y, yuv.u, yuv.v].map(f64::from)), opacity);
        }),
        _ => {}
    }
    let Some(need) = need::need(show, scene, layer, at) else {
        return;
    };
    let raster = match need.work {
        Work::Gradient { from, to, angle, size } => gradient::raster(from, to, angle, size),
        Work::Image { asset, size, .. } => match asset.map(|asset| image::decode(&assets_dir.join(asset.file_name()))) {
            Some(Ok(original)) => image::scaled(&original, size),
            _ => image::placeholder(size),
        },
        Work::Text { text, size, color, bounds, at } => text::raster(&text::filled_in(text, at), size, color, bounds),
    };
    canvas.draw(&raster, layout::corner(layer), opacity);
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
