//! The slow and obvious way to paint: every layer in floating-point RGB, converted once at the end. Tests compare with it.

use std::path::Path;

use super::contents::Raster;
use super::finish::{self, Finished, Supplies};
use super::ground::each_inner;
use super::need::{self, Need, Part, View};
use super::place::{self, Frame, pixel};
use super::pose::Pose;
use super::studio::Studio;
use super::{ground, levels, pattern};
use crate::frame::picture::Layout;
use crate::frame::video::{Films, VideoFrame};
use crate::show::Show;
use crate::show::geometry::Rect;
use crate::show::layer::{Content, Layer};
use crate::show::lit::Lit;
use crate::show::look::Blend;
use crate::show::time::ShowTime;

/// Premultiplied colours, 0 to 255, and alpha from 0 to 1.
#[derive(Clone)]
struct Canvas {
    bounds: Rect,
    rgba: Vec<[f64; 4]>,
}

/// How what is painted meets what is there.
#[derive(Clone, Copy)]
struct Ink {
    opacity: f64,
    blend: Blend,
}

const PLAIN: Ink = Ink { opacity: 1.0, blend: Blend::Normal };

impl Canvas {
    fn transparent(bounds: Rect) -> Canvas {
        Canvas { bounds, rgba: vec![[0.0; 4]; (bounds.width * bounds.height) as usize] }
    }

    fn place(&self, x: i32, y: i32) -> Option<usize> {
        let is_inside = self.bounds.contains(Rect { x, y, width: 1, height: 1 });
        is_inside.then(|| ((y - self.bounds.y) * self.bounds.width + x - self.bounds.x) as usize)
    }

    /// W3C Compositing and Blending.
    fn blend(&mut self, x: i32, y: i32, color: [f64; 3], alpha: f64, ink: Ink) {
        let Some(place) = self.place(x, y) else { return };
        let alpha = alpha * ink.opacity;
        let [.., below] = self.rgba[place];
        let mixed = |index: usize| {
            let (under, over) = (self.rgba[place][index], color[index]);
            if ink.blend == Blend::Add && below > 0.0 {
                // The sum of light: what is translucent adds less, and only the sum is cut off.
                return alpha * (1.0 - below) * over + below * (under / below + alpha * over).min(255.0);
            }
            let met = if below > 0.0 { met(ink.blend, under / below / 255.0, over / 255.0) * 255.0 } else { 0.0 };
            alpha * (1.0 - below) * over + (1.0 - alpha) * under + alpha * below * met
        };
        self.rgba[place] = [mixed(0), mixed(1), mixed(2), alpha + below - alpha * below];
    }

    fn fill(&mut self, rect: Rect, color: [f64; 3], alpha: f64, ink: Ink) {
        let rect = rect.intersection(self.bounds);
        for y in rect.y..rect.bottom() {
            for x in rect.x..rect.right() {
                self.blend(x, y, color, alpha, ink);
            }
        }
    }

    fn draw(&mut self, raster: &Raster, (left, top): (i32, i32), ink: Ink) {
        for (index, pixel) in (0..).zip(raster.rgba.as_chunks::<4>().0) {
            let [red, green, blue, alpha] = pixel.map(f64::from);
            let (x, y) = (left + index % raster.width, top + index / raster.width);
            self.blend(x, y, [red, green, blue], alpha / 255.0, ink);
        }
    }

    /// As a drawing, with colours as they are.
    fn raster(&self) -> Raster {
        let straight = |[red, green, blue, alpha]: [f64; 4]| {
            let color = [red, green, blue].map(|value| if alpha > 0.0 { (value / alpha).round() as u8 } else { 0 });
            [color[0], color[1], color[2], (alpha * 255.0).round() as u8]
        };
        let rgba = self.rgba.iter().flat_map(|pixel| straight(*pixel)).collect();
        Raster { width: self.bounds.width, height: self.bounds.height, rgba }
    }

    fn part(&self, bounds: Rect) -> Canvas {
        let mut part = Canvas::transparent(bounds);
        for y in bounds.y..bounds.bottom() {
            for x in bounds.x..bounds.right() {
                if let (Some(from), Some(to)) = (self.place(x, y), part.place(x, y)) {
                    part.rgba[to] = self.rgba[from];
                }
            }
        }
        part
    }
}

/// Where both are solid.
fn met(blend: Blend, below: f64, over: f64) -> f64 {
    match blend {
        Blend::Normal => over,
        Blend::Multiply => below * over,
        Blend::Screen => below + over - below * over,
        Blend::Add => (below + over).min(1.0),
        Blend::Overlay if below <= 0.5 => 2.0 * below * over,
        Blend::Overlay => 1.0 - 2.0 * (1.0 - below) * (1.0 - over),
        Blend::Darken => below.min(over),
        Blend::Lighten => below.max(over),
        Blend::Difference => (below - over).abs(),
    }
}

/// Y, U and V of what the program shows, in the layout of a frame.
pub fn paint(show: &Show, at: ShowTime, assets_dir: &Path, films: &dyn Films) -> Vec<u8> {
    let size = show.config.canvas();
    let bounds = size.bounds();
    let mut canvas = Canvas::transparent(bounds);
    canvas.fill(bounds, [0.0; 3], 1.0, PLAIN);
    if let Some(scene) = show.program_scene() {
        let mut painter = Painter { show, films, studio: Studio::new(assets_dir.to_owned()) };
        let taken = show.program.as_ref().map_or(at, |program| program.since);
        let view = View::of_scene(place::Ground::of_canvas(show.config.canvas()), &scene.id, (at, taken));
        for layer in &scene.layers {
            painter.layer(layer, view.of(layer), &mut canvas);
        }
    }
    converted(&canvas, Layout::new(size))
}

struct Painter<'a> {
    show: &'a Show,
    films: &'a dyn Films,
    studio: Studio,
}

impl<'a> Painter<'a> {
    fn layer(&mut self, layer: &'a Layer, view: View, canvas: &mut Canvas) {
        if !layer.visible && !view.ground.is_slot {
            return;
        }
        let rect = view.ground.frame(&view.pose).snapped();
        let ink = Ink { opacity: f64::from(place::weight(view.pose.opacity)) / 255.0, blend: layer.blend };
        match (&layer.content, ground::frame(self.show, layer, view)) {
            (_, Some(frame)) => self.living(layer, view, frame, ink, canvas),
            (Content::Color { color }, _) if need::is_plain(layer, &view.pose) => {
                let rgb = [color.red, color.green, color.blue].map(f64::from);
                canvas.fill(rect, rgb, f64::from(color.alpha) / 255.0, ink);
            }
            (Content::Pattern { .. }, _) => {
                pattern::parts(rect, view.at, self.show.config.fps.frame_at(view.at), |part, yuv| {
                    canvas.fill(part, rgb_of([yuv.y, yuv.u, yuv.v].map(f64::from)), 1.0, ink);
                });
            }
            _ => {
                if let Some(need) = need::need(self.show, layer, view) {
                    self.draw(&need, view.position(), ink, canvas);
                }
            }
        }
    }

    fn draw(&mut self, need: &Need<'_>, (x, y): (f64, f64), ink: Ink, canvas: &mut Canvas) {
        let finished = self.studio.finished(need);
        let (left, top) = finished.offset;
        canvas.draw(&finished.raster, (pixel(x) + left, pixel(y) + top), ink);
    }

    /// What has a box: what is in it, by itself, with everything that is done to it, and then laid over the canvas.
    fn living(&mut self, layer: &'a Layer, view: View, frame: Frame, ink: Ink, canvas: &mut Canvas) {
        let content = self.content(layer, view, frame, canvas);
        let (mut raster, bounds) = self.filtered(layer, view, frame, content);
        if view.pose.radius > 0.0 || layer.mask.is_some() {
            let finished = self.studio.finished(&need::part(self.show, layer, view, frame, Part::Cover));
            keep_covered(&mut raster, bounds, &finished, view.position());
        }
        let corner = (bounds.x, bounds.y);
        if view.pose.rotation == 0.0 {
            let plain = Ink { blend: Blend::Normal, ..ink };
            self.around(layer, view, frame, Part::Shadow, plain, canvas);
            canvas.draw(&raster, corner, ink);
            self.around(layer, view, frame, Part::Border, plain, canvas);
            return;
        }
        let upright = View { pose: Pose { rotation: 0.0, ..view.pose }, ..view };
        let mut whole = Canvas::transparent(canvas.bounds.grown(100));
        self.around(layer, upright, frame, Part::Shadow, PLAIN, &mut whole);
        whole.draw(&raster, corner, PLAIN);
        self.around(layer, upright, frame, Part::Border, PLAIN, &mut whole);
        let (x, y) = (pixel(view.position().0), pixel(view.position().1));
        let flat = Finished { raster: whole.raster(), offset: (whole.bounds.x - x, whole.bounds.y - y) };
        let turned = finish::turn::turned(&flat, view.pose.rotation);
        canvas.draw(&turned.raster, (x + turned.offset.0, y + turned.offset.1), ink);
    }

    /// What the layer shows, as it came: what lies below it, its film, or its children.
    fn content(&mut self, layer: &'a Layer, view: View, frame: Frame, canvas: &mut Canvas) -> Canvas {
        match &layer.content {
            Content::Backdrop => canvas.part(frame.snapped().grown(100)),
            Content::Input { input } => {
                let mut inner = Canvas::transparent(frame.snapped());
                if let Some(film) = self.films.film(input, view.at) {
                    draw_film(&film, frame.snapped(), &mut inner);
                }
                inner
            }
            Content::Effect(_) | Content::Jam(_) => {
                let mut inner = Canvas::transparent(frame.snapped());
                let lit = Lit::of(&layer.content);
                if let Some(film) = lit.and_then(|lit| self.films.lit(lit, self.show.config.fps, view.at)) {
                    draw_film(&film, frame.snapped(), &mut inner);
                }
                inner
            }
            Content::Feed { feed } => {
                let mut inner = Canvas::transparent(frame.snapped());
                if let Some(film) = self.films.feed(feed, view.at) {
                    draw_film(&film, frame.snapped(), &mut inner);
                }
                inner
            }
            Content::Levels(levels) => {
                let mut inner = Canvas::transparent(frame.snapped());
                let sight = self.films.sight(levels.input.as_ref(), view.at);
                levels::parts(levels, frame.snapped(), view.ground.measure(), sight.as_deref(), |part, color| {
                    let rgb = [color.red, color.green, color.blue].map(f64::from);
                    inner.fill(part, rgb, f64::from(color.alpha) / 255.0, PLAIN);
                });
                inner
            }
            _ => {
                let mut inner = Canvas::transparent(canvas.bounds.grown(100));
                let mut layers = Vec::new();
                each_inner(self.show, layer, view, frame, &mut |layer, view| layers.push((layer, view)));
                let is_plain = layer.opacity >= 1.0 && layer.blend == Blend::Normal && need::is_plain(layer, &view.pose);
                let onto = if is_plain { &mut *canvas } else { &mut inner };
                layers.into_iter().rev().for_each(|(layer, view)| self.layer(layer, view, onto));
                inner
            }
        }
    }

    /// Its colours through the layer's filters; a backdrop looks farther than it shows, so that a blur has what it needs.
    fn filtered(&mut self, layer: &Layer, view: View, frame: Frame, content: Canvas) -> (Raster, Rect) {
        let mut raster = content.raster();
        let supplies = Supplies { mask: None, cubes: self.studio.cubes(&layer.filters) };
        finish::filter(&mut raster, layer.filters.iter().zip(view.pose.amounts), &supplies);
        if !matches!(layer.content, Content::Backdrop) {
            return (raster, content.bounds);
        }
        let mut wide = Canvas::transparent(content.bounds);
        wide.draw(&raster, (content.bounds.x, content.bounds.y), PLAIN);
        let shown = wide.part(frame.snapped());
        (shown.raster(), shown.bounds)
    }

    /// Its shadow or its border, if it has one: whole first, then laid with the layer's ink.
    fn around(&mut self, layer: &Layer, view: View, frame: Frame, part: Part, ink: Ink, canvas: &mut Canvas) {
        let is_there = if part == Part::Shadow { view.pose.shadow.is_some() } else { view.pose.border.is_some() };
        if !is_there {
            return;
        }
        let mut alone = Canvas::transparent(canvas.bounds);
        let picture = need::part(self.show, layer, view, frame, part);
        self.draw(&picture, view.position(), PLAIN, &mut alone);
        canvas.draw(&alone.raster(), (alone.bounds.x, alone.bounds.y), ink);
    }
}

fn keep_covered(raster: &mut Raster, bounds: Rect, cover: &Finished, (x, y): (f64, f64)) {
    let (left, top) = (pixel(x) + cover.offset.0, pixel(y) + cover.offset.1);
    for (index, pixel) in (0..).zip(raster.rgba.as_chunks_mut::<4>().0) {
        let (x, y) = (bounds.x + index % bounds.width - left, bounds.y + index / bounds.width - top);
        let is_inside = (0..cover.raster.width).contains(&x) && (0..cover.raster.height).contains(&y);
        let alpha = if is_inside { cover.raster.rgba[4 * (y * cover.raster.width + x) as usize + 3] } else { 0 };
        pixel[3] = (u32::from(pixel[3]) * u32::from(alpha) / 255) as u8;
    }
}

/// In its own size, or stretched between the nearest samples.
fn draw_film(film: &VideoFrame, rect: Rect, canvas: &mut Canvas) {
    let [luma, u, v] = film.planes();
    let sample = |plane: crate::frame::video::Plane<'_>, x: f64, y: f64, width: f64, height: f64| {
        let (x, y) = (x.clamp(0.0, width - 1.0), y.clamp(0.0, height - 1.0));
        let at = |x: f64, y: f64| {
            let (x, y) = (x.min(width - 1.0) as usize, y.min(height - 1.0) as usize);
            f64::from(plane.bytes[y * plane.stride + x])
        };
        let (across, down) = (x.fract(), y.fract());
        let row = |y: f64| at(x.floor(), y) * (1.0 - across) + at(x.floor() + 1.0, y) * across;
        row(y.floor()) * (1.0 - down) + row(y.floor() + 1.0) * down
    };
    let (width, height) = (f64::from(film.width), f64::from(film.height));
    for y in 0..rect.height {
        for x in 0..rect.width {
            let at = |divisor: f64| {
                let place = |value: i32, from: f64, to: i32| (f64::from(value) + 0.5) * from / f64::from(to) / divisor - 0.5;
                (place(x, width, rect.width), place(y, height, rect.height))
            };
            let ((x1, y1), (x2, y2)) = (at(1.0), at(2.0));
            let (half_width, half_height) = ((width / 2.0).ceil(), (height / 2.0).ceil());
            let yuv = [
                sample(luma, x1, y1, width, height),
                sample(u, x2, y2, half_width, half_height),
                sample(v, x2, y2, half_width, half_height),
            ];
            canvas.blend(rect.x + x, rect.y + y, rgb_of(yuv).map(|value| value.clamp(0.0, 255.0)), 1.0, PLAIN);
        }
    }
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
    let pixel = |x: usize, y: usize| {
        let [red, green, blue, _] = canvas.rgba[y * width + x];
        yuv_of([red, green, blue])
    };
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
