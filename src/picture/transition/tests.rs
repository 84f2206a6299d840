//! Ends are exact, bands do not show, nothing is allocated, and pictures go where they should.

use super::*;
use crate::frame::pixels::allocations;
use crate::show::geometry::Canvas;

const WIDTH: usize = 330;
const HEIGHT: usize = 94;

const KINDS: &[&str] = &[
    r#"{"kind": "cut"}"#,
    r#"{"kind": "fade"}"#,
    r##"{"kind": "dip", "color": "#ff0000"}"##,
    r#"{"kind": "slide", "direction": "left"}"#,
    r#"{"kind": "slide", "direction": "down"}"#,
    r#"{"kind": "push", "direction": "right"}"#,
    r#"{"kind": "push", "direction": "up"}"#,
    r#"{"kind": "wipe"}"#,
    r#"{"kind": "wipe", "direction": "up_left", "softness": 0.3}"#,
    r#"{"kind": "wipe", "direction": "down", "softness": 1}"#,
    r#"{"kind": "iris"}"#,
    r#"{"kind": "iris", "softness": 0.4, "x": 0.1, "y": 1}"#,
    r#"{"kind": "zoom"}"#,
    r#"{"kind": "stinger", "asset": "a", "cut_ms": 250}"#,
    r#"{"kind": "luma_wipe", "asset": "a"}"#,
    r#"{"kind": "luma_wipe", "asset": "a", "softness": 0.2, "invert": true}"#,
];

fn layout() -> Layout {
    Layout::new(Canvas { width: WIDTH as u32, height: HEIGHT as u32 })
}

fn transition(json: &str) -> Transition {
    serde_json::from_str(json).expect(json)
}

fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..length).map(|_| random.u8(16..=235)).collect()
}

/// Pictures in which each pixel says where it is from.
fn flat(value: u8) -> Vec<u8> {
    vec![value; layout().size()]
}

struct Pictures {
    from: Vec<u8>,
    to: Vec<u8>,
    mask: Vec<u8>,
    overlay: Vec<u8>,
    alpha: Vec<u8>,
}

impl Pictures {
    fn new(from: Vec<u8>, to: Vec<u8>) -> Self {
        let overlay = noise(layout().size(), 4).iter().map(|value| value / 2).collect();
        Self { from, to, mask: noise(WIDTH * HEIGHT, 3), overlay, alpha: vec![128; layout().size()] }
    }

    fn noisy() -> Self {
        Self::new(noise(layout().size(), 1), noise(layout().size(), 2))
    }

    fn inputs(&self) -> Inputs<'_> {
        let layout = layout();
        let [fine, coarse, _] = layout.planes(&self.alpha);
        let (luma_stride, chroma_stride) = (layout.luma_stride, layout.chroma_stride);
        Inputs {
            layout,
            from: layout.planes(&self.from),
            to: layout.planes(&self.to),
            mask: Some(LumaMask { fine: &self.mask, coarse: &self.mask[..WIDTH * HEIGHT / 4] }),
            overlay: Some(Overlay { planes: layout.planes(&self.overlay), fine, coarse, luma_stride, chroma_stride }),
        }
    }

    fn mixed(&self, json: &str, progress: f64) -> Vec<u8> {
        let mut target = flat(0);
        mix(&transition(json), progress, &self.inputs(), 0..HEIGHT, layout().planes_mut(&mut target));
        target
    }
}

/// A sample of plane `plane`.
fn at(picture: &[u8], plane: usize, x: usize, y: usize) -> u8 {
    let stride = if plane == 0 { layout().luma_stride } else { layout().chroma_stride };
    layout().planes(picture)[plane][y * stride + x]
}

/// Equal in all that is seen: what pads the rows is nobody's.
#[track_caller]
fn assert_same(left: &[u8], right: &[u8], what: &str) {
    for plane in 0..3 {
        let scale = if plane == 0 { 1 } else { 2 };
        for y in 0..HEIGHT / scale {
            for x in 0..WIDTH / scale {
                assert_eq!(at(left, plane, x, y), at(right, plane, x, y), "{what}: plane {plane} at {x}, {y}");
            }
        }
    }
}

#[test]
fn both_ends_are_exact() {
    let pictures = Pictures::noisy();
    for kind in KINDS {
        for before in [0.0, -1.0, f64::NAN] {
            assert_same(&pictures.mixed(kind, before), &pictures.from, kind);
        }
        for after in [1.0, 7.0, f64::INFINITY] {
            assert_same(&pictures.mixed(kind, after), &pictures.to, kind);
        }
    }
}

#[test]
fn beginnings_and_ends_are_nearly_those_pictures() {
    let pictures = Pictures::new(flat(16), flat(235));
    for kind in KINDS.iter().filter(|kind| !kind.contains("stinger") && !kind.contains("cut")) {
        for (progress, expected) in [(0.001, 16.0), (0.999, 235.0)] {
            let mixed = pictures.mixed(kind, progress);
            let [luma, ..] = layout().planes(&mixed);
            let mean = luma.iter().map(|value| f64::from(*value)).sum::<f64>() / luma.len() as f64;
            assert!((mean - expected).abs() < 4.0, "{kind} at {progress}: {mean}");
        }
    }
}

#[test]
fn bands_may_be_cut_anywhere() {
    let pictures = Pictures::noisy();
    for kind in KINDS {
        for progress in [0.01, 0.3371, 0.5, 0.77, 0.995] {
            let whole = pictures.mixed(kind, progress);
            let mut cut = flat(0);
            let layout = layout();
            let [mut luma, mut u, mut v] = layout.planes_mut(&mut cut);
            for ends in [0, 2, 18, 40, 42, HEIGHT].windows(2) {
                let rows = ends[1] - ends[0];
                let (band, rest) = luma.split_at_mut(rows * layout.luma_stride);
                let (band_u, rest_u) = u.split_at_mut(rows / 2 * layout.chroma_stride);
                let (band_v, rest_v) = v.split_at_mut(rows / 2 * layout.chroma_stride);
                mix(&transition(kind), progress, &pictures.inputs(), ends[0]..ends[1], [band, band_u, band_v]);
                (luma, u, v) = (rest, rest_u, rest_v);
            }
            assert_same(&cut, &whole, kind);
        }
    }
}

#[test]
fn nothing_is_allocated() {
    let pictures = Pictures::noisy();
    let mut target = flat(0);
    for kind in KINDS {
        let (transition, inputs) = (transition(kind), pictures.inputs());
        let count = allocations::during(|| mix(&transition, 0.4, &inputs, 0..HEIGHT, layout().planes_mut(&mut target)));
        assert_eq!(count, 0, "{kind}");
    }
}

#[test]
fn a_fade_is_half_of_each_and_a_dip_is_its_colour() {
    let pictures = Pictures::new(flat(100), flat(50));
    assert_same(&pictures.mixed(r#"{"kind": "fade"}"#, 0.5), &flat(75), "fade");
    let dipped = pictures.mixed(r##"{"kind": "dip", "color": "#ff0000"}"##, 0.5);
    assert_eq!([0, 1, 2].map(|plane| at(&dipped, plane, 3, 3)), [63, 102, 240]);
}

#[test]
fn pushed_pictures_lie_side_by_side_to_the_pixel() {
    let pictures = Pictures::noisy();
    for gone in [1, 2, 57, 164, 165, WIDTH - 1] {
        let progress = gone as f64 / WIDTH as f64;
        let left = pictures.mixed(r#"{"kind": "push", "direction": "left"}"#, progress);
        let right = pictures.mixed(r#"{"kind": "push", "direction": "right"}"#, 1.0 - progress);
        for x in 0..WIDTH {
            let strip = |x: usize| if x < WIDTH { at(&pictures.from, 0, x, 9) } else { at(&pictures.to, 0, x - WIDTH, 9) };
            assert_eq!(at(&left, 0, x, 9), strip(x + gone), "{gone}: {x}");
            let back = |x: usize| if x < WIDTH { at(&pictures.to, 0, x, 9) } else { at(&pictures.from, 0, x - WIDTH, 9) };
            assert_eq!(at(&right, 0, x, 9), back(x + gone), "{gone}: {x}");
        }
        // Chroma of an odd place is between two samples, at the seam between the pictures.
        let half = WIDTH / 2;
        let strip =
            |x: usize| u16::from(if x < half { at(&pictures.from, 1, x, 9) } else { at(&pictures.to, 1, x - half, 9) });
        for x in 0..half {
            let (first, second) = (strip(x + gone / 2), strip((x + gone.div_ceil(2)).min(2 * half - 1)));
            let found = u16::from(at(&left, 1, x, 9));
            let exact = (first + second) / 2;
            assert!(found == exact || found == exact + (first + second) % 2, "{gone}: {x}");
        }
    }
}

#[test]
fn movements_up_and_down_are_exact_to_the_row() {
    let pictures = Pictures::noisy();
    for gone in [1, 2, 33, HEIGHT - 1] {
        let progress = gone as f64 / HEIGHT as f64;
        let up = pictures.mixed(r#"{"kind": "push", "direction": "up"}"#, progress);
        let down = pictures.mixed(r#"{"kind": "slide", "direction": "down"}"#, progress);
        for y in 0..HEIGHT {
            let below = y + gone;
            let pushed =
                if below < HEIGHT { at(&pictures.from, 0, 5, below) } else { at(&pictures.to, 0, 5, below - HEIGHT) };
            assert_eq!(at(&up, 0, 5, y), pushed);
            let slid = if y < gone { at(&pictures.to, 0, 5, HEIGHT - gone + y) } else { at(&pictures.from, 0, 5, y) };
            assert_eq!(at(&down, 0, 5, y), slid);
        }
    }
}

#[test]
fn edges_move_where_they_are_told_to() {
    let pictures = Pictures::new(flat(16), flat(235));
    let (right, bottom) = (WIDTH - 1, HEIGHT - 1);
    let corners = [(0, 0), (right, 0), (0, bottom), (right, bottom)];
    for (direction, new) in [
        ("right", [true, false, true, false]),
        ("left", [false, true, false, true]),
        ("down", [true, true, false, false]),
        ("up", [false, false, true, true]),
        ("down_right", [true, false, false, false]),
        ("up_left", [false, false, false, true]),
        ("down_left", [false, true, false, false]),
        ("up_right", [false, false, true, false]),
    ] {
        let json = format!(r#"{{"kind": "wipe", "direction": "{direction}"}}"#);
        let mixed = pictures.mixed(&json, 0.45);
        assert_eq!(corners.map(|(x, y)| at(&mixed, 0, x, y) == 235), new, "{direction}");
        assert_eq!(corners.map(|(x, y)| at(&mixed, 1, x / 2, y / 2) == 235), new, "{direction}, chroma");
    }
    let iris = pictures.mixed(r#"{"kind": "iris"}"#, 0.2);
    assert_eq!((at(&iris, 0, WIDTH / 2, HEIGHT / 2), at(&iris, 0, 0, 0)), (235, 16));
}

#[test]
fn a_stinger_cuts_under_its_picture_and_a_missing_asset_does_no_harm() {
    let mut pictures = Pictures::new(flat(16), flat(235));
    pictures.overlay = flat(0);
    pictures.alpha[..40].fill(255);
    pictures.alpha[40..].fill(0);
    let stinger = r#"{"kind": "stinger", "asset": "a", "cut_ms": 250}"#;
    for (progress, expected) in [(0.49, 16), (0.5, 235)] {
        let mixed = pictures.mixed(stinger, progress);
        assert_eq!((at(&mixed, 0, 5, 0), at(&mixed, 0, 5, 1)), (0, expected));
    }
    let mut target = flat(0);
    for (json, expected) in [(stinger, 235), (r#"{"kind": "luma_wipe", "asset": "a"}"#, 126)] {
        let inputs = Inputs { mask: None, overlay: None, ..pictures.inputs() };
        mix(&transition(json), 0.5, &inputs, 0..HEIGHT, layout().planes_mut(&mut target));
        assert_same(&target, &flat(expected), json);
    }
}

#[test]
fn a_luma_wipe_takes_dark_places_first() {
    let mut pictures = Pictures::new(flat(16), flat(235));
    pictures.mask.fill(200);
    pictures.mask[..WIDTH].fill(50);
    let values = |json: &str| {
        let mixed = pictures.mixed(json, 0.5);
        (at(&mixed, 0, 7, 0), at(&mixed, 0, 7, 1))
    };
    assert_eq!(values(r#"{"kind": "luma_wipe", "asset": "a"}"#), (235, 16));
    assert_eq!(values(r#"{"kind": "luma_wipe", "asset": "a", "invert": true}"#), (16, 235));
}
