//! What a publisher sends, made into pieces for the inputs that have its key.

use std::sync::Arc;

use super::message::{self, Message};
use super::tag::{self, BadTag, Tag};
use super::timeline::{SampleClock, Timeline};
use crate::frame::ingest::{Codec, Piece, Publication, Setup};

pub struct Publisher {
    publication: Publication,
    timeline: Timeline,
    samples: SampleClock,
    pictures: Option<Arc<Setup>>,
    sound: Option<Arc<Setup>>,
}

impl Publisher {
    pub fn new(publication: Publication) -> Self {
        let (timeline, samples) = (Timeline::default(), SampleClock::new(None));
        Self { publication, timeline, samples, pictures: None, sound: None }
    }

    /// Another has taken its place.
    pub fn is_over(&self) -> bool {
        self.publication.is_over()
    }

    /// Pictures and sound; everything else says nothing that the pieces do not say themselves.
    pub fn hear(&mut self, message: &Message) -> Result<(), BadTag> {
        match message.kind {
            message::VIDEO => {
                let tag = tag::read_picture(&message.payload)?;
                self.picture(tag, message.time_ms);
            }
            message::AUDIO => {
                let tag = tag::read_sound(&message.payload)?;
                self.sound(tag, message.time_ms);
            }
            _ => {}
        }
        Ok(())
    }

    fn picture(&mut self, tag: Tag, time_ms: u32) {
        match tag {
            Tag::Config(config) => renew(&mut self.pictures, Setup { codec: Codec::H264, config }),
            Tag::Data { key, shown_after_ms, data } => {
                let decoded_at = self.timeline.place(time_ms);
                // Before its description nothing can be made of it.
                let Some(setup) = self.pictures.clone() else { return };
                let shown_at = decoded_at.saturating_add(i64::from(shown_after_ms) * 1_000);
                self.publication.push(Piece { setup, decoded_at, shown_at, key, data });
            }
            Tag::Empty => {}
        }
    }

    fn sound(&mut self, tag: Tag, time_ms: u32) {
        match tag {
            Tag::Config(config) => {
                self.samples = SampleClock::new(tag::sample_rate(&config));
                renew(&mut self.sound, Setup { codec: Codec::Aac, config });
            }
            Tag::Data { key, data, .. } => {
                let told = self.timeline.place(time_ms);
                let Some(setup) = self.sound.clone() else { return };
                let at = self.samples.place(told);
                self.publication.push(Piece { setup, decoded_at: at, shown_at: at, key, data });
            }
            Tag::Empty => {}
        }
    }
}

/// Some say again and again what they have said: only another description is a new one.
fn renew(present: &mut Option<Arc<Setup>>, setup: Setup) {
    if present.as_deref() != Some(&setup) {
        *present = Some(Arc::new(setup));
    }
}
