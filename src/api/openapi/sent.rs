//! Things as they are sent: without their id, with a name for the request, or any of their fields to change. Derived from the things
//! themselves, so that a new field is in both.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::bodies::ClientOpId;
use crate::show::destination::Destination;
use crate::show::display::Display;
use crate::show::input::Input;
use crate::show::layer::Layer;
use crate::show::light::feed::LightFeed;
use crate::show::light::fixture::Fixture;
use crate::show::light::house::LightSettings;
use crate::show::light::palette::Palette;
use crate::show::mixer::Mixer;
use crate::show::program::Studio;
use crate::show::scene::Scene;
use crate::show::stream::{PreviewConfig, StreamConfig};
use crate::show::transition::Transition;
use crate::state::command::Playing;

/// A thing as it is sent: the id may be left out, and the request may have a name.
macro_rules! sent {
    ($($(#[doc = $doc:literal])* $name:ident = $thing:ty, $change:expr;)*) => {$(
        $(#[doc = $doc])*
        pub struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let mut schema = <$thing>::json_schema(generator);
                let operation = generator.subschema_for::<ClientOpId>();
                with_property(&mut schema, "client_op_id", operation.to_value());
                let change: fn(&mut Schema, &mut SchemaGenerator) = $change;
                change(&mut schema, generator);
                schema
            }
        }
    )*};
}

sent! {
    NewScene = Scene, |schema, generator| {
        optional(schema, "id");
        let layer = generator.subschema_for::<LayerBody>();
        with_property(schema, "layers", json!({ "type": "array", "maxItems": 2048, "items": layer }));
    };
    LayerBody = Layer, |schema, _| {
        optional(schema, "id");
        with_property(schema, "index", place());
    };
    NewTransition = Transition, |_, _| ();
    NewInput = Input, |schema, _| optional(schema, "id");
    Play = Playing, |_, _| ();
    NewDestination = Destination, |schema, _| optional(schema, "id");
    NewPalette = Palette, |schema, _| optional(schema, "id");
    NewFixture = Fixture, |schema, _| optional(schema, "id");
    NewDisplay = Display, |schema, _| optional(schema, "id");
    NewLightFeed = LightFeed, |schema, _| optional(schema, "id");
    /// Any of the fields.
    StreamConfigPatch = StreamConfig, |schema, generator| {
        schema.remove("required");
        let restart = json!({ "type": "boolean", "description": "Interrupt a live stream where that is needed." });
        with_property(schema, "restart", restart);
        let preview = any_of_its_fields(&PreviewConfig::json_schema(generator));
        with_property(schema, "preview", preview.clone().to_value());
        with_property(schema, "multiview", preview.to_value());
    };
}

/// Any of the fields of a thing; which ones it may have depends on its kind.
macro_rules! patch {
    ($($name:ident = $thing:ty, $change:expr;)*) => {$(
        pub struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let mut schema = any_of_its_fields(&<$thing>::json_schema(generator));
                let operation = generator.subschema_for::<ClientOpId>();
                with_property(&mut schema, "client_op_id", operation.to_value());
                let change: fn(&mut Schema) = $change;
                change(&mut schema);
                schema
            }
        }
    )*};
}

patch! {
    ScenePatch = Scene, |_| ();
    StudioPatch = Studio, |_| ();
    InputPatch = Input, |_| ();
    MixerPatch = Mixer, |_| ();
    LayerPatch = Layer, |schema| with_property(schema, "index", place());
    DestinationPatch = Destination, |_| ();
    FixturePatch = Fixture, |_| ();
    DisplayPatch = Display, |_| ();
    LightFeedPatch = LightFeed, |_| ();
    LightSettingsPatch = LightSettings, |_| ();
}

/// What all kinds have, and what each has of its own.
fn any_of_its_fields(thing: &Schema) -> Schema {
    let kinds = thing.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let mut fields: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for part in std::iter::once(thing.as_value()).chain(kinds) {
        for (name, field) in part["properties"].as_object().into_iter().flatten() {
            let shapes = fields.entry(name.clone()).or_default();
            let is_required = part["required"].as_array().is_some_and(|required| required.contains(&json!(name)));
            let null = (!is_required).then(|| json!({ "type": "null" }));
            for shape in [Some(without_default(field)), null].into_iter().flatten() {
                if !shapes.contains(&shape) {
                    shapes.push(shape);
                }
            }
        }
    }
    let one_of_them = |shapes: Vec<Value>| match <[Value; 1]>::try_from(shapes) {
        Ok([only]) => only,
        Err(shapes) => json!({ "anyOf": shapes }),
    };
    let properties: Map<String, Value> = fields.into_iter().map(|(name, shapes)| (name, one_of_them(shapes))).collect();
    json_schema!({
        "type": "object",
        "description": "Any of the fields (RFC 7396: null takes one away).",
        "properties": properties,
        "additionalProperties": false,
    })
}

/// What a patch leaves out stays as it is.
fn without_default(field: &Value) -> Value {
    let mut field = field.clone();
    if let Some(fields) = field.as_object_mut() {
        fields.remove("default");
    }
    field
}

fn place() -> Value {
    json!({ "type": "integer", "minimum": 0, "description": "Its place, counted from below." })
}

fn with_property(schema: &mut Schema, name: &str, property: Value) {
    let properties = schema.ensure_object().entry("properties").or_insert_with(|| json!({}));
    properties[name] = property;
}

fn optional(schema: &mut Schema, name: &str) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|field| field != name);
    }
}
