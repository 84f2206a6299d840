//! What an encoder is to make, and of what.

use crate::show::geometry::Canvas;
use crate::show::ids::RenditionId;
use crate::show::stream::{Preset, Rendition, StreamConfig};
use crate::show::time::Fps;

/// One rendition of the program.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    pub rendition: RenditionId,
    /// Of the frames that come.
    pub canvas: Canvas,
    pub fps: Fps,
    /// Of the pictures that go.
    pub size: Canvas,
    /// Only frames whose number this divides are encoded.
    pub divisor: u32,
    /// kbit/s.
    pub bitrate: u32,
    pub audio_bitrate: u32,
    /// Seconds.
    pub key_frame_interval: u32,
    pub preset: Preset,
}

impl Spec {
    pub fn main(config: &StreamConfig) -> Self {
        Self {
            rendition: RenditionId::main(),
            canvas: config.canvas(),
            fps: config.fps,
            size: config.canvas(),
            divisor: 1,
            bitrate: config.bitrate,
            audio_bitrate: config.audio_bitrate,
            key_frame_interval: config.key_frame_interval,
            preset: config.preset,
        }
    }

    pub fn of(config: &StreamConfig, rendition: &Rendition) -> Self {
        Self {
            rendition: rendition.id.clone(),
            size: rendition.size(config.canvas()),
            divisor: rendition.fps_divisor.max(1),
            bitrate: rendition.bitrate,
            preset: rendition.preset.unwrap_or(config.preset),
            ..Self::main(config)
        }
    }

    /// Of the pictures that go. A rate that can not be written so fine goes undivided.
    pub fn rate(&self) -> Fps {
        Fps::new(self.fps.numerator(), self.fps.denominator() * self.divisor).unwrap_or(self.fps)
    }

    /// Frames of the show from one key frame to the next.
    pub fn frames_between_keys(&self) -> u64 {
        ((self.fps.as_f64() * f64::from(self.key_frame_interval)).round() as u64).max(1)
    }

    /// Values for the text of a pipeline.
    pub fn values(&self, bitrate: u32) -> [(&'static str, String); 10] {
        let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().min(8));
        // The longest that a group may be: where the divisor does not divide it, one is longer than the next.
        let key_frames = self.frames_between_keys().div_ceil(u64::from(self.divisor));
        let rate = self.rate();
        [
            ("width", self.size.width.to_string()),
            ("height", self.size.height.to_string()),
            ("fps", format!("{}/{}", rate.numerator(), rate.denominator())),
            ("preset", format!("{:?}", self.preset).to_lowercase()),
            ("video_kbps", bitrate.to_string()),
            ("video_bps", (bitrate * 1000).to_string()),
            ("audio_kbps", self.audio_bitrate.to_string()),
            ("audio_bps", (self.audio_bitrate * 1000).to_string()),
            ("key_frames", key_frames.to_string()),
            ("threads", threads.to_string()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rendition_has_the_canvas_proportions_and_its_key_frames_at_the_same_times() {
        let config = StreamConfig { fps: Fps::new(60, 1).unwrap(), ..StreamConfig::default() };
        let id = RenditionId::new("low").unwrap();
        let low = Rendition { id, height: 480, bitrate: 800, preset: None, fps_divisor: 2 };
        let spec = Spec::of(&config, &low);
        assert_eq!((spec.size.width, spec.size.height, spec.rate().as_f64()), (854, 480, 30.0));
        assert_eq!(spec.frames_between_keys(), Spec::main(&config).frames_between_keys());
        assert!(spec.values(800).contains(&("key_frames", "60".to_owned())));
    }
}
