//! Reading requests: JSON bodies, and ids in paths.

use std::time::Duration;

use axum::extract::{FromRequestParts, Path, Request};
use axum::http::{HeaderMap, header, request::Parts};
use bytes::BytesMut;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ApiError;
use crate::base::quote::quoted;
use crate::state::operation::OperationId;

/// A scene with hundreds of layers has some 100 kB.
pub const MAX_JSON: usize = 1024 * 1024;
/// Nobody needs half a minute to send 1 MiB, unless to hold a connection.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bodies with more values than this are not searched for the culprit: each try parses the whole body again.
const MAX_SEARCHED: usize = 2_000;
const MAX_CANDIDATES: usize = 64;

/// The fields of a JSON object: all of our bodies are objects.
pub struct Fields(pub Map<String, Value>);

/// A body that is one JSON value of any kind, of at most so many bytes.
pub async fn json_of(request: Request, most: usize) -> Result<Value, ApiError> {
    if !is_json(request.headers()) {
        return Err(ApiError::NotJson);
    }
    if declared_length(request.headers()).is_some_and(|length| length > most as u64) {
        return Err(ApiError::BodyTooLarge { limit: most });
    }
    let body = tokio::time::timeout(PATIENCE, collect(request, most)).await.map_err(|_| ApiError::RequestTimeout)??;
    serde_json::from_slice(&body).map_err(|error| ApiError::MalformedJson(error.to_string()))
}

/// A body that is text of this type, of at most so many bytes.
pub async fn text_of(request: Request, kind: &'static str, most: usize) -> Result<String, ApiError> {
    if essence(request.headers()) != kind {
        return Err(ApiError::NotOfKind(kind));
    }
    if declared_length(request.headers()).is_some_and(|length| length > most as u64) {
        return Err(ApiError::BodyTooLarge { limit: most });
    }
    let body = tokio::time::timeout(PATIENCE, collect(request, most)).await.map_err(|_| ApiError::RequestTimeout)??;
    String::from_utf8(body.into()).map_err(|_| ApiError::BadRequest("the body is no text (UTF-8)".to_owned()))
}

/// Reads the body, if there is one.
pub async fn body_of(request: Request) -> Result<Option<Fields>, ApiError> {
    let said_json = is_json(request.headers());
    if declared_length(request.headers()).is_some_and(|length| length > MAX_JSON as u64) {
        return Err(if said_json { ApiError::BodyTooLarge { limit: MAX_JSON } } else { ApiError::NotJson });
    }
    if !said_json && declared_length(request.headers()).is_some_and(|length| length > 0) {
        return Err(ApiError::NotJson);
    }
    let body = tokio::time::timeout(PATIENCE, collect(request, MAX_JSON)).await.map_err(|_| ApiError::RequestTimeout)??;
    if body.is_empty() {
        return Ok(None);
    }
    if !said_json {
        return Err(ApiError::NotJson);
    }
    match serde_json::from_slice(&body).map_err(|error| ApiError::MalformedJson(error.to_string()))? {
        Value::Object(fields) => Ok(Some(Fields(fields))),
        _ => Err(invalid("", "the body must be a JSON object")),
    }
}

async fn collect(request: Request, most: usize) -> Result<BytesMut, ApiError> {
    let mut body = BytesMut::new();
    let mut chunks = request.into_body().into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| ApiError::BodyBroken(error.to_string()))?;
        if body.len() + chunk.len() > most {
            return Err(ApiError::BodyTooLarge { limit: most });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let essence = essence(headers);
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// The media type without its parameters.
fn essence(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

pub fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn invalid(field: &str, why: &str) -> ApiError {
    ApiError::InvalidBody { field: quoted(field), why: quoted(why) }
}

impl Fields {
    /// Takes one field out of the body, if it is there; null counts as not there.
    pub fn take<T: DeserializeOwned>(&mut self, field: &str) -> Result<Option<T>, ApiError> {
        let Some(value) = self.0.remove(field).filter(|value| !value.is_null()) else { return Ok(None) };
        serde_json::from_value(value).map(Some).map_err(|error| invalid(field, &error.to_string()))
    }

    /// Takes one field that must be there.
    pub fn require<T: DeserializeOwned>(&mut self, field: &'static str) -> Result<T, ApiError> {
        self.take(field)?.ok_or_else(|| invalid(field, "this field is missing"))
    }

    /// Takes a password or a token, if it is there: what is of the wrong kind may be one all the same, and is not quoted.
    pub fn take_secret(&mut self, field: &'static str) -> Result<Option<String>, ApiError> {
        match self.0.remove(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(invalid(field, "this must be a string")),
        }
    }

    pub fn require_secret(&mut self, field: &'static str) -> Result<String, ApiError> {
        self.take_secret(field)?.ok_or_else(|| invalid(field, "this field is missing"))
    }

    /// Nothing may be left: a mistyped field is not silently ignored.
    pub fn finish(self) -> Result<(), ApiError> {
        match self.0.keys().next() {
            Some(unknown) => Err(invalid(unknown, "this field is not known")),
            None => Ok(()),
        }
    }

    /// The id in the path wins; the body may say the same, but nothing else.
    pub fn settle_id(&mut self, path: &str) -> Result<(), ApiError> {
        match self.0.remove("id") {
            None => Ok(()),
            Some(Value::String(body)) if body == path => Ok(()),
            Some(Value::String(body)) => {
                Err(ApiError::IdMismatch { path: path.to_owned(), body: body.chars().take(80).collect() })
            }
            // Not quoted: anything may be in it.
            Some(_) => Err(invalid("id", "an id is a string")),
        }
    }

    /// Makes up an id where none is given.
    pub fn fill_id(&mut self, kind: &str, operation: Option<&OperationId>) {
        self.0.entry("id").or_insert_with(|| Value::String(fresh_id(kind, operation, 0)));
    }

    /// The whole body as one thing. The error names the field.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        let body = Value::Object(self.0);
        let error = match T::deserialize(&body) {
            Ok(parsed) => return Ok(parsed),
            Err(error) => error.to_string(),
        };
        let attempt = |candidate: &Value| T::deserialize(candidate).err().map(|error| error.to_string());
        let field = if weight(&body) > MAX_SEARCHED { String::new() } else { culprit(&body, &error, &attempt) };
        Err(invalid(&field, &error))
    }
}

/// An operation that is asked for again makes up the same id again. `number` tells several ids of one request apart.
pub fn fresh_id(kind: &str, operation: Option<&OperationId>, number: usize) -> String {
    let tail: String = match operation {
        Some(operation) => {
            blake3::hash(format!("{kind}/{number}/{}", operation.as_str()).as_bytes()).to_hex()[..12].to_owned()
        }
        None => std::iter::repeat_with(fastrand::alphanumeric).take(8).collect(),
    };
    format!("{kind}-{}", tail.to_ascii_lowercase())
}

fn weight(value: &Value) -> usize {
    match value {
        Value::Object(fields) => 1 + fields.values().map(weight).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        _ => 1,
    }
}

/// Path of the value that `error` is about: the one without which the error would be another. Serde does not say it.
fn culprit(value: &Value, error: &str, attempt: &dyn Fn(&Value) -> Option<String>) -> String {
    let keys: Vec<String> = match value {
        Value::Object(fields) => fields.keys().cloned().collect(),
        Value::Array(items) => (0..items.len()).map(|index| index.to_string()).collect(),
        _ => return String::new(),
    };
    // Without its tag nothing can be read at all, whatever is wrong.
    let is_tag = |key: &String| key == "command" && value.get(key).is_some_and(Value::is_string);
    for key in keys.iter().filter(|key| !is_tag(key)).take(MAX_CANDIDATES) {
        if attempt(&without(value, key)).as_deref() == Some(error) {
            continue;
        }
        let inner = child(value, key)
            .map_or(String::new(), |found| culprit(found, error, &|candidate| attempt(&with(value, key, candidate))));
        return match (value.is_array(), inner.is_empty() || inner.starts_with('[')) {
            (true, true) => format!("[{key}]{inner}"),
            (true, false) => format!("[{key}].{inner}"),
            (false, true) => format!("{key}{inner}"),
            (false, false) => format!("{key}.{inner}"),
        };
    }
    String::new()
}

fn child<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.get(key).or_else(|| value.get(key.parse::<usize>().ok()?))
}

fn without(value: &Value, key: &str) -> Value {
    let mut value = value.clone();
    match &mut value {
        Value::Object(fields) => drop(fields.remove(key)),
        Value::Array(items) => drop(items.remove(key.parse().unwrap_or(0))),
        _ => {}
    }
    value
}

fn with(value: &Value, key: &str, inner: &Value) -> Value {
    let mut value = value.clone();
    let place = match &mut value {
        Value::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get_mut(index)),
        other => other.get_mut(key),
    };
    if let Some(place) = place {
        *place = inner.clone();
    }
    value
}

/// The ids in the path.
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(ids) = Path::<T>::from_request_parts(parts, state).await.map_err(|rejection| {
            let text = rejection.body_text();
            ApiError::InvalidId(text.strip_prefix("Invalid URL: ").unwrap_or(&text).to_owned())
        })?;
        Ok(At(ids))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_in_a_command_is_named_not_the_command() {
        let body = json!({ "command": "put_scene", "scene": { "id": "a", "name": 5, "layers": [] } });
        let Value::Object(fields) = body else { panic!("an object") };
        let Err(ApiError::InvalidBody { field, .. }) = Fields(fields).parse::<crate::state::command::Command>() else {
            panic!("a name is a text")
        };
        assert_eq!(field, "scene.name");
    }
    use crate::show::scene::Scene;
    use serde_json::json;

    #[track_caller]
    fn blamed(body: Value, expected: &str) {
        let Value::Object(fields) = body else { panic!("an object") };
        match Fields(fields).parse::<Scene>() {
            Err(ApiError::InvalidBody { field, .. }) => assert_eq!(field, expected),
            other => panic!("{other:?}"),
        }
    }

    /// Errors go into the log and back to the client: as one short line.
    #[test]
    fn a_mistake_is_quoted_in_part_and_without_control_characters() {
        for body in
            [json!({ "id": "a", "x\u{1b}[2J\n".repeat(50_000): 1 }), json!({ "id": "a", "layers": "\u{0}".repeat(50_000) })]
        {
            let Value::Object(fields) = body else { panic!("an object") };
            let mut one_by_one = Fields(fields.clone());
            let errors = [
                Fields(fields).parse::<Scene>().unwrap_err(),
                one_by_one.take::<u32>("layers").err().unwrap_or(ApiError::Internal),
                one_by_one.take::<u32>("id").unwrap_err(),
                one_by_one.finish().err().unwrap_or(ApiError::Internal),
            ];
            for error in errors {
                let told = [error.to_string(), error.details().to_string()];
                assert!(told.iter().all(|text| text.len() < 1_000 && !text.contains(char::is_control)), "{told:?}");
            }
        }
    }

    #[test]
    fn a_password_of_the_wrong_kind_is_not_quoted() {
        let mut fields = Fields([("password".to_owned(), json!(123_456_789))].into_iter().collect());
        let error = fields.require_secret("password").unwrap_err();
        assert_eq!((error.code(), error.details()), ("invalid_body", json!({ "field": "password" })));
        assert!(!error.to_string().contains("123456789"), "{error}");
    }

    #[test]
    fn the_field_in_trouble_is_named() {
        blamed(json!({ "id": "a", "name": 5 }), "name");
        blamed(json!({ "id": "a b" }), "id");
        blamed(json!({ "id": "a", "colour": 1 }), "colour");
        let layer = |x: Value| json!({ "id": "l", "kind": "color", "color": "#000000", "x": x });
        blamed(json!({ "id": "a", "layers": [layer(json!(1)), layer(json!("far"))] }), "layers[1].x");
    }
}
