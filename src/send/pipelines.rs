//! The texts of our pipelines: built in, and each replaceable by a file of the same name. All are tried at the start, so that
//! a broken one stops the start with GStreamer's own words, and not the show in the middle.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::gst::GstError;
use crate::gst::pipeline::{Pipeline, filled};

/// Name, built-in text, and the elements that must be in it by these names.
const BUILT_IN: [(&str, &str, &[&str]); 12] = [
    ("encode-nvh264enc", include_str!("../../pipelines/encode-nvh264enc.launch"), ENCODE),
    ("encode-vah264enc", include_str!("../../pipelines/encode-vah264enc.launch"), ENCODE),
    ("encode-v4l2h264enc", include_str!("../../pipelines/encode-v4l2h264enc.launch"), ENCODE),
    ("encode-x264enc", include_str!("../../pipelines/encode-x264enc.launch"), ENCODE),
    ("encode-openh264enc", include_str!("../../pipelines/encode-openh264enc.launch"), ENCODE),
    ("encode-opus", include_str!("../../pipelines/encode-opus.launch"), ENCODE_SOUND),
    ("push-rtmp", include_str!("../../pipelines/push-rtmp.launch"), CARRY),
    ("push-srt", include_str!("../../pipelines/push-srt.launch"), CARRY),
    ("speakers-pulse", include_str!("../../pipelines/speakers-pulse.launch"), SPEAKERS),
    ("speakers-alsa", include_str!("../../pipelines/speakers-alsa.launch"), SPEAKERS),
    ("record-mkv", include_str!("../../pipelines/record-mkv.launch"), CARRY),
    ("record-mp4", include_str!("../../pipelines/record-mp4.launch"), CARRY),
];

const ENCODE: &[&str] = &["video", "sound", "coded_video", "coded_sound"];
const ENCODE_SOUND: &[&str] = &["sound", "coded_sound"];
const SPEAKERS: &[&str] = &["sound", "out"];
const CARRY: &[&str] = &["video", "sound", "out"];

/// Values for a trial.
const SAMPLES: [(&str, &str); 10] = [
    ("width", "1280"),
    ("height", "720"),
    ("fps", "30/1"),
    ("preset", "veryfast"),
    ("video_kbps", "3000"),
    ("video_bps", "3000000"),
    ("audio_bps", "128000"),
    ("key_frames", "60"),
    ("threads", "2"),
    ("audio_kbps", "128"),
];

#[derive(Clone, Debug)]
pub struct Pipelines(BTreeMap<&'static str, String>);

#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    #[error("the pipelines in {path} can not be read: {error}")]
    Unreadable { path: PathBuf, error: io::Error },
    #[error("{path} is no pipeline of ours; there are {known}")]
    Unknown { path: PathBuf, known: String },
    #[error("{path} is not usable: {error}")]
    Broken { path: PathBuf, error: GstError },
}

impl Pipelines {
    pub fn load(overrides: Option<&Path>) -> Result<Self, PipelineError> {
        let mut texts: BTreeMap<_, _> = BUILT_IN.iter().map(|(name, text, _)| (*name, (*text).to_owned())).collect();
        let Some(dir) = overrides else { return Ok(Self(texts)) };
        let unreadable = |error| PipelineError::Unreadable { path: dir.to_owned(), error };
        for entry in std::fs::read_dir(dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_none_or(|extension| extension != "launch") {
                continue;
            }
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
            let Some((name, _, elements)) = BUILT_IN.iter().find(|(name, _, _)| *name == stem) else {
                let known = BUILT_IN.map(|(name, _, _)| name).join(", ");
                return Err(PipelineError::Unknown { path, known });
            };
            let text =
                std::fs::read_to_string(&path).map_err(|error| PipelineError::Unreadable { path: path.clone(), error })?;
            try_out(&text, elements).map_err(|error| PipelineError::Broken { path, error })?;
            texts.insert(name, text);
        }
        Ok(Self(texts))
    }

    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

fn try_out(text: &str, elements: &[&str]) -> Result<(), GstError> {
    let samples = SAMPLES.map(|(name, value)| (name, value.to_owned()));
    let pipeline = Pipeline::from_text(&filled(text, &samples))?;
    match elements.iter().find(|element| !pipeline.has(element)) {
        Some(element) => Err(GstError::NoElement { kind: "element", name: (*element).to_owned() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_texts_are_pipelines() {
        crate::gst::start().unwrap();
        for (name, text, elements) in BUILT_IN {
            match try_out(text, elements) {
                // Not every machine has every encoder; its text is then read as far as GStreamer can.
                Err(GstError::Missing { elements, .. }) => assert!(name.contains(&elements), "{name}: {elements}"),
                tried => tried.unwrap_or_else(|error| panic!("{name}: {error}")),
            }
        }
    }

    #[test]
    fn a_broken_override_is_refused_with_gstreamers_words() {
        crate::gst::start().unwrap();
        for (file, text, part) in [
            ("push-rtmp.launch", "appsrc name=video ! ! fakesink name=out", "syntax error"),
            ("push-rtmp.launch", "appsrc name=video ! fakesink name=out", "sound"),
            ("push-rtmp.launch", "appsrc name=video ! sharpener ! fakesink", "sharpener"),
            ("push-smtp.launch", "", "push-rtmp"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join(file), text).unwrap();
            let error = Pipelines::load(Some(dir.path())).unwrap_err().to_string();
            assert!(error.contains(part) && error.contains(file), "{error}");
        }
        let dir = tempfile::tempdir().unwrap();
        let text = "appsrc name=video ! mux.video appsrc name=sound ! mux.audio flvmux name=mux ! fakesink name=out";
        std::fs::write(dir.path().join("push-rtmp.launch"), text).unwrap();
        assert_eq!(Pipelines::load(Some(dir.path())).unwrap().text("push-rtmp"), text);
    }
}
