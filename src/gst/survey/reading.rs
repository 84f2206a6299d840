//! A file on its way through GStreamer, as fast as it goes. Sound is decoded, and videos are only taken apart.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gstreamer::glib::{EnumClass, Value};
use gstreamer::prelude::*;
use gstreamer::{
    Bin, Bus, Caps, CapsRef, ClockTime, Element, ElementFactory, EventView, MessageView, Pad, PadProbeReturn, PadProbeType,
    State,
};

use super::pictures::Pictures;
use super::sound::{CHAIN, Counter};
use super::{About, MOST_CODECS, Pulse, Surveyed, Tags, codec, quiet};
use crate::gst::GstError;
use crate::gst::decode::Origin;
use crate::gst::decode::closing;
use crate::gst::decode::origin::{added, made, stay_in_the_file, uri_of};
use crate::gst::pipeline::error_text;

pub(super) struct Reading {
    pipeline: gstreamer::Pipeline,
    bus: Bus,
    noted: Arc<Noted>,
}

/// What a pipeline says of itself.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// It stands at a picture.
    Ready,
    Ended,
    Failed(String),
}

/// Filled in on GStreamer's threads.
pub(super) struct Noted {
    found: Mutex<Found>,
    pub(super) pulse: Pulse,
}

#[derive(Default)]
struct Found {
    codecs: BTreeSet<(bool, String)>,
    tags: Tags,
    sound: Option<Counter>,
    pictures: Option<Pictures>,
    trouble: Option<String>,
}

impl Noted {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn complain(&self, why: String) {
        self.found().trouble.get_or_insert(why);
    }

    fn note_codec(&self, caps: &CapsRef) {
        let Some(name) = codec::name(caps) else { return };
        // Streams are found in any order; pictures come first, as people say it.
        let is_sound = caps.structure(0).is_some_and(|caps| caps.name().starts_with("audio/"));
        let mut found = self.found();
        if found.codecs.len() < MOST_CODECS {
            found.codecs.insert((is_sound, name));
        }
    }
}

impl Reading {
    pub(super) fn open(path: &Path, about: About, pulse: &Pulse) -> Result<Self, GstError> {
        // What is not decoded is handed out as it is.
        let goes_on = move |kind: &str| !kind.contains("Decoder") || (about == About::Sound && kind.contains("Audio"));
        let reading = Self::build(path, pulse, goes_on, move |pipeline, pad, noted| attach(pipeline, pad, about, noted))?;
        reading.start(State::Playing)?;
        Ok(reading)
    }

    /// `goes_on` says whether an element of this class is to be put behind what there is; `attach`, what stands behind the last.
    pub(super) fn build(
        path: &Path,
        pulse: &Pulse,
        goes_on: impl Fn(&str) -> bool + Send + Sync + 'static,
        attach: impl Fn(&gstreamer::Pipeline, &Pad, &Arc<Noted>) -> Result<(), GstError> + Send + Sync + 'static,
    ) -> Result<Self, GstError> {
        let origin = Origin::File(path.to_owned());
        closing::check_room(&origin)?;
        let pipeline = gstreamer::Pipeline::new();
        quiet::keep_quiet(&pipeline);
        let noted = Arc::new(Noted { found: Mutex::default(), pulse: pulse.clone() });
        let told = noted.clone();
        stay_in_the_file(&pipeline, move |why| told.complain(why));
        let source = made("uridecodebin")?;
        source.set_property("uri", uri_of(path)?);
        added(&pipeline, &source)?;
        choose(&source, &noted, goes_on);
        let (inside, told) = (pipeline.downgrade(), noted.clone());
        source.connect_pad_added(move |_, pad| {
            if let Some(pipeline) = inside.upgrade()
                && let Err(error) = attach(&pipeline, pad, &told)
            {
                told.complain(error.to_string());
            }
        });
        let bus = pipeline.bus().ok_or_else(|| GstError::BadPipeline("it has no bus".to_owned()))?;
        Ok(Self { pipeline, bus, noted })
    }

    pub(super) fn start(&self, state: State) -> Result<(), GstError> {
        let told = |error: &gstreamer::StateChangeError| match self.said(Duration::ZERO) {
            Some(Said::Failed(why)) => GstError::Failed(why),
            _ => GstError::Failed(error.to_string()),
        };
        self.pipeline.set_state(state).map(drop).map_err(|error| told(&error))
    }

    pub(super) fn seek(&self, to: ClockTime) -> bool {
        let flags = gstreamer::SeekFlags::FLUSH | gstreamer::SeekFlags::ACCURATE;
        self.pipeline.seek_simple(flags, to).is_ok()
    }

    /// The next word that matters, if there is one within that time.
    pub(super) fn said(&self, patience: Duration) -> Option<Said> {
        let mut wait = ClockTime::try_from(patience).unwrap_or(ClockTime::ZERO);
        while let Some(message) = self.bus.timed_pop(wait) {
            wait = ClockTime::ZERO;
            match message.view() {
                MessageView::Error(error) => return Some(Said::Failed(self.trouble().unwrap_or_else(|| error_text(error)))),
                MessageView::Eos(_) => return Some(Said::Ended),
                MessageView::AsyncDone(_) => return Some(Said::Ready),
                MessageView::Tag(tag) => self.noted.found().tags.add(&tag.tags()),
                _ => {}
            }
        }
        self.trouble().map(Said::Failed)
    }

    fn trouble(&self) -> Option<String> {
        self.noted.found().trouble.clone()
    }

    pub(super) fn length_us(&self) -> u64 {
        let found = self.noted.found();
        let sound = found.sound.as_ref().map(Counter::length_us);
        sound.or(found.pictures.as_ref().map(Pictures::end_us)).unwrap_or(0)
    }

    /// Of what the file says that there is.
    pub(super) fn percent(&self) -> u8 {
        let whole = self.pipeline.query_duration::<ClockTime>().map_or(0, |length| length.useconds());
        u8::try_from(u128::from(self.length_us()) * 100 / u128::from(whole.max(1))).map_or(99, |percent| percent.min(99))
    }

    pub(super) fn found(&self, trouble: Option<String>) -> Surveyed {
        let length_us = self.length_us();
        let mut found = self.noted.found();
        let wave = found.sound.as_ref().map(Counter::wave);
        let codecs = std::mem::take(&mut found.codecs).into_iter().map(|(_, name)| name).collect();
        let tags = std::mem::take(&mut found.tags);
        Surveyed { length_us, codecs, tags, wave, trouble }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        closing::close(&self.pipeline);
    }
}

/// At each step it is asked which element comes next.
fn choose(source: &Element, noted: &Arc<Noted>, goes_on: impl Fn(&str) -> bool + Send + Sync + 'static) {
    const TRY: i32 = 0;
    const EXPOSE: i32 = 1;
    let noted = noted.clone();
    source.connect("autoplug-select", false, move |values| {
        let (caps, factory) = (values.get(2)?.get::<Caps>().ok()?, values.get(3)?.get::<ElementFactory>().ok()?);
        let kind = factory.metadata("klass").unwrap_or_default();
        if kind.contains("Decoder") {
            noted.note_codec(&caps);
        }
        choice(if goes_on(kind) { TRY } else { EXPOSE })
    });
}

fn choice(number: i32) -> Option<Value> {
    let kind = gstreamer::glib::Type::from_name("GstAutoplugSelectResult")?;
    EnumClass::with_type(kind)?.to_value(number)
}

/// A decoder that has not begun knows at least what it can make.
pub(super) fn carries(pad: &Pad, kind: &str) -> bool {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    caps.structure(0).is_some_and(|caps| caps.name().starts_with(kind))
}

/// The first stream of what the file is about is looked at; everything else goes nowhere, because a demuxer stops when one of its streams
/// has no taker.
fn attach(pipeline: &gstreamer::Pipeline, pad: &Pad, about: About, noted: &Arc<Noted>) -> Result<(), GstError> {
    // Nothing decoded it, unless it is what was to be decoded.
    let is_coded = about == About::Sound && !noted.found().codecs.is_empty();
    if let Some(caps) = pad.current_caps().filter(|_| carries(pad, "audio/x-raw") && !is_coded) {
        noted.note_codec(&caps);
    }
    match about {
        About::Sound if carries(pad, "audio/x-raw") && noted.found().sound.is_none() => {
            noted.found().sound = Some(Counter::new());
            let bin = gstreamer::parse::bin_from_description(CHAIN, true)
                .map_err(|error| GstError::BadPipeline(error.message().to_owned()))?;
            listen(&bin, noted);
            stand_behind(pipeline, pad, bin.upcast())
        }
        About::Video if (carries(pad, "video/") || carries(pad, "image/")) && noted.found().pictures.is_none() => {
            noted.found().pictures = Some(Pictures::default());
            look(pad, noted);
            ignore(pipeline, pad)
        }
        _ => ignore(pipeline, pad),
    }
}

/// Takes whatever comes.
pub(super) fn ignore(pipeline: &gstreamer::Pipeline, pad: &Pad) -> Result<(), GstError> {
    let sink = made("fakesink")?;
    sink.set_property("sync", false);
    sink.set_property("async", false);
    stand_behind(pipeline, pad, sink)
}

pub(super) fn stand_behind(pipeline: &gstreamer::Pipeline, pad: &Pad, element: Element) -> Result<(), GstError> {
    added(pipeline, &element)?;
    let sink = element.static_pad("sink").ok_or_else(|| GstError::Failed("there is nothing to link to".to_owned()))?;
    // Started before data can reach it.
    element.sync_state_with_parent().map_err(|error| GstError::Failed(error.to_string()))?;
    pad.link(&sink).map(drop).map_err(|error| GstError::Failed(error.to_string()))
}

fn listen(bin: &Bin, noted: &Arc<Noted>) {
    let Some(pad) = bin.by_name("sink").and_then(|sink| sink.static_pad("sink")) else { return };
    let noted = noted.clone();
    pad.add_probe(PadProbeType::BUFFER | PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
        if let Some(EventView::Caps(caps)) = info.event().map(|event| event.view())
            && let Some(counter) = &mut noted.found().sound
        {
            counter.begin(caps.caps());
        }
        if let Some(map) = info.buffer().and_then(|buffer| buffer.map_readable().ok())
            && let Some(counter) = &mut noted.found().sound
        {
            counter.add(map.as_slice());
        }
        noted.pulse.beat();
        PadProbeReturn::Ok
    });
}

fn look(pad: &Pad, noted: &Arc<Noted>) {
    if let Some(caps) = pad.current_caps()
        && let Some(pictures) = &mut noted.found().pictures
    {
        pictures.begin(&caps);
    }
    let noted = noted.clone();
    pad.add_probe(PadProbeType::BUFFER | PadProbeType::EVENT_DOWNSTREAM, move |pad, info| {
        if let Some(EventView::Caps(caps)) = info.event().map(|event| event.view())
            && let Some(pictures) = &mut noted.found().pictures
        {
            pictures.begin(caps.caps());
        }
        if let Some(buffer) = info.buffer()
            && let Some(event) = pad.sticky_event::<gstreamer::event::Segment>(0)
            && let Some(segment) = event.segment().downcast_ref::<ClockTime>()
            && let Some(pictures) = &mut noted.found().pictures
        {
            pictures.add(segment, buffer);
        }
        noted.pulse.beat();
        PadProbeReturn::Ok
    });
}
