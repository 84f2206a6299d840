//! What a client says, and what it is answered. Pure: messages in, answers appended to the output, nothing waits.

use std::fmt;

use super::amf::{self, Value};
use super::input::Violation;
use super::message::{self, Message, send_command, send_status, status};
use super::output::Output;

/// `rtmp://host/live/program`
const APP: &str = "live";
const STREAM: &str = "program";

/// What follows from a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The conversation goes on.
    Listen,
    /// It wants the program on this message stream, and shows this token.
    Play { stream: u32, token: Option<String> },
    /// It wants to publish under this key on this message stream.
    Publish { stream: u32, key: Key },
    /// It was told why not; the connection ends.
    Refuse(Refusal),
    /// It has had enough.
    Leave,
}

/// What a publisher says to be let in. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(pub String);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NoSuchApp,
    NoSuchStream,
    NotAllowed,
    /// No input has this key, or none has it any more.
    NoSuchKey,
    /// Somebody publishes under this key.
    Busy,
    /// It sends what is not decoded here.
    Unknown(super::tag::BadTag),
}

#[derive(Default)]
pub struct Dialogue {
    connected: bool,
    streams: u32,
    /// How many bytes the client may send before it wants to hear that they came.
    window: Option<u64>,
    acknowledged: u64,
}

impl Dialogue {
    pub fn hear(&mut self, message: &Message, out: &mut Output) -> Result<Step, Violation> {
        match message.kind {
            message::COMMAND => self.command(message.stream, &message.payload, out),
            message::COMMAND_AMF3 => self.command(message.stream, message.payload.get(1..).unwrap_or_default(), out),
            message::USER_CONTROL => {
                if let Some((message::PING, time)) = message::read_user_control(&message.payload) {
                    message::send_user_control(out, message::PONG, time);
                }
                Ok(Step::Listen)
            }
            message::WINDOW_SIZE => {
                self.window = message.payload.first_chunk().map(|size| u64::from(u32::from_be_bytes(*size)).max(1));
                Ok(Step::Listen)
            }
            // Sound and pictures from someone whom nobody has let publish.
            message::AUDIO | message::VIDEO => Err(Violation::Order),
            _ => Ok(Step::Listen),
        }
    }

    /// Says how many bytes have come, when the client wants to know.
    pub fn acknowledge(&mut self, received: u64, out: &mut Output) {
        if self.window.is_some_and(|window| received - self.acknowledged >= window) {
            self.acknowledged = received;
            message::send_acknowledgement(out, received);
        }
    }

    fn command(&mut self, stream: u32, payload: &[u8], out: &mut Output) -> Result<Step, Violation> {
        let values = amf::decode(payload)?;
        let name = values.first().and_then(Value::as_text).ok_or(amf::Malformed)?;
        let transaction = values.get(1).and_then(Value::as_number).unwrap_or(0.0);
        let text = |index: usize| values.get(index).and_then(Value::as_text).unwrap_or_default();
        match name {
            "connect" => return Ok(self.connect(transaction, values.get(2), out)),
            "closeStream" | "deleteStream" => return Ok(Step::Leave),
            _ if !self.connected => return Err(Violation::Order),
            "createStream" => {
                self.streams = self.streams.wrapping_add(1);
                let number = Value::Number(f64::from(self.streams));
                send_command(out, 0, &[Value::text("_result"), Value::Number(transaction), Value::Null, number]);
            }
            "play" | "play2" => return Ok(play(stream, text(3), out)),
            "publish" => return Ok(Step::Publish { stream, key: Key(text(3).to_owned()) }),
            "FCSubscribe" => {
                let status = status("status", "NetStream.Play.Start", "Subscribed.");
                send_command(out, 0, &[Value::text("onFCSubscribe"), Value::Number(0.0), Value::Null, status]);
            }
            "getStreamLength" => {
                // A live programme has no length.
                let length = Value::Number(0.0);
                send_command(out, 0, &[Value::text("_result"), Value::Number(transaction), Value::Null, length]);
            }
            // releaseStream, _checkbw, pause, receiveAudio …: nothing follows from them, but who asks gets an answer.
            _ if transaction != 0.0 && !name.starts_with('_') || name == "_checkbw" => {
                send_command(out, 0, &[Value::text("_result"), Value::Number(transaction), Value::Null, Value::Null]);
            }
            _ => {}
        }
        Ok(Step::Listen)
    }

    fn connect(&mut self, transaction: f64, about: Option<&Value>, out: &mut Output) -> Step {
        let app = about.and_then(|about| about.field("app")).and_then(Value::as_text).unwrap_or_default();
        if !same_name(app, APP) {
            let reason = status("error", "NetConnection.Connect.Rejected", "There is no such application; ask for live.");
            send_command(out, 0, &[Value::text("_error"), Value::Number(transaction), Value::Null, reason]);
            return Step::Refuse(Refusal::NoSuchApp);
        }
        if !self.connected {
            message::send_limits(out);
            message::send_user_control(out, message::STREAM_BEGIN, 0);
        }
        self.connected = true;
        let server = Value::object([("fmsVer", Value::text("FMS/3,0,1,123")), ("capabilities", Value::Number(31.0))]);
        let success = Value::object([
            ("level", Value::text("status")),
            ("code", Value::text("NetConnection.Connect.Success")),
            ("description", Value::text("Connection succeeded.")),
            ("objectEncoding", Value::Number(0.0)),
        ]);
        send_command(out, 0, &[Value::text("_result"), Value::Number(transaction), server, success]);
        Step::Listen
    }
}

fn play(stream: u32, name: &str, out: &mut Output) -> Step {
    if same_name(name, STREAM) {
        return Step::Play { stream, token: token_in(name).map(str::to_owned) };
    }
    send_not_found(out, stream, "There is no such stream; ask for live/program.");
    Step::Refuse(Refusal::NoSuchStream)
}

/// What a publisher awaits before its first picture.
pub fn accept_publishing(stream: u32, out: &mut Output) {
    message::send_user_control(out, message::STREAM_BEGIN, stream);
    send_status(out, stream, status("status", "NetStream.Publish.Start", "Go on."));
}

pub fn refuse_publishing(stream: u32, why: Refusal, out: &mut Output) {
    let (code, description) = match why {
        Refusal::Busy => ("NetStream.Publish.BadName", "Somebody else publishes under this key."),
        Refusal::Unknown(bad) => ("NetStream.Publish.Failed", bad.told()),
        _ => ("NetStream.Publish.Denied", "No input of this server has this key."),
    };
    send_status(out, stream, status("error", code, description));
}

pub fn send_not_found(out: &mut Output, stream: u32, why: &'static str) {
    send_status(out, stream, status("error", "NetStream.Play.StreamNotFound", why));
}

pub fn refuse_playing(stream: u32, out: &mut Output) {
    let why = "Log in first: put ?access_token=… with an API token behind the name.";
    send_status(out, stream, status("error", "NetStream.Play.Failed", why));
}

fn token_in(name: &str) -> Option<&str> {
    let mut pairs = name.split_once('?')?.1.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == "access_token").map(|(_, token)| token)
}

/// Some players leave slashes at the ends, or a query behind the name.
fn same_name(said: &str, meant: &str) -> bool {
    said.split('?').next().unwrap_or_default().trim_matches('/') == meant
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(stream: u32, values: &[Value]) -> Message {
        Message { kind: message::COMMAND, stream, time_ms: 0, payload: amf::encode(values) }
    }

    fn connect(app: &'static str) -> Message {
        let about = Value::object([("app", Value::text(app))]);
        command(0, &[Value::text("connect"), Value::Number(1.0), about])
    }

    fn named(name: &'static str, argument: &'static str) -> Message {
        command(1, &[Value::text(name), Value::Number(4.0), Value::Null, Value::text(argument)])
    }

    #[track_caller]
    fn check(messages: &[Message], expected: Result<Step, Violation>) {
        let (mut dialogue, mut out) = (Dialogue::default(), Output::new());
        let (last, before) = messages.split_last().expect("a message");
        for message in before {
            assert_eq!(dialogue.hear(message, &mut out), Ok(Step::Listen));
        }
        assert_eq!(dialogue.hear(last, &mut out), expected);
    }

    #[test]
    fn names_decide() {
        let play = |token: Option<&str>| Ok(Step::Play { stream: 1, token: token.map(str::to_owned) });
        check(&[connect("live"), named("play", "program")], play(None));
        check(&[connect("live/"), named("play", "program?token=1")], play(None));
        check(&[connect("live"), named("play", "program?a=b&access_token=mqt_1")], play(Some("mqt_1")));
        check(&[connect("live"), named("play", "other")], Ok(Step::Refuse(Refusal::NoSuchStream)));
        check(&[connect("vod")], Ok(Step::Refuse(Refusal::NoSuchApp)));
        let publish = Step::Publish { stream: 1, key: Key("cam?a=b".to_owned()) };
        check(&[connect("live"), named("publish", "cam?a=b")], Ok(publish.clone()));
        assert!(!format!("{publish:?}").contains("cam"));
        check(&[named("publish", "cam")], Err(Violation::Order));
        check(&[named("play", "program")], Err(Violation::Order));
    }

    #[test]
    fn chatter_is_answered_and_changes_nothing() {
        let names =
            ["releaseStream", "FCPublish", "FCSubscribe", "_checkbw", "getStreamLength", "createStream", "pause", "xyzzy"];
        let chatter = names.map(|name| named(name, "program"));
        let (mut dialogue, mut out) = (Dialogue::default(), Output::new());
        assert_eq!(dialogue.hear(&connect("live"), &mut out), Ok(Step::Listen));
        for message in &chatter {
            let before = out.size();
            assert_eq!(dialogue.hear(message, &mut out), Ok(Step::Listen));
            assert!(out.size() > before, "{message:?}");
        }
        assert_eq!(dialogue.hear(&named("play", "program"), &mut out), Ok(Step::Play { stream: 1, token: None }));
    }
}
