//! Draws text that is set: outlines under letters, in colours where a font has them.

use parley::{GlyphRun, Layout, PositionedLayoutItem};
use vello_cpu::color::{AlphaColor, Srgb};
use vello_cpu::kurbo::{Affine, Join, Rect, RoundedRect, Shape, Stroke};
use vello_cpu::{Glyph, Pixmap, RenderContext, RenderSettings, Resources};

use crate::show::color::Color;

/// What is drawn, and where.
pub(super) struct Drawing<'a> {
    pub layout: &'a Layout<()>,
    /// Of the picture, and of the layout's corner in it.
    pub size: (u16, u16),
    pub corner: (f64, f64),
    pub color: Color,
    pub outline: Option<(f64, Color)>,
    /// Farthest that ink goes from a glyph's place.
    pub reach: f32,
}

impl Drawing<'_> {
    /// The picture, premultiplied, and how many glyphs are in it.
    pub fn draw(&self, resources: &mut Resources) -> (Pixmap, usize) {
        let mut context = context(self.size);
        context.set_transform(Affine::translate(self.corner));
        if let Some((width, color)) = self.outline
            && width > 0.0
        {
            self.paint(&mut context, resources, color, Some(width));
        }
        let glyphs = self.paint(&mut context, resources, self.color, None);
        (finished(&context, self.size, resources), glyphs)
    }

    fn paint(&self, context: &mut RenderContext, resources: &mut Resources, color: Color, outline: Option<f64>) -> usize {
        // Where letters touch, a colour that lets light through must not lie double.
        let is_veiled = color.alpha < 255;
        if is_veiled {
            context.push_opacity_layer(f32::from(color.alpha) / 255.0);
        }
        context.set_paint(solid(Color { alpha: 255, ..color }));
        let mut glyphs = 0;
        for run in self.runs_in_sight() {
            let sight = self.glyphs_in_sight(&run);
            glyphs += sight.len();
            // A font that has no bold face is made bold by drawing around its letters.
            let bold = if run.run().synthesis().embolden() { f64::from(run.run().font_size()) / 48.0 } else { 0.0 };
            let around = outline.unwrap_or(0.0) + bold;
            if around > 0.0 {
                // Half of a stroke lies within the letter, where the fill hides it.
                context.set_stroke(Stroke::new(2.0 * around).with_join(Join::Round));
                paint_run(context, resources, &run, &sight, true);
            }
            if outline.is_none() {
                paint_run(context, resources, &run, &sight, false);
            }
        }
        if is_veiled {
            context.pop_layer();
        }
        glyphs
    }

    fn runs_in_sight(&self) -> impl Iterator<Item = GlyphRun<'_, ()>> {
        let top = -self.corner.1 as f32 - self.reach;
        let bottom = f32::from(self.size.1) - self.corner.1 as f32 + self.reach;
        let lines = self.layout.lines().filter(move |line| (top..=bottom).contains(&line.metrics().baseline));
        lines.flat_map(|line| line.items().collect::<Vec<_>>()).filter_map(|item| match item {
            PositionedLayoutItem::GlyphRun(run) => Some(run),
            PositionedLayoutItem::InlineBox(_) => None,
        })
    }

    fn glyphs_in_sight(&self, run: &GlyphRun<'_, ()>) -> Vec<Glyph> {
        let left = -self.corner.0 as f32 - self.reach;
        let right = f32::from(self.size.0) - self.corner.0 as f32 + self.reach;
        let glyphs = run.positioned_glyphs().filter(|glyph| (left..=right).contains(&glyph.x));
        glyphs.map(|glyph| Glyph { id: glyph.id, x: glyph.x, y: glyph.y }).collect()
    }
}

fn paint_run(
    context: &mut RenderContext,
    resources: &mut Resources,
    run: &GlyphRun<'_, ()>,
    glyphs: &[Glyph],
    stroked: bool,
) {
    let run = run.run();
    let variations: Vec<i16> = run.normalized_coords().iter().map(|coordinate| coordinate.to_bits()).collect();
    // Hinting would move outlines to whole pixels, and letters that scale or move would jump.
    let mut builder = context.glyph_run(resources, run.font()).font_size(run.font_size()).hint(false);
    if let Some(angle) = run.synthesis().skew() {
        builder = builder.glyph_transform(Affine::skew(f64::from(angle).to_radians().tan(), 0.0));
    }
    let builder = builder.normalized_coords(&variations);
    let glyphs = glyphs.iter().copied();
    // A glyph that can not be drawn is left out: the font was looked through, so it is one without a shape.
    let _ = if stroked { builder.stroke_glyphs(glyphs) } else { builder.fill_glyphs(glyphs) };
}

/// A panel of `inner` in a picture of `size`.
pub(super) fn panel(size: (u16, u16), inner: (f64, f64, f64, f64), radius: f64, color: Color) -> Pixmap {
    let mut context = context(size);
    let (x, y, width, height) = inner;
    let radius = radius.clamp(0.0, width.min(height).max(0.0) / 2.0);
    context.set_paint(solid(color));
    context.fill_path(&RoundedRect::from_rect(Rect::new(x, y, x + width, y + height), radius).to_path(0.1));
    finished(&context, size, &mut Resources::new())
}

fn context((width, height): (u16, u16)) -> RenderContext {
    RenderContext::new_with(width, height, RenderSettings { num_threads: 0, ..RenderSettings::default() })
}

fn finished(context: &RenderContext, (width, height): (u16, u16), resources: &mut Resources) -> Pixmap {
    let mut pixmap = Pixmap::new(width, height);
    context.render(&mut pixmap, resources);
    pixmap
}

fn solid(color: Color) -> AlphaColor<Srgb> {
    AlphaColor::from_rgba8(color.red, color.green, color.blue, color.alpha)
}

/// Puts one premultiplied picture over another of the same size.
pub(super) fn over(top: &[u8], below: &mut [u8]) {
    for (top, below) in top.as_chunks::<4>().0.iter().zip(below.as_chunks_mut::<4>().0) {
        let rest = 255 - top[3];
        for (top, below) in top.iter().zip(below) {
            *below = top.saturating_add(part(*below, rest));
        }
    }
}

/// `value` times `of` 255ths, rounded.
fn part(value: u8, of: u8) -> u8 {
    ((u32::from(value) * u32::from(of) + 127) / 255) as u8
}
