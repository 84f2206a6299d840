//! Filters on what moves, plane by plane. Pictures that stand still have theirs in `finish`, pixel by pixel.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::finish::Grade;
use super::finish::colors::ycc_of;
use super::finish::soft;
use super::sheets::{PlaneOf, Sheets};
use super::yuv::Yuv;
use crate::frame::pixels::blur::MAX_RADIUS;
use crate::frame::pixels::blur::area::{Blur, blur};
use crate::frame::pixels::by_alpha;
use crate::frame::pixels::chroma_matrix::{ChromaMatrix, chroma_matrix};
use crate::frame::pixels::key::chroma::{ChromaKey, chroma_key};
use crate::frame::pixels::key::luma::{LumaKey, luma_key};
use crate::frame::pixels::luma_curve::luma_curve;
use crate::frame::pixels::scale::plane::{self, Stretch};
use crate::frame::pixels::scale::{Axis, Eight};
use crate::media::cube::Cube;
use crate::show::look::Filter;
use crate::show::motion::MAX_FILTERS;

/// What is done, one after the other.
#[derive(Clone, Default)]
pub struct Steps {
    steps: [Option<Step>; MAX_FILTERS as usize],
    count: usize,
}

#[derive(Clone)]
enum Step {
    Grade(Grade),
    /// Half the width of each of three boxes, in pixels.
    Blur(usize),
    ChromaKey(ChromaKey),
    LumaKey(LumaKey),
    Table {
        /// Of its asset, which never changes.
        name: u64,
        cube: Arc<Cube>,
        amount: f32,
    },
}

impl Steps {
    /// The filters of a layer, each with its amount at this instant. `scale` is how many pixels one of the layer's own is. A
    /// table that is not there yet changes nothing.
    pub fn of<'a>(
        filters: impl Iterator<Item = (&'a Filter, f64)>,
        scale: f64,
        table: impl Fn(&Filter) -> Option<Arc<Cube>>,
    ) -> Steps {
        let mut steps = Steps::default();
        for (filter, amount) in filters {
            match (Grade::of(filter, amount), steps.last()) {
                (Some(next), Some(Step::Grade(grade))) => *grade = grade.then(next),
                (Some(next), _) => steps.push(Step::Grade(next)),
                (None, _) => {
                    if let Some(step) = step(filter, amount, scale, &table) {
                        steps.push(step);
                    }
                }
            }
        }
        steps
    }

    fn last(&mut self) -> Option<&mut Step> {
        self.steps[..self.count].last_mut()?.as_mut()
    }

    fn push(&mut self, step: Step) {
        if let Some(place) = self.steps.get_mut(self.count) {
            *place = Some(step);
            self.count += 1;
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().flatten()
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How far colours come to lie outside of where they were.
    pub fn margin(&self) -> i32 {
        self.iter().map(|step| if let Step::Blur(reach) = step { 3 * *reach as i32 } else { 0 }).sum()
    }

    /// Whether what was opaque still is.
    pub fn keep_opaque(&self) -> bool {
        !self.iter().any(|step| matches!(step, Step::ChromaKey(_) | Step::LumaKey(_)))
    }

    pub fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.iter().for_each(|step| step.hash(&mut hasher));
        hasher.finish()
    }
}

impl Step {
    fn hash(&self, hasher: &mut DefaultHasher) {
        match self {
            Step::Grade(Grade { gain, lift, chroma }) => {
                (0_u8, gain.to_bits(), lift.to_bits(), chroma.map(|row| row.map(f32::to_bits))).hash(hasher);
            }
            Step::Blur(reach) => (1_u8, reach).hash(hasher),
            Step::ChromaKey(key) => (2_u8, key.bits()).hash(hasher),
            Step::LumaKey(key) => (3_u8, key).hash(hasher),
            Step::Table { name, cube: _, amount } => (4_u8, name, amount.to_bits()).hash(hasher),
        }
    }
}

/// Distances of `finish::colors` are those of Cb and Cr from -0.5 to 0.5; the kernel's are parts of the longest there is.
const CHROMA_DISTANCE: f64 = 224.0 / ChromaKey::LONGEST;

fn step(filter: &Filter, amount: f64, scale: f64, table: &impl Fn(&Filter) -> Option<Arc<Cube>>) -> Option<Step> {
    match filter {
        Filter::Blur { .. } => match soft::reach(amount * scale).min(MAX_RADIUS) {
            0 => None,
            reach => Some(Step::Blur(reach)),
        },
        Filter::ChromaKey { color, amount: _, smoothness, spill } => {
            let Yuv { u, v, .. } = Yuv::of(*color);
            let (near, soft) = (amount * CHROMA_DISTANCE, smoothness * CHROMA_DISTANCE);
            Some(Step::ChromaKey(ChromaKey::new(u, v, near, soft, *spill)))
        }
        Filter::LumaKey { amount: _, high, smoothness } => {
            // The kernel fades outside of what is seen, and here the lower edge fades inside.
            let low = if amount > 0.0 { (amount + smoothness).min(1.0) } else { 0.0 };
            Some(Step::LumaKey(LumaKey::new(low, *high, *smoothness)))
        }
        Filter::Lut { asset, .. } => {
            let mut hasher = DefaultHasher::new();
            asset.hash(&mut hasher);
            Some(Step::Table { name: hasher.finish(), cube: table(filter)?, amount: amount as f32 })
        }
        Filter::Brightness { .. } | Filter::Contrast { .. } | Filter::Saturation { .. } | Filter::Hue { .. } => None,
    }
}

/// Room to work in, kept from frame to frame.
#[derive(Default)]
pub struct Room {
    scratch: Vec<u8>,
    coarse: Vec<u8>,
    fine: Vec<u8>,
    columns: Vec<Eight>,
    rows: Vec<u8>,
}

/// Does the steps to `sheets`, in place.
pub fn filter(sheets: &mut Sheets, steps: &Steps, room: &mut Room) {
    let mut is_straight = sheets.is_opaque;
    for step in steps.iter() {
        let wants_straight = !matches!(step, Step::Blur(_));
        if !sheets.is_opaque && is_straight != wants_straight {
            if wants_straight {
                sheets.straighten()
            } else {
                sheets.premultiply()
            }
            is_straight = wants_straight;
        }
        match step {
            Step::Grade(grade) => apply_grade(sheets, grade),
            Step::Blur(reach) => apply_blur(sheets, *reach, room),
            Step::ChromaKey(key) => apply_chroma_key(sheets, key, room),
            Step::LumaKey(key) => apply_luma_key(sheets, key, room),
            Step::Table { cube, amount, .. } => apply_table(sheets, cube, *amount),
        }
    }
    if is_straight && !sheets.is_opaque {
        sheets.premultiply();
    }
}

fn apply_grade(sheets: &mut Sheets, grade: &Grade) {
    let mut table = [0; 256];
    for (value, target) in (0_u8..=255).zip(&mut table) {
        let y = (f32::from(value) - 16.0) / 219.0;
        *target = ((grade.gain * y + grade.lift) * 219.0 + 16.0).round().clamp(16.0, 235.0) as u8;
    }
    let matrix = ChromaMatrix::new(grade.chroma.map(|row| row.map(f64::from)), [0.0; 2]);
    let [luma, u, v, ..] = &mut sheets.planes;
    luma_curve(luma, &table);
    chroma_matrix(u, v, &matrix);
}

fn apply_blur(sheets: &mut Sheets, reach: usize, room: &mut Room) {
    for plane in [PlaneOf::Luma, PlaneOf::U, PlaneOf::V, PlaneOf::Alpha, PlaneOf::CoarseAlpha] {
        if sheets.is_opaque && matches!(plane, PlaneOf::Alpha | PlaneOf::CoarseAlpha) {
            continue;
        }
        let is_coarse = plane.is_coarse();
        let (width, height) = sheets.size(is_coarse);
        let radius = if is_coarse { reach.div_ceil(2) } else { reach };
        let settings = Blur { width, height, radius, passes: 3 };
        room.scratch.resize(settings.scratch_size().max(room.scratch.len()), 0);
        blur(&mut sheets.planes[plane as usize], sheets.strides[usize::from(is_coarse)], settings, &mut room.scratch);
    }
}

fn apply_chroma_key(sheets: &mut Sheets, key: &ChromaKey, room: &mut Room) {
    let (fine, coarse) = (sheets.size(false), sheets.size(true));
    let [fine_stride, coarse_stride] = sheets.strides;
    let [_, u, v, alpha, coarse_alpha] = &mut sheets.planes;
    room.coarse.resize(u.len(), 0);
    chroma_key(&mut room.coarse, u, v, key);
    room.fine.resize(alpha.len(), 0);
    room.columns.resize(Eight::count(fine.0), Eight::default());
    Eight::fill(&mut room.columns, Axis::scaled(coarse.0, fine.0), coarse.0);
    room.rows.resize(2 * fine.0, 0);
    let rows = Axis::scaled(coarse.1, fine.1);
    let stretch = Stretch { source: &room.coarse, stride: coarse_stride, width: coarse.0, columns: &room.columns, rows };
    plane::plane(stretch, &mut room.fine, fine_stride, 0..fine.1, &mut room.rows);
    by_alpha::by_alpha(alpha, &room.fine);
    by_alpha::by_alpha(coarse_alpha, &room.coarse);
}

fn apply_luma_key(sheets: &mut Sheets, key: &LumaKey, room: &mut Room) {
    let [luma, _, _, alpha, _] = &mut sheets.planes;
    room.fine.resize(alpha.len(), 0);
    luma_key(&mut room.fine, luma, key);
    by_alpha::by_alpha(alpha, &room.fine);
    sheets.halve_alpha();
}

/// A table is of colours, not of planes: every pixel goes through it by itself, and four of them are a sample of chroma.
fn apply_table(sheets: &mut Sheets, cube: &Cube, amount: f32) {
    let (width, height) = sheets.size(false);
    let [fine, coarse] = sheets.strides;
    let [luma, u, v, ..] = &mut sheets.planes;
    let looked_up = |y: u8, u: u8, v: u8| {
        let ycc = [(f32::from(y) - 16.0) / 219.0, (f32::from(u) - 128.0) / 224.0, (f32::from(v) - 128.0) / 224.0];
        let rgb = super::finish::colors::rgb_of(ycc).map(|value| value.clamp(0.0, 1.0));
        let found = cube.at(rgb);
        ycc_of([0, 1, 2].map(|index| rgb[index] + (found[index] - rgb[index]) * amount))
    };
    for row in (0..height).step_by(2) {
        for column in (0..width).step_by(2) {
            let chroma = row / 2 * coarse + column / 2;
            let mut sums = [0.0; 2];
            for pixel in [0, 1, fine, fine + 1].map(|offset| row * fine + column + offset) {
                let [y, cb, cr] = looked_up(luma[pixel], u[chroma], v[chroma]);
                luma[pixel] = (y * 219.0 + 16.0).round() as u8;
                sums = [sums[0] + cb, sums[1] + cr];
            }
            (u[chroma], v[chroma]) = ((sums[0] * 56.0 + 128.0).round() as u8, (sums[1] * 56.0 + 128.0).round() as u8);
        }
    }
}
