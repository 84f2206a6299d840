//! What `metadata.json` says of the frames beside it. Clients write it in different words; what is not known is passed over.

use serde::Deserialize;

use super::FramesError;
use super::zip::MOST_ENTRIES;
use crate::show::ids::AssetId;

const LARGEST: usize = 1 << 20;
const LONGEST_NAME: usize = 128;
/// The panel that this is made for.
const PANEL: (u32, u32) = (240, 320);
const LARGEST_SIDE: u32 = 4_096;
const FPS: f64 = 25.0;
const FASTEST: f64 = 240.0;
/// An hour, in milliseconds.
const LONGEST_DELAY: f64 = 3_600_000.0;
const SHORTEST_DELAY: f64 = 1.0;

#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    pub slug: Option<AssetId>,
    /// For people only.
    pub filename: Option<String>,
    pub width: u32,
    pub height: u32,
    /// How long each frame is seen, in microseconds: one for all, or one for each.
    pub delays_us: Vec<u64>,
    pub frame_count: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    slug: Option<AssetId>,
    #[serde(alias = "original_filename", alias = "originalFilename", alias = "original_name", alias = "original")]
    filename: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    #[serde(alias = "frame_rate", alias = "frameRate")]
    fps: Option<f64>,
    #[serde(alias = "frame_delay_ms", alias = "frame_duration_ms", alias = "frameDelay", alias = "delay")]
    delay_ms: Option<f64>,
    #[serde(alias = "frame_delays", alias = "durations", alias = "frameDelays")]
    delays: Option<Vec<f64>>,
    #[serde(alias = "frameCount", alias = "frames_count")]
    frame_count: Option<usize>,
}

impl Metadata {
    pub(super) fn parse(bytes: &[u8]) -> Result<Metadata, FramesError> {
        let bad = FramesError::Metadata;
        if bytes.len() > LARGEST {
            return Err(bad("it is too large"));
        }
        let told: Told =
            serde_json::from_slice(bytes).map_err(|_| bad("it is no JSON, or something in it is of the wrong kind"))?;
        let (width, height) = (told.width.unwrap_or(PANEL.0), told.height.unwrap_or(PANEL.1));
        if [width, height].iter().any(|side| !(1..=LARGEST_SIDE).contains(side)) {
            return Err(bad("width and height are 1 to 4096"));
        }
        let filename = told.filename.as_deref().map(presentable).filter(|name| !name.is_empty());
        let delays_us = delays(told.fps, told.delay_ms, told.delays)?;
        if told.frame_count.is_some_and(|count| count > MOST_ENTRIES) {
            return Err(FramesError::TooMany);
        }
        Ok(Metadata { slug: told.slug, filename, width, height, delays_us, frame_count: told.frame_count })
    }

    /// The last of the list goes for all that come after it.
    pub fn delay_us(&self, frame: usize) -> u64 {
        self.delays_us.get(frame).or(self.delays_us.last()).copied().unwrap_or(0)
    }
}

fn delays(fps: Option<f64>, delay_ms: Option<f64>, each: Option<Vec<f64>>) -> Result<Vec<u64>, FramesError> {
    let fps = fps.unwrap_or(FPS);
    if !(fps > 0.0 && fps <= FASTEST) {
        return Err(FramesError::Metadata("fps is more than 0, and at most 240"));
    }
    let millis = each.filter(|delays| !delays.is_empty()).unwrap_or_else(|| vec![delay_ms.unwrap_or(1_000.0 / fps)]);
    if millis.len() > MOST_ENTRIES {
        return Err(FramesError::TooMany);
    }
    if !millis.iter().all(|delay| (SHORTEST_DELAY..=LONGEST_DELAY).contains(delay)) {
        return Err(FramesError::Metadata("a frame is seen for 1 ms to an hour"));
    }
    Ok(millis.into_iter().map(|delay| (delay * 1_000.0).round() as u64).collect())
}

/// The last part of whatever path it is, in one line.
fn presentable(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    last.chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_it_usually_is() {
        let read = |json: &str| Metadata::parse(json.as_bytes());
        let plain = read("{}").unwrap();
        assert_eq!((plain.width, plain.height, plain.delay_us(7), plain.slug), (240, 320, 40_000, None));
        let told =
            r#"{"slug":"a-b","original_filename":"C:\\x/My\u0000 loop.gif","delays":[10,20],"frameCount":3,"made_by":"x"}"#;
        let told = read(told).unwrap();
        assert_eq!((told.slug.unwrap().as_str(), told.filename.as_deref()), ("a-b", Some("My loop.gif")));
        assert_eq!((told.delays_us, told.frame_count), (vec![10_000, 20_000], Some(3)));
        assert_eq!(read(r#"{"fps":10,"delay_ms":50}"#).unwrap().delay_us(0), 50_000);
        for bad in [
            "",
            "[1]",
            "{\"fps\":0}",
            "{\"fps\":1e99}",
            "{\"width\":0}",
            "{\"height\":5000}",
            "{\"delays\":[0]}",
            "{\"slug\":\"../x\"}",
            "{\"frame_count\":5000}",
            "{\"delay_ms\":-1}",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
