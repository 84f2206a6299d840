//! What a client is told.

use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::{Value, json};

use super::display::Woken;
use super::session::{Answered, Flow, Session};
use super::socket::Gone;
use crate::api::chronicle::{AS_ONE, ONE_BY_ONE, Since, Told, Topic};
use crate::api::news::{self, News};
use crate::api::pixels::Pixels;
use crate::api::wire::encoding::{Encoding, Text};
use crate::api::wire::light::zone_changed;
use crate::api::wire::message::{self, Format};
use crate::api::wire::story;
use crate::send::preview::PreviewPicture;
use crate::state::Snapshot;
use crate::state::event::Event;
use crate::state::history::Change;
use crate::state::room::Room;

impl Session {
    pub(super) async fn begin(&mut self) -> Flow {
        self.metrics.mark_changed();
        self.status.mark_changed();
        if self.plain { self.tell_first().await } else { self.welcome().await }
    }

    /// The state right now: whoever just changed something over REST sees it.
    async fn tell_first(&mut self) -> Flow {
        let mut news = self.news.borrow_and_update().clone();
        if news.seq < self.api.state.snapshot().seq {
            news = news::compose(&self.api.state, &self.api.vitals, &self.api.figures());
        }
        self.told = news.seq;
        self.say_text(Text::Json(news.text)).await
    }

    pub(super) async fn welcome(&mut self) -> Flow {
        let snapshot = self.snapshots.borrow_and_update().clone();
        if !self.plain {
            // A second hello renews a login; what the client follows goes on without a gap.
            self.tell_until(&snapshot).await?;
        }
        self.plain = false;
        self.told = snapshot.seq;
        let Some(caller) = &self.caller else { return self.check_login() };
        let welcome = message::welcome(caller, &snapshot, self.api.clock.now());
        self.say_value(&welcome).await
    }

    pub(super) async fn tell_news(&mut self) -> Flow {
        let News { seq, text } = self.news.borrow_and_update().clone();
        if seq < self.told {
            return ControlFlow::Continue(());
        }
        self.told = seq;
        self.say_text(Text::Json(text)).await
    }

    pub(super) async fn tell_changes(&mut self) -> Flow {
        let snapshot = self.snapshots.borrow_and_update().clone();
        self.tell_until(&snapshot).await
    }

    /// All changes up to the snapshot, in the topics that the client follows.
    pub(super) async fn tell_until(&mut self, snapshot: &Snapshot) -> Flow {
        let seen = std::mem::replace(&mut self.told, snapshot.seq);
        if self.topics.is_empty() || seen == snapshot.seq {
            return ControlFlow::Continue(());
        }
        let topics: Vec<_> = self.topics.iter().collect();
        let texts = match self.api.chronicle.since(&self.api.state, seen, snapshot.seq) {
            Since::Changes(changes) => self.texts(&topics, &changes),
            // It was away for too long, or too slow for too long.
            Since::TooOld => self.snapshots_of(&topics, snapshot),
        };
        self.say_all(texts).await
    }

    pub(super) fn texts(&self, topics: &[Topic], changes: &[Arc<Told>]) -> Vec<Text> {
        let mut texts = self.texts_of_topics(topics, changes);
        if topics.contains(&Topic::Room(Room::Zones)) {
            texts.extend(self.texts_of_zones(changes));
        }
        texts
    }

    /// In the words of clients that know zones and nothing else.
    fn texts_of_zones(&self, changes: &[Arc<Told>]) -> Vec<Text> {
        let events = changes.iter().flat_map(|told| told.change.events.iter().map(|event| (event, told.change.at)));
        let zones = events.filter_map(|(event, at)| match event {
            Event::ZoneSaved { zone } => Some((zone, at)),
            _ => None,
        });
        let message = |zone, at| json!({ "type": "zone:state_changed", "payload": zone_changed(zone, at) });
        zones.map(|(zone, at)| self.encoding.text(&message(zone, at))).collect()
    }

    fn texts_of_topics(&self, topics: &[Topic], changes: &[Arc<Told>]) -> Vec<Text> {
        if changes.len() <= ONE_BY_ONE {
            let each =
                |told: &Arc<Told>| topics.iter().filter_map(|topic| told.text(*topic, self.encoding)).collect::<Vec<_>>();
            return changes.iter().flat_map(each).collect();
        }
        let mut texts = Vec::new();
        for several in changes.chunks(AS_ONE) {
            for topic in topics {
                let here: Vec<Arc<Change>> = several
                    .iter()
                    .filter(|told| topic.number(&told.change).is_some())
                    .map(|told| told.change.clone())
                    .collect();
                if !here.is_empty() {
                    texts.push(self.encoding.text(&story::changes(*topic, &here)));
                }
            }
        }
        texts
    }

    pub(super) fn snapshots_of(&self, topics: &[Topic], snapshot: &Snapshot) -> Vec<Text> {
        topics.iter().map(|topic| self.api.chronicle.snapshot(*topic, snapshot, self.encoding)).collect()
    }

    /// After everything that the command did.
    pub(super) async fn tell_answer(&mut self, Answered { operation, result }: Answered) -> Flow {
        if !self.plain {
            self.tell_changes().await?;
        }
        let answer = match &result {
            Ok(performed) => message::ack(operation.as_ref(), performed),
            Err(error) => message::err(operation.as_ref(), error),
        };
        self.say_value(&answer).await
    }

    pub(super) async fn show(&mut self, picture: Option<Arc<PreviewPicture>>, format: Format) -> Flow {
        let Some(picture) = picture else {
            self.preview = None;
            return ControlFlow::Continue(());
        };
        told(match format {
            Format::Binary => self.socket.tell_bytes(picture.binary()).await,
            Format::Json => self.socket.tell(Text::Json(picture.json())).await,
        })
    }

    pub(super) async fn show_pixels(&mut self, pixels: Option<Arc<Pixels>>) -> Flow {
        let (Some(pixels), Some(watching)) = (pixels, &self.frames) else {
            self.frames = None;
            return ControlFlow::Continue(());
        };
        told(match watching.format {
            Format::Binary => self.socket.tell_bytes(watching.binary(&pixels)).await,
            Format::Json => self.socket.tell(watching.text(&pixels, self.encoding)).await,
        })
    }

    pub(super) async fn tell_display(&mut self, woken: Woken) -> Flow {
        let told = self.display.as_mut().map_or_else(Vec::new, |display| display.tell(&self.api, woken));
        self.say_json(told).await
    }

    /// What is JSON already.
    pub(super) async fn say_json(&mut self, texts: Vec<String>) -> Flow {
        let encoded = |text: String| match self.encoding {
            Encoding::Json => Text::Json(text.into()),
            encoding => encoding.text(&serde_json::from_str(&text).unwrap_or_default()),
        };
        let texts = texts.into_iter().map(encoded).collect();
        self.say_all(texts).await
    }

    pub(super) async fn say_value(&mut self, message: &Value) -> Flow {
        self.say_text(self.encoding.text(message)).await
    }

    pub(super) async fn say_text(&mut self, text: Text) -> Flow {
        told(self.socket.tell(text).await)
    }

    pub(super) async fn say_all(&mut self, texts: Vec<Text>) -> Flow {
        told(self.socket.tell_all(texts).await)
    }
}

pub(super) fn told(result: Result<(), Gone>) -> Flow {
    result.map_or_else(|Gone| ControlFlow::Break(None), ControlFlow::Continue)
}
