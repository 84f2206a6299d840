//! AMF0, the notation of RTMP's commands. What comes in is read with bounds on depth, so that no message can exhaust the
//! stack; its size is bounded by the message's.

use std::borrow::Cow;

use bytes::{BufMut, Bytes, BytesMut};

/// Objects within objects that are followed. A `connect` has one level.
const MAX_DEPTH: usize = 8;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Number(f64),
    Boolean(bool),
    Text(Cow<'static, str>),
    Object(Vec<(Cow<'static, str>, Value)>),
    /// An object written as an ECMA array, which is how metadata is written.
    Map(Vec<(Cow<'static, str>, Value)>),
    List(Vec<Value>),
    Null,
}

impl Value {
    pub fn text(text: &'static str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }

    pub fn object(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        Value::Object(fields.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
    }

    pub fn map(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        Value::Map(fields.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    pub fn as_number(&self) -> Option<f64> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }

    pub fn field(&self, name: &str) -> Option<&Value> {
        let (Value::Object(fields) | Value::Map(fields)) = self else { return None };
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a command is not well-formed AMF0")]
pub struct Malformed;

pub fn encode(values: &[Value]) -> Bytes {
    let mut out = BytesMut::with_capacity(256);
    values.iter().for_each(|value| put_value(&mut out, value));
    out.freeze()
}

fn put_value(out: &mut BytesMut, value: &Value) {
    match value {
        Value::Number(number) => {
            out.put_u8(0);
            out.put_f64(*number);
        }
        Value::Boolean(boolean) => out.put_slice(&[1, u8::from(*boolean)]),
        Value::Text(text) => {
            out.put_u8(2);
            put_name(out, text);
        }
        Value::Object(fields) => {
            out.put_u8(3);
            put_fields(out, fields);
        }
        Value::Map(fields) => {
            out.put_u8(8);
            out.put_u32(u32::try_from(fields.len()).unwrap_or(u32::MAX));
            put_fields(out, fields);
        }
        Value::List(values) => {
            out.put_u8(10);
            out.put_u32(u32::try_from(values.len()).unwrap_or(u32::MAX));
            values.iter().for_each(|value| put_value(out, value));
        }
        Value::Null => out.put_u8(5),
    }
}

fn put_fields(out: &mut BytesMut, fields: &[(Cow<'static, str>, Value)]) {
    for (name, value) in fields {
        put_name(out, name);
        put_value(out, value);
    }
    out.put_slice(&[0, 0, 9]);
}

fn put_name(out: &mut BytesMut, text: &str) {
    let end = text.floor_char_boundary(usize::from(u16::MAX));
    out.put_u16(u16::try_from(end).unwrap_or(u16::MAX));
    out.put_slice(&text.as_bytes()[..end]);
}

pub fn decode(bytes: &[u8]) -> Result<Vec<Value>, Malformed> {
    let mut rest = bytes;
    let mut values = Vec::new();
    while !rest.is_empty() {
        values.push(take_value(&mut rest, MAX_DEPTH)?);
    }
    Ok(values)
}

fn take_value(rest: &mut &[u8], depth: usize) -> Result<Value, Malformed> {
    let depth = depth.checked_sub(1).ok_or(Malformed)?;
    let [marker] = take(rest)?;
    Ok(match marker {
        0 => Value::Number(f64::from_be_bytes(take(rest)?)),
        1 => Value::Boolean(take::<1>(rest)? != [0]),
        2 => Value::Text(take_name(rest)?),
        3 => Value::Object(take_fields(rest, depth)?),
        5 | 6 => Value::Null,
        8 => {
            // The count is a hint; the end mark decides.
            take::<4>(rest)?;
            Value::Map(take_fields(rest, depth)?)
        }
        10 => {
            // No room is made by the count: a liar runs out of bytes first, each value being one at least.
            let count = u32::from_be_bytes(take(rest)?);
            Value::List((0..count).map(|_| take_value(rest, depth)).collect::<Result<_, _>>()?)
        }
        11 => {
            let millis = f64::from_be_bytes(take(rest)?);
            take::<2>(rest)?;
            Value::Number(millis)
        }
        12 => {
            let length = u32::from_be_bytes(take(rest)?);
            Value::Text(take_text(rest, usize::try_from(length).map_err(|_| Malformed)?)?)
        }
        _ => return Err(Malformed),
    })
}

fn take_fields(rest: &mut &[u8], depth: usize) -> Result<Vec<(Cow<'static, str>, Value)>, Malformed> {
    let mut fields = Vec::new();
    loop {
        let name = take_name(rest)?;
        if name.is_empty() && rest.first() == Some(&9) {
            take::<1>(rest)?;
            return Ok(fields);
        }
        fields.push((name, take_value(rest, depth)?));
    }
}

fn take_name(rest: &mut &[u8]) -> Result<Cow<'static, str>, Malformed> {
    let length = u16::from_be_bytes(take(rest)?);
    take_text(rest, usize::from(length))
}

fn take_text(rest: &mut &[u8], length: usize) -> Result<Cow<'static, str>, Malformed> {
    let (text, after) = rest.split_at_checked(length).ok_or(Malformed)?;
    *rest = after;
    Ok(Cow::Owned(String::from_utf8_lossy(text).into_owned()))
}

fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Result<[u8; LENGTH], Malformed> {
    let (taken, after) = rest.split_first_chunk().ok_or(Malformed)?;
    *rest = after;
    Ok(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let values = [
            Value::text("connect"),
            Value::Number(1.0),
            Value::object([("app", Value::text("live")), ("fpad", Value::Boolean(false)), ("nothing", Value::Null)]),
            Value::map([("width", Value::Number(1280.0))]),
            Value::List(vec![Value::Number(1.0), Value::text("two")]),
        ];
        assert_eq!(decode(&encode(&values)).as_deref(), Ok(&values[..]));
    }

    #[test]
    fn every_truncation_and_deep_nesting_is_an_error_and_no_more() {
        let whole = encode(&[Value::object([("a", Value::object([("b", Value::text("c"))]))])]);
        for end in 1..whole.len() {
            assert_eq!(decode(&whole[..end]), Err(Malformed), "{end}");
        }
        assert_eq!(decode(&[3, 0, 1, b'a'].repeat(10_000)), Err(Malformed));
        assert_eq!(decode(&[10, 255, 255, 255, 255].repeat(10_000)), Err(Malformed));
        assert_eq!(decode(&[10, 255, 255, 255, 255, 5]), Err(Malformed));
    }
}
