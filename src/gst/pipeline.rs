//! A pipeline made from text. Dropping it stops it, which may take seconds when a peer hangs: drop it where that is fine.

use gstreamer::prelude::*;
use gstreamer::{Bus, ElementFactory, MessageView, ParseContext, ParseFlags, State};
use gstreamer_app::{AppSink, AppSrc};

use super::sink::Sink;
use super::source::Source;
use super::{GstError, missing};

pub struct Pipeline {
    pipeline: gstreamer::Pipeline,
    bus: Bus,
}

/// What a pipeline says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Everything has been written.
    Ended,
    Failed(String),
}

/// Puts values where the text has `{names}`.
pub fn filled(text: &str, values: &[(&str, String)]) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let text = lines.collect::<Vec<_>>().join("\n");
    values.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

impl Pipeline {
    pub fn from_text(text: &str) -> Result<Self, GstError> {
        let mut context = ParseContext::new();
        let parsed = gstreamer::parse::launch_full(text, Some(&mut context), ParseFlags::FATAL_ERRORS);
        let missing = context.missing_elements();
        if !missing.is_empty() {
            return Err(missing::error_for(&missing));
        }
        let element = parsed.map_err(|error| GstError::BadPipeline(error.message().to_owned()))?;
        let pipeline = element
            .downcast::<gstreamer::Pipeline>()
            .map_err(|_| GstError::BadPipeline("it is a single element, not a pipeline".to_owned()))?;
        let bus = pipeline.bus().ok_or_else(|| GstError::BadPipeline("it has no bus".to_owned()))?;
        Ok(Self { pipeline, bus })
    }

    pub fn source(&self, name: &str) -> Result<Source, GstError> {
        let element = self.pipeline.by_name(name).and_then(|element| element.downcast::<AppSrc>().ok());
        element.map(Source::new).ok_or_else(|| GstError::NoElement { kind: "appsrc", name: name.to_owned() })
    }

    pub fn sink(&self, name: &str) -> Result<Sink, GstError> {
        let element = self.pipeline.by_name(name).and_then(|element| element.downcast::<AppSink>().ok());
        element.map(Sink::new).ok_or_else(|| GstError::NoElement { kind: "appsink", name: name.to_owned() })
    }

    pub fn has(&self, element: &str) -> bool {
        self.pipeline.by_name(element).is_some()
    }

    /// Sets a property from text; false when there is no such element or property.
    pub fn set(&self, element: &str, property: &str, value: &str) -> bool {
        match self.pipeline.by_name(element) {
            Some(element) if element.has_property(property) => {
                element.set_property_from_str(property, value);
                true
            }
            _ => false,
        }
    }

    /// A number out of an element's `stats`.
    pub fn statistic(&self, element: &str, name: &str) -> Option<u64> {
        let element = self.pipeline.by_name(element).filter(|element| element.has_property("stats"))?;
        let stats = element.property::<Option<gstreamer::Structure>>("stats")?;
        stats.get::<u64>(name).ok()
    }

    pub fn play(&self) -> Result<(), GstError> {
        match self.pipeline.set_state(State::Playing) {
            Ok(_) => Ok(()),
            Err(error) => match self.notice() {
                Some(Notice::Failed(message)) => Err(GstError::Failed(message)),
                _ => Err(GstError::Failed(error.to_string())),
            },
        }
    }

    /// What it has to say, if anything. Asked often, so that the bus never fills.
    pub fn notice(&self) -> Option<Notice> {
        while let Some(message) = self.bus.pop() {
            match message.view() {
                MessageView::Error(error) => return Some(Notice::Failed(error_text(error))),
                MessageView::Eos(_) => return Some(Notice::Ended),
                MessageView::Latency(_) => {
                    // Refused only when the pipeline is already going down.
                    let _ = self.pipeline.recalculate_latency();
                }
                _ => {}
            }
        }
        None
    }
}

pub(super) fn error_text(error: &gstreamer::message::Error) -> String {
    told(error.error().message(), error.debug().as_deref().unwrap_or(""))
}

/// With what the system said, which comes last. The first line is a place in GStreamer's sources, and a number that is another each time.
fn told(message: &str, debug: &str) -> String {
    let detail = debug.lines().skip(1).last().unwrap_or("").trim();
    if detail.is_empty() || message.contains(detail) { message.to_owned() } else { format!("{message} ({detail})") }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        // Nothing is left to do about a failure here.
        let _ = self.pipeline.set_state(State::Null);
    }
}

/// Whether a package brings this element.
pub fn exists(element: &str) -> bool {
    ElementFactory::find(element).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_in_gstreamers_words_with_the_package() {
        crate::gst::start().unwrap();
        assert!(matches!(Pipeline::from_text("appsrc ! ! fakesink"), Err(GstError::BadPipeline(_))));
        assert!(matches!(Pipeline::from_text("appsrc ! nosuchelement ! fakesink"), Err(GstError::Missing { .. })));
        assert!(matches!(Pipeline::from_text("fakesink"), Err(GstError::BadPipeline(_))));
        let pipeline = Pipeline::from_text("appsrc name=a ! fakesink name=b").unwrap();
        assert!(pipeline.source("a").is_ok() && pipeline.source("b").is_err() && pipeline.sink("b").is_err());
        assert!(pipeline.set("b", "sync", "true") && !pipeline.set("b", "nothing", "1"));
    }

    #[test]
    fn trouble_is_told_without_where_in_the_sources_it_came_up() {
        let place =
            "../ext/pulse/pulsesink.c(616): gst_pulseringbuffer_open_device (): /GstPipeline:pipeline7/GstPulseSink:out";
        assert_eq!(told("Failed to connect: Connection refused", place), "Failed to connect: Connection refused");
        let debug = format!("{place}:\nsystem error: No such file or directory");
        assert_eq!(told("Could not open it.", &debug), "Could not open it. (system error: No such file or directory)");
    }

    #[test]
    fn placeholders_are_filled_and_comments_are_not_gstreamers() {
        assert_eq!(filled("# a {b}\nx={b} ! y", &[("b", "7".to_owned())]), "x=7 ! y");
    }
}
