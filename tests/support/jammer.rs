//! Somebody who plays: speaks `jam.v1` or `jam.v1.json`, keeps what it is told, and counts the bytes.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use marquee::jam::ask::Ask;
use marquee::jam::evolve::evolve;
use marquee::jam::wire::frame::{Down, Hello, Place, Told, Up};
use marquee::show::jam::Jam;
use marquee::show::jam::event::JamEvent;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::PATIENCE;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Bytes,
    Text,
}

/// What it was told.
#[derive(Default)]
pub struct Known {
    pub jam: Option<Jam>,
    pub seq: u64,
    pub epoch: String,
    pub token: Option<String>,
    pub acked: u32,
    pub refused: Vec<String>,
    pub bye: Option<String>,
    /// Messages and bytes that came, with what frames them.
    pub messages: u64,
    pub bytes: u64,
    /// What happened, and when that came.
    pub came: Vec<(JamEvent, Instant)>,
    pub is_over: bool,
    place: Place,
}

pub struct Jammer {
    out: SplitSink<Socket, Message>,
    form: Form,
    known: Arc<Mutex<Known>>,
    op: u32,
    /// Bytes that went, with what frames them.
    pub sent: u64,
}

/// A frame of a WebSocket: its head, and four bytes of mask on the way up.
fn framed(payload: usize, is_up: bool) -> u64 {
    let head = match payload {
        0..=125 => 2,
        126..=65_535 => 4,
        _ => 10,
    };
    payload as u64 + head + if is_up { 4 } else { 0 }
}

impl Jammer {
    /// `before`: what it knew on an earlier connection.
    pub async fn join(ws: &str, form: Form, hello: Hello, before: Option<&Jammer>) -> Result<Self, String> {
        let mut request = format!("{ws}/ws").into_client_request().map_err(|error| error.to_string())?;
        let protocol = if form == Form::Bytes { "jam.v1" } else { "jam.v1.json" };
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(protocol));
        let (socket, _) = connect_async(request).await.map_err(|error| error.to_string())?;
        let (out, mut heard) = socket.split();
        let known: Arc<Mutex<Known>> = Arc::default();
        let mut hello = hello;
        let (mut op, looks_on) = (0, hello.watch);
        if let Some(before) = before {
            let was = before.known();
            (hello.token, hello.epoch, hello.seq) = (was.token.clone(), Some(was.epoch.clone()), Some(was.seq));
            op = before.op;
            let mut known = known.lock().unwrap();
            (known.jam, known.seq, known.epoch, known.token) =
                (was.jam.clone(), was.seq, was.epoch.clone(), was.token.clone());
            known.acked = was.acked;
        }
        let hearing = known.clone();
        tokio::spawn(async move {
            while let Some(Ok(message)) = heard.next().await {
                let mut known = hearing.lock().unwrap();
                match message {
                    Message::Binary(bytes) => known.take_bytes(&bytes),
                    Message::Text(text) => known.take_text(text.as_str()),
                    _ => {}
                }
            }
            hearing.lock().unwrap().is_over = true;
        });
        let mut jammer = Self { out, form, known, op, sent: 0 };
        jammer.send(&Up::Hello(hello)).await;
        jammer
            .until("it is in or turned away", |known| {
                (known.token.is_some() || looks_on) && known.place_is_known() || known.is_over || known.bye.is_some()
            })
            .await;
        let bye = jammer.known().bye.clone();
        bye.map_or(Ok(jammer), Err)
    }

    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap()
    }

    pub fn jam(&self) -> Jam {
        self.known().jam.clone().expect("it is in")
    }

    async fn send(&mut self, up: &Up) {
        let message = match (self.form, up) {
            (Form::Bytes, up) => Message::binary(up.bytes()),
            (Form::Text, Up::Hello(hello)) => text("hello", hello),
            (Form::Text, Up::Asks { op, asks }) if asks.len() == 1 => {
                let mut value = serde_json::to_value(&asks[0]).unwrap();
                value["op"] = Value::from(*op);
                Message::text(value.to_string())
            }
            (Form::Text, Up::Asks { op, asks }) => text("asks", &serde_json::json!({"op": op, "asks": asks})),
            (Form::Text, _) => unreachable!("nobody asks for it"),
        };
        self.sent += framed(message.len(), true);
        // A way that is cut is found out by whoever waits.
        let _ = self.out.send(message).await;
    }

    /// The number under which it was asked.
    pub async fn ask(&mut self, asks: Vec<Ask>) -> u32 {
        self.op += 1;
        self.send(&Up::Asks { op: self.op, asks }).await;
        self.op
    }

    /// The same again, as after an answer that was lost.
    pub async fn ask_again(&mut self, op: u32, asks: Vec<Ask>) {
        self.send(&Up::Asks { op, asks }).await;
    }

    pub async fn done(&mut self, asks: Vec<Ask>) {
        let op = self.ask(asks).await;
        self.until("it is done", |known| known.acked >= op).await;
    }

    pub async fn until(&self, what: &str, is_so: impl Fn(&Known) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_so(&self.known()) {
            assert!(Instant::now() < end, "in vain: {what}");
            sleep(Duration::from_millis(2)).await;
        }
    }
}

fn text(kind: &str, value: &impl serde::Serialize) -> Message {
    let mut value = serde_json::to_value(value).unwrap();
    value["type"] = Value::from(kind);
    Message::text(value.to_string())
}

impl Known {
    /// When each step of this track was told.
    pub fn told_of(&self, track: u8) -> Vec<Instant> {
        let of_it = |event: &JamEvent| matches!(event, JamEvent::DrumStep(step) if step.track == track);
        self.came.iter().filter(|(event, _)| of_it(event)).map(|(_, at)| *at).collect()
    }

    fn place_is_known(&self) -> bool {
        self.jam.is_some() && self.messages > 0
    }

    fn take_bytes(&mut self, bytes: &[u8]) {
        self.messages += 1;
        self.bytes += framed(bytes.len(), false);
        let mut place = self.place;
        let down = Down::read(bytes, &mut place).expect("it is understood");
        self.place = place;
        match down {
            Down::Welcome(welcome) => {
                assert!(welcome.jam.is_some() || (welcome.seq == self.seq && welcome.epoch == self.epoch), "a gap");
                (self.token, self.epoch, self.seq) = (welcome.token, welcome.epoch, welcome.seq);
                self.jam = welcome.jam.map(|jam| *jam).or(self.jam.take());
            }
            Down::Snapshot(whole) => (self.seq, self.jam) = (whole.seq, Some(*whole.jam)),
            Down::Events(told) => told.into_iter().for_each(|one| match one {
                Told::Ack(op) => self.acked = self.acked.max(op),
                Told::Entry(entry) => {
                    assert_eq!(entry.seq, self.seq + 1, "a number is left out or comes twice");
                    self.seq = entry.seq;
                    evolve(self.jam.as_mut().expect("a welcome came first"), &entry);
                    self.came.push((entry.event, Instant::now()));
                }
            }),
            Down::Refused { op, code, .. } => {
                self.acked = self.acked.max(op);
                self.refused.push(code);
            }
            Down::Bye(bye) => self.bye = Some(bye.code),
            Down::Probed(_) | Down::Leased(_) | Down::Unknown => {}
        }
    }

    /// Only what is needed to count: the other form is tested as bytes.
    fn take_text(&mut self, text: &str) {
        self.messages += 1;
        self.bytes += framed(text.len(), false);
        let message: Value = serde_json::from_str(text).expect("JSON");
        let all = message.as_array().cloned().unwrap_or_else(|| vec![message]);
        for one in all {
            match one["type"].as_str().expect("a type") {
                "welcome" => {
                    self.token = one["token"].as_str().map(str::to_owned);
                    self.seq = one["seq"].as_u64().unwrap();
                    self.jam = serde_json::from_value(one["jam"].clone()).ok();
                }
                "ack" => self.acked = self.acked.max(one["op"].as_u64().unwrap() as u32),
                "refused" => self.refused.push(one["code"].as_str().unwrap().to_owned()),
                "bye" => self.bye = Some(one["code"].as_str().unwrap().to_owned()),
                _ => self.seq = one["seq"].as_u64().unwrap_or(self.seq),
            }
        }
    }
}
