//! `jam.v1.json`: the same as texts, for those who would rather not count bytes. The seed's messages, as they are.

use serde::Serialize;
use serde_json::Value;

use super::Malformed;
use super::frame::{Bye, Devices, Down, MOST_ASKS, Probed, Up, Welcome, Whole};
use crate::jam::ask::Ask;

/// What one message says: an object, or an array of them.
pub fn read(text: &[u8]) -> Result<Vec<Up>, Malformed> {
    let told = |error: serde_json::Error| Malformed::Json(error.to_string());
    match serde_json::from_slice(text).map_err(told)? {
        Value::Array(messages) if messages.len() > MOST_ASKS => Err(Malformed::TooMany),
        Value::Array(messages) => messages.into_iter().map(up).collect(),
        message => Ok(vec![up(message)?]),
    }
}

fn up(mut message: Value) -> Result<Up, Malformed> {
    let told = |error: serde_json::Error| Malformed::Json(error.to_string());
    let kind = message.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(match kind.as_str() {
        "hello" => Up::Hello(serde_json::from_value(message).map_err(told)?),
        "probe" => Up::Probe(serde_json::from_value(message).map_err(told)?),
        "lease" => Up::Lease(serde_json::from_value(message).map_err(told)?),
        "asks" => {
            let op = op(&mut message)?;
            let asks = message.get_mut("asks").map(Value::take).unwrap_or_default();
            let asks: Vec<Ask> = serde_json::from_value(asks).map_err(told)?;
            if asks.len() > MOST_ASKS {
                return Err(Malformed::TooMany);
            }
            Up::Asks { op, asks }
        }
        _ => {
            let op = op(&mut message)?;
            Up::Asks { op, asks: vec![serde_json::from_value(message).map_err(told)?] }
        }
    })
}

fn op(message: &mut Value) -> Result<u32, Malformed> {
    let Some(op) = message.as_object_mut().and_then(|fields| fields.remove("op")) else { return Ok(0) };
    op.as_u64().and_then(|op| u32::try_from(op).ok()).ok_or(Malformed::Value)
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum DownText<'a> {
    Welcome(&'a Welcome),
    Snapshot(&'a Whole),
    Refused { op: u32, code: &'a str, message: &'a str },
    Probed(&'a Probed),
    Leased(&'a Devices),
    Bye(&'a Bye),
    Ack { op: u32, seq: u64 },
}

/// Events are put together by whoever tells them.
pub fn write(down: &Down) -> String {
    let text = match down {
        Down::Welcome(welcome) => DownText::Welcome(welcome),
        Down::Snapshot(whole) => DownText::Snapshot(whole),
        Down::Refused { op, code, message } => DownText::Refused { op: *op, code, message },
        Down::Probed(probed) => DownText::Probed(probed),
        Down::Leased(devices) => DownText::Leased(devices),
        Down::Bye(bye) => DownText::Bye(bye),
        Down::Events(_) | Down::Unknown => return String::new(),
    };
    // Plain data with text keys always becomes JSON.
    serde_json::to_string(&text).unwrap_or_default()
}

pub fn ack(op: u32, seq: u64) -> String {
    serde_json::to_string(&DownText::Ack { op, seq }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::jam::music::ColorMode;

    #[test]
    fn a_message_of_the_seed_is_understood_with_and_without_an_op() {
        let plain = read(br#"{"type":"color-mode","mode":"harmonic"}"#).unwrap();
        let asks = vec![Ask::ColorMode { mode: ColorMode::Harmonic }];
        assert_eq!(plain, [Up::Asks { op: 0, asks: asks.clone() }]);
        let named = read(br#"[{"type":"color-mode","mode":"harmonic","op":7}]"#).unwrap();
        assert_eq!(named, [Up::Asks { op: 7, asks: asks.clone() }]);
        let all = read(br#"{"type":"asks","op":8,"asks":[{"type":"color-mode","mode":"harmonic"}]}"#).unwrap();
        assert_eq!(all, [Up::Asks { op: 8, asks }]);
    }

    #[test]
    fn what_is_not_right_is_told() {
        for bad in [
            "",
            "{}",
            "7",
            r#"{"type":"dance"}"#,
            r#"{"type":"color-mode","mode":"red"}"#,
            r#"{"type":"note","note":60,"op":-1}"#,
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
