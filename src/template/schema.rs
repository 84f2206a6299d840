//! What a template may be given: a part of JSON Schema, small enough to be checked here. A keyword that is not known is
//! refused when the template is read, so nothing is promised that is not held.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::TemplateError;
use crate::show::color::Color;
use crate::show::ids::{AssetId, InputId, SceneId};

/// Of a text whose schema says nothing.
const LONGEST_TEXT: usize = 1_000;
/// Of a list whose schema says nothing, or more.
const LONGEST_LIST: usize = 64;
/// So much of a wrong value is quoted.
const QUOTED: usize = 40;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Schema {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
    #[serde(default, rename = "enum", skip_serializing_if = "Vec::is_empty")]
    choices: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minimum: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maximum: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_length: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_items: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_items: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    items: Option<Box<Schema>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<String, Schema>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    required: Vec<String>,
    /// Never true: what is not listed is a mistake.
    #[serde(default)]
    additional_properties: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    String,
    Number,
    Integer,
    Boolean,
    Array,
    Object,
}

/// What a text, or an object, is beyond its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// `#rrggbb` or `#rrggbbaa`.
    Color,
    /// The id of an asset.
    Asset,
    /// An object with one of `input`, `scene`, `asset` (an id) or `color`.
    Source,
}

/// What is for people to read about one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub name: String,
    pub kind: String,
    pub default: String,
    pub about: String,
}

impl Schema {
    /// Whether it is one that can be held: of parameters, an object, whose defaults are right themselves.
    pub fn check_itself(&self) -> Result<(), TemplateError> {
        let broken = |why: &str| Err(TemplateError::Broken(why.to_owned()));
        if self.kind != Kind::Object || self.additional_properties {
            return broken("parameters must be an object without additional properties");
        }
        if let Some(name) = self.required.iter().find(|name| !self.properties.contains_key(*name)) {
            return broken(&format!("{name} is required, and not described"));
        }
        let filled = self.accept(&Value::Object(Map::new()));
        match filled {
            Err(TemplateError::Parameter { field, why }) if self.required.is_empty() => broken(&format!("{field}: {why}")),
            _ => Ok(()),
        }
    }

    /// The parameters as they were given, with defaults where nothing was.
    pub fn accept(&self, given: &Value) -> Result<Map<String, Value>, TemplateError> {
        match self.checked(given, "parameters")? {
            Value::Object(fields) => Ok(fields),
            _ => Err(wrong("parameters", "this must be an object")),
        }
    }

    pub fn told(&self) -> Vec<Told> {
        self.properties.iter().map(|(name, schema)| schema.told_as(name, self.required.contains(name))).collect()
    }

    fn told_as(&self, name: &str, is_required: bool) -> Told {
        let kind = match (self.format, self.kind) {
            (Some(format), _) => plain(&format),
            (None, kind) if self.choices.is_empty() => plain(&kind),
            _ => self.choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(" "),
        };
        let range = match (self.minimum, self.maximum) {
            (Some(minimum), Some(maximum)) => format!(", {minimum} to {maximum}"),
            _ => String::new(),
        };
        let default = match &self.default {
            Some(default) => format!("`{default}`"),
            None if is_required => "must be given".to_owned(),
            None => String::new(),
        };
        let about =
            [self.title.as_deref(), self.description.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(": ");
        Told { name: name.to_owned(), kind: kind + &range, default, about }
    }

    fn checked(&self, given: &Value, field: &str) -> Result<Value, TemplateError> {
        if !self.choices.is_empty() && !self.choices.contains(given) {
            let choices = self.choices.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
            return Err(wrong(field, &format!("{} is none of {choices}", quoted(given))));
        }
        match (self.kind, given) {
            (Kind::String, Value::String(text)) => self.check_text(text, field)?,
            (Kind::Number, Value::Number(_)) => self.check_number(given, field)?,
            (Kind::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {
                self.check_number(given, field)?;
            }
            (Kind::Boolean, Value::Bool(_)) => {}
            (Kind::Array, Value::Array(items)) => return self.checked_list(items, field),
            (Kind::Object, Value::Object(_)) if self.format == Some(Format::Source) => check_source(given, field)?,
            (Kind::Object, Value::Object(fields)) => return self.checked_fields(fields, field),
            (kind, _) => return Err(wrong(field, &format!("{} is no {}", quoted(given), plain(&kind)))),
        }
        Ok(given.clone())
    }

    fn check_text(&self, text: &str, field: &str) -> Result<(), TemplateError> {
        let most = self.max_length.unwrap_or(LONGEST_TEXT);
        let length = text.chars().count();
        if length > most {
            return Err(wrong(field, &format!("{length} characters are too many: at most {most}")));
        }
        let trouble = match self.format {
            Some(Format::Color) => Color::try_from(text.to_owned()).err().map(|error| error.to_string()),
            Some(Format::Asset) => AssetId::new(text).err().map(|error| error.to_string()),
            _ => None,
        };
        trouble.map_or(Ok(()), |why| Err(wrong(field, &why)))
    }

    fn check_number(&self, given: &Value, field: &str) -> Result<(), TemplateError> {
        let number = given.as_f64().unwrap_or(f64::NAN);
        let (least, most) = (self.minimum.unwrap_or(f64::MIN), self.maximum.unwrap_or(f64::MAX));
        if (least..=most).contains(&number) {
            Ok(())
        } else {
            Err(wrong(field, &format!("{number} is not {least} to {most}")))
        }
    }

    fn checked_list(&self, items: &[Value], field: &str) -> Result<Value, TemplateError> {
        let (least, most) = (self.min_items.unwrap_or(0), self.max_items.unwrap_or(LONGEST_LIST).min(LONGEST_LIST));
        if !(least..=most).contains(&items.len()) {
            return Err(wrong(field, &format!("there are {}: {least} to {most} are possible", items.len())));
        }
        let Some(schema) = &self.items else { return Err(wrong(field, "this list can have nothing in it")) };
        let checked = items.iter().enumerate().map(|(index, item)| schema.checked(item, &format!("{field}[{index}]")));
        Ok(Value::Array(checked.collect::<Result<_, _>>()?))
    }

    fn checked_fields(&self, fields: &Map<String, Value>, field: &str) -> Result<Value, TemplateError> {
        if let Some(unknown) = fields.keys().find(|name| !self.properties.contains_key(*name)) {
            let name: String = unknown.chars().filter(|c| !c.is_control()).take(QUOTED).collect();
            return Err(wrong(&format!("{field}.{name}"), "this parameter is not known"));
        }
        let mut checked = Map::new();
        for (name, schema) in &self.properties {
            let path = format!("{field}.{name}");
            // Null is as good as nothing: it takes the default back.
            match fields.get(name).filter(|value| !value.is_null()).or(schema.default.as_ref()) {
                Some(value) => drop(checked.insert(name.clone(), schema.checked(value, &path)?)),
                None if self.required.contains(name) => return Err(wrong(&path, "this parameter is missing")),
                None => drop(checked.insert(name.clone(), Value::Null)),
            }
        }
        Ok(Value::Object(checked))
    }
}

fn check_source(given: &Value, field: &str) -> Result<(), TemplateError> {
    let fields = given.as_object().filter(|fields| fields.len() == 1);
    let only =
        fields.and_then(|fields| fields.iter().next()).and_then(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let trouble = match only {
        Some(("input", id)) => InputId::new(id).err().map(|error| error.to_string()),
        Some(("scene", id)) => SceneId::new(id).err().map(|error| error.to_string()),
        Some(("asset", id)) => AssetId::new(id).err().map(|error| error.to_string()),
        Some(("color", text)) => Color::try_from(text.to_owned()).err().map(|error| error.to_string()),
        _ => Some("a source is an object with one of input, scene, asset, color".to_owned()),
    };
    trouble.map_or(Ok(()), |why| Err(wrong(field, &why)))
}

fn wrong(field: &str, why: &str) -> TemplateError {
    TemplateError::Parameter { field: field.to_owned(), why: why.to_owned() }
}

fn quoted(value: &Value) -> String {
    value.to_string().chars().filter(|c| !c.is_control()).take(QUOTED).collect()
}

/// A word of ours, as JSON has it.
fn plain(word: &impl Serialize) -> String {
    serde_json::to_value(word).ok().and_then(|word| Some(word.as_str()?.to_owned())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        let schema = json!({ "type": "object", "properties": {
            "title": { "type": "string", "maxLength": 5, "default": "Hello" },
            "size": { "type": "integer", "minimum": 1, "maximum": 9, "default": 3 },
            "color": { "type": "string", "format": "color", "default": "#102030" },
            "side": { "type": "string", "enum": ["left", "right"], "default": "left" },
            "logo": { "type": "string", "format": "asset" },
            "main": { "type": "object", "format": "source" },
            "teams": { "type": "array", "minItems": 1, "maxItems": 2, "default": [{}], "items": {
                "type": "object", "properties": { "name": { "type": "string", "default": "A" } } } },
        } });
        serde_json::from_value(schema).expect("a schema")
    }

    #[test]
    fn what_is_not_given_has_its_default() {
        schema().check_itself().expect("a schema that can be held");
        let accepted = schema().accept(&json!({ "size": 4, "title": null })).expect("accepted");
        let expected = json!({ "title": "Hello", "size": 4, "color": "#102030", "side": "left", "logo": null, "main": null,
            "teams": [{ "name": "A" }] });
        assert_eq!(Value::Object(accepted), expected);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (given, expected) in [
            (json!({ "title": "too long" }), "parameters.title"),
            (json!({ "title": 5 }), "parameters.title"),
            (json!({ "size": 10 }), "parameters.size"),
            (json!({ "size": 1.5 }), "parameters.size"),
            (json!({ "color": "red" }), "parameters.color"),
            (json!({ "side": "up" }), "parameters.side"),
            (json!({ "logo": "../etc" }), "parameters.logo"),
            (json!({ "main": { "input": "a", "scene": "b" } }), "parameters.main"),
            (json!({ "main": { "file": "a" } }), "parameters.main"),
            (json!({ "teams": [] }), "parameters.teams"),
            (json!({ "teams": [{ "name": "A" }, { "nom": "B" }] }), "parameters.teams[1].nom"),
            (json!({ "colour": 1 }), "parameters.colour"),
            (json!([]), "parameters"),
        ] {
            match schema().accept(&given) {
                Err(TemplateError::Parameter { field, .. }) => assert_eq!(field, expected, "{given}"),
                other => panic!("{given}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_schema_that_can_not_be_held_is_refused() {
        assert!(serde_json::from_value::<Schema>(json!({ "type": "string", "pattern": "a" })).is_err());
        for bad in [
            json!({ "type": "string" }),
            json!({ "type": "object", "additionalProperties": true }),
            json!({ "type": "object", "required": ["a"] }),
            json!({ "type": "object", "properties": { "a": { "type": "integer", "default": "b" } } }),
        ] {
            let schema: Schema = serde_json::from_value(bad.clone()).expect("a schema");
            assert!(schema.check_itself().is_err(), "{bad}");
        }
    }
}
