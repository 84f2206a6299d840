//! What is shown: films that are decoded beforehand, and the files that stills and peers are read from.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use image::{Rgba, RgbaImage};
use marquee::frame::video::{Films, Plane, Planes, VideoFrame};
use marquee::show::ids::InputId;
use marquee::show::time::ShowTime;

use crate::FILM_FRAMES;
use crate::scenes::show_fps;

/// Decoded films, each of a few frames that follow each other.
pub struct Ring(BTreeMap<&'static str, Vec<Arc<VideoFrame>>>);

struct Raw {
    planes: [Vec<u8>; 3],
    width: usize,
}

impl Planes for Raw {
    fn plane(&self, index: usize) -> Option<Plane<'_>> {
        let stride = if index == 0 { self.width } else { self.width / 2 };
        Some(Plane { bytes: self.planes.get(index)?, stride })
    }
}

impl Ring {
    pub fn new() -> Ring {
        let film = |width: usize, height: usize| {
            let frame = |number: usize| {
                let luma =
                    (0..width * height).map(|index| (index % width + index / width + 8 * number) as u8 / 2 + 40).collect();
                let chroma = |high| (0..width * height / 4).map(|index| (index % width / 8) as u8 / 4 + high).collect();
                let planes = [luma, chroma(100), chroma(110)];
                Arc::new(VideoFrame::new((width as u32, height as u32), (1, 1), 0, Arc::new(Raw { planes, width })))
            };
            (0..FILM_FRAMES).map(frame).collect::<Vec<_>>()
        };
        let quads = ["quad0", "quad1", "quad2", "quad3"].map(|name| (name, film(960, 540)));
        Ring([("small", film(640, 360)), ("hd", film(1280, 720))].into_iter().chain(quads).collect())
    }
}

impl Films for Ring {
    fn film(&self, input: &InputId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        let frames = self.0.get(input.as_str())?;
        frames.get(show_fps().frame_at(at).0 as usize % frames.len()).cloned()
    }
}

pub fn write_assets(directory: &Path) {
    let save = |name: &str, picture: RgbaImage| picture.save(directory.join(format!("{name}.png"))).expect("a file");
    save("bg", RgbaImage::from_fn(1920, 1080, |x, y| Rgba([(x / 8) as u8, (y / 5) as u8, (x ^ y) as u8, 255])));
    save("third", RgbaImage::from_fn(1920, 200, |x, y| Rgba([20, (x / 8) as u8, 90, (40 + y) as u8])));
    save("veil", RgbaImage::from_fn(1920, 1080, |x, y| Rgba([(x / 9) as u8, 60, 90, (20 + (x + y) / 17) as u8])));
    let disc = |x: u32, y: u32| {
        let from_middle = (f64::from(x) - 150.0).hypot(f64::from(y) - 150.0);
        Rgba([(x / 2) as u8, 220, (y / 2) as u8, ((149.0 - from_middle) * 255.0).clamp(0.0, 255.0) as u8])
    };
    save("disc", RgbaImage::from_fn(300, 300, disc));
    save("clip0", RgbaImage::from_fn(640, 360, |x, y| Rgba([x as u8, (y * 2) as u8, 99, 255])));
    save(
        "clock",
        RgbaImage::from_fn(360, 84, |x, y| Rgba([255, 255, 255, if (x / 20 + y / 20) % 2 == 0 { 255 } else { 0 }])),
    );
    save(
        "text",
        RgbaImage::from_fn(800, 84, |x, y| Rgba([255, 255, 255, if (x / 20 + y / 20) % 2 == 0 { 255 } else { 0 }])),
    );
    let corner = |x: u32, y: u32| {
        let far = |at: u32, length: u32| (60.0 - f64::from(at.min(length - 1 - at))).max(0.0);
        let alpha = ((60.0 - far(x, 1920).hypot(far(y, 1080))) * 255.0).clamp(0.0, 255.0) as u8;
        Rgba([alpha, alpha, alpha, 255])
    };
    save("corners", RgbaImage::from_fn(1920, 1080, corner));
    for (name, width, height) in [("small", 640, 360), ("quad", 960, 540), ("hd", 1280, 720_usize)] {
        let film: Vec<u8> = (0..20 * width * height * 3 / 2).map(|index| (index / 7) as u8).collect();
        std::fs::write(directory.join(format!("{name}.yuv")), film).expect("a file");
    }
}
