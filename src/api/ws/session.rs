//! One client. It has no queue: what it is told next is always the newest there is, so a slow client misses some and costs
//! nothing. A socket that takes nothing for half a minute is closed below us (`connection`).

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::MAX_MESSAGE;
use crate::api::Api;
use crate::api::news::{self, News};
use crate::api::wire::message::{self, ClientMessage, Format, Unintelligible};
use crate::base::vitals::Counted;
use crate::send::preview::{PreviewPicture, Watcher};
use crate::state::Seq;

const PING_EVERY: Duration = Duration::from_secs(20);
/// Pings in a row without any sign of life before the client counts as gone.
const MAX_SILENT_PINGS: u32 = 3;
/// Messages that made no sense before the client counts as broken.
const MAX_NONSENSE: u32 = 10;
/// For a client to read why it was closed, and say goodbye.
const FAREWELL: Duration = Duration::from_secs(2);

struct Session {
    socket: WebSocket,
    api: Api,
    news: watch::Receiver<News>,
    metrics: watch::Receiver<Utf8Bytes>,
    told: Seq,
    preview: Option<(Watcher, Format)>,
    nonsense: u32,
    silent_pings: u32,
    _counted: Counted,
}

/// Why it ends: with a word to the client, or because there is no one to say it to.
type Flow = ControlFlow<Option<CloseFrame>>;

pub async fn run(socket: WebSocket, api: Api, preview: Option<Format>) {
    let (news, metrics) = (api.live.news.clone(), api.live.metrics.clone());
    let mut session = Session {
        socket,
        news,
        metrics,
        told: Seq::default(),
        preview: preview.map(|format| (api.preview.watch(), format)),
        nonsense: 0,
        silent_pings: 0,
        _counted: Counted::in_gauge(&api.vitals.websocket_clients),
        api,
    };
    let ControlFlow::Break(farewell) = session.serve().await else { return };
    session.preview = None;
    if let Some(farewell) = farewell {
        let _ = tokio::time::timeout(FAREWELL, session.say_goodbye(farewell)).await;
    }
}

fn closing(code: u16, reason: &'static str) -> Flow {
    ControlFlow::Break(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }))
}

impl Session {
    async fn serve(&mut self) -> Flow {
        self.tell_first().await?;
        let mut ping = tokio::time::interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        loop {
            tokio::select! {
                // In this order, so that a preview at full speed never keeps the state waiting.
                biased;
                () = self.api.closed() => return closing(close_code::AWAY, "the server is going down"),
                changed = self.news.changed() => match changed {
                    Ok(()) => self.tell_news().await?,
                    Err(_) => return closing(close_code::AWAY, "the server is going down"),
                },
                Ok(()) = self.metrics.changed() => {
                    let metrics = self.metrics.borrow_and_update().clone();
                    self.say(Message::Text(metrics)).await?;
                }
                _ = ping.tick() => self.ping().await?,
                incoming = self.socket.recv() => self.hear(incoming).await?,
                (picture, format) = next_picture(&mut self.preview) => self.show(picture, format).await?,
            }
        }
    }

    /// The state right now: whoever just changed something over REST sees it.
    async fn tell_first(&mut self) -> Flow {
        let mut news = self.news.borrow_and_update().clone();
        if news.seq < self.api.state.snapshot().seq {
            news = news::compose(&self.api.state, &self.api.vitals, &self.api.figures());
        }
        self.told = news.seq;
        self.metrics.mark_changed();
        self.say(Message::Text(news.text)).await
    }

    async fn tell_news(&mut self) -> Flow {
        let News { seq, text } = self.news.borrow_and_update().clone();
        if seq < self.told {
            return ControlFlow::Continue(());
        }
        self.told = seq;
        self.say(Message::Text(text)).await
    }

    async fn show(&mut self, picture: Option<Arc<PreviewPicture>>, format: Format) -> Flow {
        let Some(picture) = picture else {
            self.preview = None;
            return ControlFlow::Continue(());
        };
        let message = match format {
            Format::Binary => Message::Binary(picture.binary()),
            Format::Json => match Utf8Bytes::try_from(picture.json()) {
                Ok(text) => Message::Text(text),
                Err(_) => return ControlFlow::Continue(()),
            },
        };
        self.say(message).await
    }

    async fn ping(&mut self) -> Flow {
        self.silent_pings += 1;
        if self.silent_pings > MAX_SILENT_PINGS {
            return closing(close_code::POLICY, "no answer to pings");
        }
        self.say(Message::Ping(bytes::Bytes::new())).await
    }

    async fn hear(&mut self, incoming: Option<Result<Message, axum::Error>>) -> Flow {
        self.silent_pings = 0;
        match incoming {
            Some(Ok(Message::Text(text))) if text.len() > MAX_MESSAGE => too_big(),
            Some(Ok(Message::Binary(data))) if data.len() > MAX_MESSAGE => too_big(),
            Some(Ok(Message::Text(text))) => match message::read(&text) {
                Ok(message) => self.answer(message).await,
                Err(trouble) => self.complain(&trouble).await,
            },
            Some(Ok(Message::Binary(_))) => self.complain(&Unintelligible::Binary).await,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => ControlFlow::Continue(()),
            Some(Ok(Message::Close(_))) | None => ControlFlow::Break(None),
            Some(Err(error)) => farewell_after(&error),
        }
    }

    async fn answer(&mut self, message: ClientMessage) -> Flow {
        let reply = match message {
            ClientMessage::Ping => message::pong(self.api.clock.now()),
            ClientMessage::Subscribe(format) => {
                let watcher = self.preview.take().map_or_else(|| self.api.preview.watch(), |(watcher, _)| watcher);
                self.preview = Some((watcher, format));
                message::subscribed(Some(format))
            }
            ClientMessage::Unsubscribe => {
                self.preview = None;
                message::subscribed(None)
            }
        };
        self.say(Message::Text(reply)).await
    }

    async fn complain(&mut self, trouble: &Unintelligible) -> Flow {
        self.say(Message::Text(message::error(trouble.code(), &trouble.to_string()))).await?;
        self.nonsense += 1;
        if self.nonsense < MAX_NONSENSE { ControlFlow::Continue(()) } else { closing(close_code::POLICY, "too many errors") }
    }

    async fn say(&mut self, message: Message) -> Flow {
        match self.socket.send(message).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(None),
        }
    }

    async fn say_goodbye(&mut self, farewell: CloseFrame) {
        if self.socket.send(Message::Close(Some(farewell))).await.is_err() {
            return;
        }
        // Until the client has said goodbye too, or what it sends can not be read any more.
        while let Some(Ok(_)) = self.socket.recv().await {}
    }
}

fn too_big() -> Flow {
    closing(close_code::SIZE, "a message may have 64 KiB")
}

/// The library below gives no codes, only words.
fn farewell_after(error: &axum::Error) -> Flow {
    let words = error.to_string().to_ascii_lowercase();
    if words.contains("too long") {
        too_big()
    } else if words.contains("utf-8") {
        closing(close_code::INVALID, "text must be UTF-8")
    } else {
        closing(close_code::PROTOCOL, "protocol error")
    }
}

/// Never comes back while there is no preview. None when the preview has ended.
async fn next_picture(preview: &mut Option<(Watcher, Format)>) -> (Option<Arc<PreviewPicture>>, Format) {
    match preview {
        Some((watcher, format)) => (watcher.next().await.map(|(picture, _)| picture), *format),
        None => std::future::pending().await,
    }
}
