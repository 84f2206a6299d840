//! The way into a decoder for a stream that we are given piece by piece: parsed, then decoded. What it is coded in is known, so nothing has to
//! be found out.

use std::sync::Arc;

use gstreamer::prelude::*;
use gstreamer::{Caps, Element, ElementFactory, ElementFactoryType, Rank};
use gstreamer_app::AppSrc;

use super::origin::{added, made};
use super::{MOST_PIXELS_ACROSS, Outlets, chain};
use crate::frame::ingest::{Codec, Piece, Setup};
use crate::gst::source::Source;
use crate::gst::{GstError, missing};

/// Pieces that wait here: half a second. The others wait in the stream's ring, which is bounded and counts what it loses.
const PLACES: u64 = 32;

pub struct Inlet {
    source: Source,
    codec: Codec,
    setup: Option<Arc<Setup>>,
}

impl Inlet {
    pub(super) fn new(pipeline: &gstreamer::Pipeline, outlets: &Arc<Outlets>, codec: Codec) -> Result<Self, GstError> {
        let source = made("appsrc")?;
        source.set_property("is-live", true);
        source.set_property_from_str("format", "time");
        // We look at the level ourselves.
        source.set_property("max-bytes", 0_u64);
        source.set_property("block", false);
        let parser = made(parser(codec))?;
        let filter = made("capsfilter")?;
        filter.set_property("caps", acceptable(codec)?);
        let decoder = decoder(codec)?;
        let elements = [&source, &parser, &filter, &decoder];
        elements.into_iter().try_for_each(|element| added(pipeline, element))?;
        let failed = |error: gstreamer::glib::BoolError| GstError::BadPipeline(error.to_string());
        Element::link_many(elements).map_err(failed)?;
        let pad = decoder.static_pad("src").ok_or_else(|| GstError::BadPipeline("a decoder has no way out".to_owned()))?;
        chain::attach(pipeline, &pad, outlets)?;
        // From the end on, so that each finds the next awake.
        for element in elements.into_iter().rev() {
            element.sync_state_with_parent().map_err(failed)?;
        }
        let source = source.downcast::<AppSrc>().map_err(|_| GstError::BadPipeline("appsrc is none".to_owned()))?;
        Ok(Self { source: Source::new(source), codec, setup: None })
    }

    pub fn has_room(&self) -> bool {
        self.source.waiting() < PLACES
    }

    /// Gives a piece to the decoder; false when it takes no more.
    pub fn push(&mut self, piece: Piece) -> Result<bool, GstError> {
        if self.setup.as_ref().is_none_or(|setup| !Arc::ptr_eq(setup, &piece.setup)) {
            self.source.describe(caps(self.codec), &piece.setup.config)?;
            self.setup = Some(piece.setup.clone());
        }
        Ok(self.source.push_coded(piece.data, nanos(piece.decoded_at), nanos(piece.shown_at), piece.key))
    }
}

/// A stream that begins before its own zero begins there.
fn nanos(micros: i64) -> u64 {
    u64::try_from(micros).unwrap_or(0).saturating_mul(1_000)
}

fn parser(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => "h264parse",
        Codec::Aac => "aacparse",
    }
}

fn caps(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => "video/x-h264,stream-format=avc,alignment=au",
        Codec::Aac => "audio/mpeg,mpegversion=4,stream-format=raw",
    }
}

/// The best that there is, in hardware where GStreamer has found some.
fn decoder(codec: Codec) -> Result<Element, GstError> {
    let media = match codec {
        Codec::H264 => ElementFactoryType::MEDIA_VIDEO,
        Codec::Aac => ElementFactoryType::MEDIA_AUDIO,
    };
    let coded: Caps = caps(codec).parse().map_err(|_| GstError::BadPipeline(format!("{} are no caps", caps(codec))))?;
    let decoders = ElementFactory::factories_with_type(ElementFactoryType::DECODER | media, Rank::MARGINAL);
    let mut able: Vec<_> = decoders.into_iter().filter(|decoder| decoder.can_sink_any_caps(&coded)).collect();
    able.sort_by_key(|decoder| std::cmp::Reverse(decoder.rank()));
    let made = able.iter().find_map(|decoder| decoder.create().build().ok());
    made.ok_or_else(|| missing::error_for(&[fallback(codec).to_owned()]))
}

/// The one that is always to be had.
fn fallback(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => "avdec_h264",
        Codec::Aac => "avdec_aac",
    }
}

/// What the parser found is held against this before a decoder takes memory for it.
fn acceptable(codec: Codec) -> Result<Caps, GstError> {
    let most = MOST_PIXELS_ACROSS;
    let text = match codec {
        Codec::H264 => format!("video/x-h264,width=[1,{most}],height=[1,{most}]"),
        Codec::Aac => "audio/mpeg,channels=[1,8]".to_owned(),
    };
    text.parse().map_err(|_| GstError::BadPipeline(format!("{text} are no caps")))
}
