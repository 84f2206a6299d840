//! The OpenAPI document, made from the table of routes, the types that go over the wire, and the table of codes.

mod bodies;
mod jams;
mod lights;
mod machine;
mod media;
mod musicbox;
mod operation;
mod operations;
mod sent;
mod surfaces;
mod troubles;
mod uploads;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::Json;
use axum::response::IntoResponse;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::access::{Access, Class};
use super::codes::{CODES, Told, status_of, when};
use super::rest;
use super::routes::{Row, TABLE};
use crate::show::ids::{AssetId, BatchId, DestinationId, LayerId, MacroId, SceneId, VersionId};
use crate::show::value::ValueName;
use operation::{Answer, Body, Operation, Shape, shape};

/// Made once: it is the same for every server of this version.
static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

pub async fn openapi() -> rest::Answer {
    Ok(Json(&*DOCUMENT).into_response())
}

pub fn document() -> Value {
    let mut bodies = Schemas::of_bodies();
    let mut answers = Schemas::of_answers();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for row in TABLE {
        if let Some(operation) = operations::describe(row) {
            let described = described(row, &operation, &mut bodies, &mut answers);
            paths.entry(row.path).or_default().insert(row.method.to_lowercase(), described);
        }
    }
    let mut schemas = bodies.taken();
    schemas.extend(answers.taken());
    schemas.insert("Error".to_owned(), error_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Marquee",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "One live show, put on every surface. The WebSocket and Socket.IO are described in docs/API.md.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "An access token of a login, or an API token." },
            },
        },
    })
}

/// What is sent and what is answered may differ in the same type, so each has schemas of its own.
struct Schemas {
    generator: SchemaGenerator,
    suffix: &'static str,
}

impl Schemas {
    fn of_bodies() -> Self {
        Self { generator: settings().for_deserialize().into_generator(), suffix: "Sent" }
    }

    fn of_answers() -> Self {
        Self { generator: settings().for_serialize().into_generator(), suffix: "" }
    }

    fn schema(&mut self, shape: Shape) -> Value {
        let schema = shape(&mut self.generator).to_value();
        self.renamed(schema)
    }

    fn taken(&mut self) -> Map<String, Value> {
        let definitions = self.generator.take_definitions(true);
        definitions.into_iter().map(|(name, schema)| (format!("{name}{}", self.suffix), self.renamed(schema))).collect()
    }

    fn renamed(&self, value: Value) -> Value {
        match value {
            Value::Object(fields) => {
                let renamed = |(key, value): (String, Value)| match (key.as_str(), value) {
                    ("$ref", Value::String(target)) => (key, Value::String(target + self.suffix)),
                    // Formats of Rust's integers, which nobody else knows.
                    (_, value) => (key, self.renamed(value)),
                };
                Value::Object(fields.into_iter().filter(|(key, value)| !is_rusty(key, value)).map(renamed).collect())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.renamed(item)).collect()),
            other => other,
        }
    }
}

fn is_rusty(key: &str, value: &Value) -> bool {
    key == "format" && value.as_str().is_some_and(|format| format.starts_with("uint") || format.starts_with("int"))
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    })
}

fn described(row: &Row, operation: &Operation, bodies: &mut Schemas, answers: &mut Schemas) -> Value {
    let Operation { tag, summary, body, answers: given, errors } = operation;
    let mut responses: BTreeMap<String, Value> = BTreeMap::new();
    for (status, answer) in given {
        responses.insert(status.to_string(), response(answer, answers));
    }
    for (status, codes) in refusals(row, *body, errors) {
        let description = codes.iter().map(|code| format!("`{code}`: {}", when(code))).collect::<Vec<_>>().join("\n");
        let error = json!({ "$ref": "#/components/schemas/Error" });
        let refusal = json!({ "description": description, "content": { "application/json": { "schema": error } } });
        // Health says 503 in its own words.
        responses.entry(status.to_string()).or_insert(refusal);
    }
    let mut described = json!({
        "operationId": operation_id(row),
        "tags": [tag],
        "summary": summary,
        "x-role": row.access.name(),
        "parameters": parameters(row, *body, bodies),
        "responses": responses,
    });
    if row.access == Access::Anyone {
        described["security"] = json!([{}, { "bearer": [] }]);
    }
    if let Some(body) = request_body(*body, bodies) {
        described["requestBody"] = body;
    }
    described
}

/// `PUT /api/scenes/{scene}/layers/{layer}` → `putScenesSceneLayersLayer`. Where a path is there with a slash at its end, too, both are
/// told apart.
fn operation_id(row: &Row) -> String {
    let slash = if row.path.ends_with('/') { "Slash" } else { "" };
    let words =
        row.path.trim_start_matches("/api").split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(row.method.to_lowercase(), |id, word| id + &word[..1].to_uppercase() + &word[1..]) + slash
}

/// An id in a path has the shape that it has in a body.
fn path_part(name: &str, bodies: &mut Schemas) -> Value {
    match name {
        "scene" => bodies.schema(shape::<SceneId>()),
        "layer" => bodies.schema(shape::<LayerId>()),
        "destination" => bodies.schema(shape::<DestinationId>()),
        "batch" => bodies.schema(shape::<BatchId>()),
        "macro" => bodies.schema(shape::<MacroId>()),
        "version" => bodies.schema(shape::<VersionId>()),
        "value" => bodies.schema(shape::<ValueName>()),
        "asset" => bodies.schema(shape::<AssetId>()),
        _ => json!({ "type": "string", "minLength": 1 }),
    }
}

fn parameters(row: &Row, body: Body, bodies: &mut Schemas) -> Vec<Value> {
    let named = row.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = named
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": path_part(name, bodies) }))
        .collect();
    if !matches!(body, Body::Nothing) && matches!(row.class, Class::Write | Class::Heavy) {
        parameters.push(json!({
            "name": "x-client-op-id", "in": "header",
            "description": "What the client calls this request, as client_op_id in the body.",
            "schema": { "type": "string", "pattern": "^[!-~]{1,128}$" },
        }));
    }
    parameters
}

fn request_body(body: Body, bodies: &mut Schemas) -> Option<Value> {
    let (kind, schema, required) = match body {
        Body::Nothing => return None,
        Body::Bare => ("application/json", bodies.schema(bodies::Bare::json_schema), false),
        Body::Json(shape) => ("application/json", bodies.schema(shape), true),
        Body::OptionalJson(shape) => ("application/json", bodies.schema(shape), false),
        Body::Form(shape) => ("multipart/form-data", bodies.schema(shape), true),
        Body::Raw(kind) => (kind, json!({ "type": "string", "format": "binary" }), true),
    };
    Some(json!({ "required": required, "content": { kind: { "schema": schema } } }))
}

fn response(answer: &Answer, answers: &mut Schemas) -> Value {
    match answer {
        Answer::Empty => json!({ "description": "Done." }),
        Answer::Json(shape) => {
            json!({ "description": "OK", "content": { "application/json": { "schema": answers.schema(*shape) } } })
        }
        Answer::Bytes(kind) => json!({ "description": "OK", "content": { *kind: {} } }),
    }
}

/// By status: what every row of this kind may refuse with, and what this one adds.
fn refusals(row: &Row, body: Body, errors: &[&'static str]) -> BTreeMap<u16, Vec<&'static str>> {
    let mut codes = vec!["bad_request", "forbidden_host", "internal"];
    if row.access != Access::Anyone {
        codes.extend(["login_required", "token_expired", "token_revoked", "invalid_token", "role_needed"]);
    }
    if row.class != Class::Free {
        codes.extend(["rate_limited", "busy"]);
    }
    if row.path.contains('{') {
        codes.push("invalid_id");
    }
    if !matches!(body, Body::Nothing) {
        codes.extend(["forbidden_origin", "unsupported_media_type", "body_too_large", "request_timeout", "body_broken"]);
    }
    if matches!(body, Body::Bare | Body::Json(_) | Body::OptionalJson(_)) {
        codes.extend(["malformed_json", "invalid_body"]);
    }
    let changes_the_show = row.class != Class::Login && !matches!(body, Body::Nothing) && !row.path.starts_with("/api/auth");
    if changes_the_show {
        codes.extend(["client_op_id_reused", "storage_unavailable", "overloaded", "closing"]);
    }
    codes.extend(errors);
    let mut by_status: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
    for code in codes {
        let status = status_of(code).unwrap_or(500);
        let same = by_status.entry(status).or_default();
        if !same.contains(&code) {
            same.push(code);
        }
    }
    by_status
}

fn error_schema() -> Value {
    let codes: Vec<&str> = CODES.iter().filter(|code| matches!(code.told, Told::Http(_))).map(|code| code.code).collect();
    json!({
        "type": "object",
        "required": ["status", "message", "error_type", "details", "timestamp", "request_id", "error"],
        "properties": {
            "status": { "const": "error" },
            "message": { "type": "string", "description": "For people; may change." },
            "error_type": { "type": "string" },
            "details": { "type": "object" },
            "timestamp": { "type": "string", "format": "date-time" },
            "request_id": { "type": "string" },
            "client_op_id": { "type": "string" },
            "error": {
                "type": "object",
                "required": ["code", "message", "details", "timestamp"],
                "properties": {
                    "code": { "enum": codes },
                    "message": { "type": "string" },
                    "details": { "type": "object" },
                    "timestamp": { "type": "string", "format": "date-time" },
                },
            },
        },
    })
}
