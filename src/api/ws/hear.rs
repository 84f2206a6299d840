//! What a client says.

use std::ops::ControlFlow;

use futures_util::FutureExt;
use serde_json::{Map, Value, json};

use super::MAX_MESSAGE;
use super::display::Display;
use super::session::{Answered, Flow, Session, closing};
use super::socket::{Gone, Heard};
use crate::api::access::Class;
use crate::api::ask::{Asker, owner};
use crate::api::chronicle::{Since, Topic};
use crate::api::close;
use crate::api::gate::{counted_as, is_a_guess};
use crate::api::limits::Client;
use crate::api::pixels::Watching;
use crate::api::wire::dashboard::message as displayed;
use crate::api::wire::encoding::Encoding;
use crate::api::wire::jam::room_of;
use crate::api::wire::message::{
    self, AnyRoom, ClientMessage, DisplayRoom, Extra, Format, Jams, PROTOCOL, Unintelligible, Wish,
};
use crate::state::operation::OperationId;
use crate::state::{Epoch, Seq};

const NOT_GOOD: (u16, &str) = (close::LOGIN_NEEDED, "the token is not good");
const TOO_MANY: (u16, &str) = (close::POLICY, "too many logins");
/// Messages that made no sense before the client counts as broken.
const MAX_NONSENSE: u32 = 10;

impl Session {
    pub(super) async fn hear(&mut self, incoming: Result<Heard, Gone>) -> Flow {
        self.silent_pings = 0;
        let heard = match (incoming, self.encoding) {
            (Err(Gone), _) => return ControlFlow::Break(None),
            (Ok(Heard::SignOfLife), _) => return ControlFlow::Continue(()),
            (Ok(Heard::Text(data) | Heard::Binary(data)), _) if data.len() > MAX_MESSAGE => {
                return closing(close::TOO_BIG, "a message may have 1 MiB");
            }
            (Ok(Heard::Text(text)), Encoding::Json) => message::from_json(&text),
            (Ok(Heard::Binary(data)), Encoding::MessagePack) => message::from_msgpack(&data),
            (Ok(Heard::Binary(_)), Encoding::Json) => Err(Unintelligible::UnexpectedBinary),
            (Ok(Heard::Text(_)), Encoding::MessagePack) => Err(Unintelligible::UnexpectedText),
        };
        match heard {
            Ok(message) => self.answer(message).await,
            Err(trouble) => self.complain(&trouble).await,
        }
    }

    async fn answer(&mut self, message: ClientMessage) -> Flow {
        match message {
            ClientMessage::Hello { protocol, token } => return self.hello(protocol, token).await,
            _ if self.caller.is_none() => return self.check_login(),
            _ => {}
        }
        match message {
            ClientMessage::Hello { .. } => ControlFlow::Continue(()),
            ClientMessage::Ping { echo } => {
                let pong = message::pong(&echo, &self.api.state.snapshot(), self.api.clock.now());
                self.say_value(&pong).await
            }
            ClientMessage::Subscribe { rooms, jams, wish } => self.subscribe(rooms, jams, wish).await,
            ClientMessage::Unsubscribe { rooms, jams } => {
                self.leave_jams(jams).await;
                self.unsubscribe(rooms).await
            }
            ClientMessage::Sync { epoch, last_seq, topics } => self.sync(&epoch, Seq(last_seq), topics).await,
            ClientMessage::Display { rooms, joins } => self.follow(&rooms, joins).await,
            ClientMessage::Command { operation, fields } => self.command(operation, fields).await,
            ClientMessage::Jam { operation, fields } => self.play(operation, fields).await,
        }
    }

    async fn hello(&mut self, protocol: u64, token: Option<String>) -> Flow {
        if protocol != PROTOCOL {
            return closing(close::UNKNOWN_PROTOCOL, "this server speaks protocol 1");
        }
        if let Some(token) = token {
            match self.api.who(Some(&token)) {
                Ok(who) => self.caller = who,
                Err(error) => {
                    let counted =
                        !is_a_guess(&error) || self.api.limits.count(Client::at(self.address), Class::Login).is_ok();
                    let (code, why) = if counted { NOT_GOOD } else { TOO_MANY };
                    return closing(code, why);
                }
            }
        }
        if self.plain {
            // Nothing is told from here on but what is subscribed to.
            self.extras.clear();
            (self.preview, self.watches_levels, self.frames) = (None, None, None);
        }
        self.welcome().await
    }

    /// The present state of each new topic comes first, so that nothing is missed once the client is told that it is in.
    async fn subscribe(&mut self, rooms: Vec<AnyRoom>, jams: Jams, wish: Wish) -> Flow {
        let snapshot = self.snapshots.borrow_and_update().clone();
        if !self.plain {
            self.tell_until(&snapshot).await?;
        }
        let mut joined = Vec::new();
        for room in rooms {
            match room {
                AnyRoom::Extra(Extra::Preview) => self.watch_preview(wish.format.unwrap_or(Format::Json)),
                AnyRoom::Extra(Extra::Frames) => self.frames = Some(Watching::begin(&self.api, wish.clone())),
                AnyRoom::Extra(extra) => self.join_extra(extra),
                AnyRoom::Topic(topic) => joined.push(topic),
            }
        }
        if !joined.is_empty() {
            // Told change by change from now on, whatever it was before.
            self.plain = false;
            joined.iter().for_each(|topic| self.topics.add(*topic));
            let texts = self.snapshots_of(&joined, &snapshot);
            self.told = snapshot.seq;
            self.say_all(texts).await?;
        }
        self.join_jams(jams.codes, &jams.hello).await?;
        self.tell_subscribed().await
    }

    /// In the words of pages of displays; what is told to everybody is not for them.
    async fn follow(&mut self, rooms: &[DisplayRoom], joins: bool) -> Flow {
        if self.plain {
            self.plain = false;
            self.extras.clear();
            self.preview = None;
        }
        let owner = self.caller.as_ref().map(owner).unwrap_or_default();
        let api = self.api.clone();
        let display = self.display.get_or_insert_with(|| Box::new(Display::new(&api, owner)));
        let told = if joins { display.join(&api, rooms) } else { Vec::new() };
        if !joins {
            display.leave(rooms);
        }
        let in_rooms = display.rooms();
        self.say_json(told).await?;
        self.say_value(&displayed("subscribed", &json!({ "rooms": in_rooms }))).await
    }

    fn watch_preview(&mut self, format: Format) {
        let watcher = self.preview.take().map_or_else(|| self.api.preview.watch(), |(watcher, _)| watcher);
        self.preview = Some((watcher, format));
    }

    fn join_extra(&mut self, extra: Extra) {
        if !self.extras.contains(&extra) {
            self.extras.push(extra);
        }
        match extra {
            Extra::Dashboard => self.metrics.mark_changed(),
            Extra::System => self.status.mark_changed(),
            Extra::Meters => self.watch_levels(),
            Extra::Preview | Extra::Frames => {}
        }
    }

    fn watch_levels(&mut self) {
        if self.watches_levels.is_none() {
            // What was measured for others before is not news.
            self.meters.mark_unchanged();
            self.watches_levels = Some(self.api.levels.watch());
        }
    }

    async fn unsubscribe(&mut self, rooms: Vec<AnyRoom>) -> Flow {
        for room in rooms {
            match room {
                AnyRoom::Extra(Extra::Preview) => self.preview = None,
                AnyRoom::Extra(Extra::Frames) => self.frames = None,
                AnyRoom::Extra(extra) => {
                    self.extras.retain(|other| *other != extra);
                    if extra == Extra::Meters {
                        self.watches_levels = None;
                    }
                }
                AnyRoom::Topic(topic) => self.topics.remove(topic),
            }
        }
        self.tell_subscribed().await
    }

    async fn tell_subscribed(&mut self) -> Flow {
        self.is_present();
        let preview = self.preview.as_ref().map(|(_, format)| *format);
        let subscribed = message::subscribed(&self.rooms(), preview, &self.snapshots.borrow().clone());
        self.say_value(&subscribed).await
    }

    /// It is counted where it is.
    pub(super) fn is_present(&mut self) {
        let rooms = self.rooms();
        self.present.is_in(rooms);
    }

    fn all_extras(&self) -> Vec<Extra> {
        let mut extras = self.extras.clone();
        extras.extend(self.preview.is_some().then_some(Extra::Preview));
        extras.extend(self.frames.is_some().then_some(Extra::Frames));
        extras
    }

    pub(super) fn rooms(&self) -> Vec<String> {
        let topics = self.topics.iter().map(Topic::name).chain(self.all_extras().into_iter().map(Extra::name));
        topics.map(str::to_owned).chain(self.jams.codes().map(room_of)).collect()
    }

    /// Joins, but where the client can prove how far it has come, it is told only what it missed.
    async fn sync(&mut self, epoch: &str, last: Seq, topics: Vec<Topic>) -> Flow {
        let snapshot = self.snapshots.borrow_and_update().clone();
        if !self.plain {
            self.tell_until(&snapshot).await?;
        }
        self.plain = false;
        self.told = snapshot.seq;
        let same_life = Epoch::try_from(epoch.to_owned()).is_ok_and(|epoch| epoch == snapshot.epoch);
        let missed = match self.api.chronicle.since(&self.api.state, last, snapshot.seq) {
            Since::Changes(changes) if same_life => Some(changes),
            _ => None,
        };
        let (how, texts) = match missed {
            Some(changes) => ("changes", self.texts(&topics, &changes)),
            None => ("snapshot", self.snapshots_of(&topics, &snapshot)),
        };
        topics.iter().for_each(|topic| self.topics.add(*topic));
        self.say_all(texts).await?;
        self.say_value(&message::synced(&topics, how, &snapshot)).await
    }

    async fn command(&mut self, operation: Option<OperationId>, fields: Map<String, Value>) -> Flow {
        self.check_login()?;
        let Some(caller) = self.caller.clone() else { return self.check_login() };
        let allowed = self.api.limits.count(counted_as(Some(&caller), self.address), Class::Write);
        let api = self.api.clone();
        let answered = async move {
            let asker = Asker { door: "ws", caller, operation: operation.clone(), for_another: None };
            let result = async {
                allowed?;
                api.perform_any(&asker, fields).await
            };
            Answered { operation, result: result.await }
        };
        // Polled in this order, so that a client's commands stay in its order.
        self.pending.push_back(answered.boxed());
        ControlFlow::Continue(())
    }

    async fn complain(&mut self, trouble: &Unintelligible) -> Flow {
        self.say_value(&message::error(trouble.code(), &trouble.to_string())).await?;
        self.nonsense += 1;
        if self.nonsense < MAX_NONSENSE { ControlFlow::Continue(()) } else { closing(close::POLICY, "too many errors") }
    }
}
