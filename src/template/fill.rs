//! Fills a template's layers in: `${…}` within texts, and objects with one of these keys:
//!
//! - `{"$": "48 * u"}` is the value of the expression;
//! - `{"$if": "logo", "then": …, "else": …}` is the one or the other; without `else`, nothing;
//! - `{"$match": "side", "cases": {"left": …, "right": …}}` is the case of that name;
//! - in a list, `{"$each": "items", "as": "item", "do": …}` is as many as there are items, with `index` and `count`;
//! - a layer with `"$source": "main"` shows that source.

use serde_json::{Map, Value, json};

use super::error::TemplateError;
use super::expression::{evaluate, is_true};

/// Of what is made, so that lists within lists come to an end.
const MOST_VALUES: usize = 50_000;
const DEEPEST: usize = 48;

type Result<T> = std::result::Result<T, TemplateError>;

/// The names that expressions know.
pub struct Scope {
    values: Map<String, Value>,
}

impl Scope {
    pub fn new(values: Map<String, Value>) -> Self {
        Self { values }
    }

    /// By a path such as `item.name`; what an object lacks is null.
    pub fn find(&self, path: &str) -> Option<&Value> {
        let mut names = path.split('.');
        let first = self.values.get(names.next()?)?;
        Some(names.fold(first, |value, name| value.get(name).unwrap_or(&Value::Null)))
    }
}

/// The layers, filled in.
pub fn fill(layers: &[Value], values: Map<String, Value>) -> Result<Vec<Value>> {
    let mut filler = Filler { scope: Scope::new(values), made: 0 };
    filler.list(layers, 0)
}

struct Filler {
    scope: Scope,
    made: usize,
}

impl Filler {
    fn list(&mut self, items: &[Value], depth: usize) -> Result<Vec<Value>> {
        let mut filled = Vec::with_capacity(items.len());
        for item in items {
            match item.get("$each") {
                Some(list) => self.each(item, list, depth, &mut filled)?,
                None => filled.extend(self.value(item, depth + 1)?),
            }
        }
        Ok(filled)
    }

    fn each(&mut self, item: &Value, list: &Value, depth: usize, filled: &mut Vec<Value>) -> Result<()> {
        let Value::Array(items) = self.expression(list)? else { return Err(broken("$each needs a list")) };
        let name = item.get("as").and_then(Value::as_str).unwrap_or("item").to_owned();
        let body = item.get("do").ok_or_else(|| broken("$each needs a do"))?;
        let before = self.scope.values.clone();
        let count = items.len();
        for (index, one) in items.into_iter().enumerate() {
            self.scope.values.extend([
                (name.clone(), one),
                ("index".to_owned(), json!(index)),
                ("count".to_owned(), json!(count)),
            ]);
            filled.extend(self.value(body, depth + 1)?);
        }
        self.scope.values = before;
        Ok(())
    }

    /// None where there is to be nothing.
    fn value(&mut self, value: &Value, depth: usize) -> Result<Option<Value>> {
        self.made += 1;
        if self.made > MOST_VALUES || depth > DEEPEST {
            return Err(broken("it makes too much"));
        }
        Ok(Some(match value {
            Value::String(text) => Value::String(self.text(text)?),
            Value::Array(items) => Value::Array(self.list(items, depth)?),
            Value::Object(fields) => return self.object(fields, depth),
            other => other.clone(),
        }))
    }

    fn object(&mut self, fields: &Map<String, Value>, depth: usize) -> Result<Option<Value>> {
        if let Some(expression) = fields.get("$") {
            return self.expression(expression).map(Some);
        }
        if let Some(condition) = fields.get("$if") {
            let branch = if is_true(&self.expression(condition)?) { "then" } else { "else" };
            return fields.get(branch).map_or(Ok(None), |branch| self.value(branch, depth + 1));
        }
        if let Some(subject) = fields.get("$match") {
            let subject = self.expression(subject)?;
            let case = subject.as_str().and_then(|name| fields.get("cases")?.get(name));
            let case = case.ok_or_else(|| broken(&format!("there is no case {subject}")))?;
            return self.value(case, depth + 1);
        }
        let mut filled = Map::new();
        for (name, value) in fields.iter().filter(|(name, _)| *name != "$source") {
            if let Some(value) = self.value(value, depth + 1)? {
                filled.insert(name.clone(), value);
            }
        }
        if let Some(source) = fields.get("$source") {
            let source = self.expression(source)?;
            // What the layer says itself wins: a picture fills its place, and may be told otherwise.
            for (name, value) in content_of(&source)? {
                filled.entry(name).or_insert(value);
            }
        }
        Ok(Some(Value::Object(filled)))
    }

    fn expression(&self, text: &Value) -> Result<Value> {
        evaluate(text.as_str().ok_or_else(|| broken("an expression is a text"))?, &self.scope)
    }

    fn text(&self, text: &str) -> Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (expression, after) = after.split_once('}').ok_or_else(|| broken("a ${ has no end"))?;
            filled.push_str(before);
            match evaluate(expression, &self.scope)? {
                Value::String(text) => filled.push_str(&text),
                Value::Null => {}
                other => filled.push_str(&other.to_string()),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// What a layer has to say to show a source; without one, a panel that says that something is to come.
fn content_of(source: &Value) -> Result<Map<String, Value>> {
    let content = match source.as_object().and_then(|source| source.iter().next()) {
        None => json!({ "kind": "gradient", "from": "#2b3550", "to": "#151a28", "angle": 60 }),
        Some((name, id)) if name == "input" => json!({ "kind": "input", "input": id, "fit": "cover" }),
        Some((name, id)) if name == "scene" => json!({ "kind": "scene", "scene": id, "fit": "cover" }),
        Some((name, id)) if name == "asset" => json!({ "kind": "image", "asset": id, "fit": "cover" }),
        Some((name, color)) if name == "color" => json!({ "kind": "color", "color": color }),
        Some((name, _)) => return Err(broken(&format!("a source is no {name}"))),
    };
    Ok(content.as_object().cloned().unwrap_or_default())
}

fn broken(why: &str) -> TemplateError {
    TemplateError::Broken(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(layers: Value, expected: Value) {
        let values = json!({ "title": "A {clock}", "n": 2, "teams": [{ "name": "x" }, { "name": "y" }], "side": "left",
            "nothing": null, "main": { "input": "cam" } });
        let layers = layers.as_array().expect("layers").clone();
        let filled = fill(&layers, values.as_object().expect("values").clone());
        assert_eq!(filled.map(Value::Array), Ok(expected));
    }

    #[test]
    fn directives_are_filled_in() {
        check(
            json!([{ "text": "${title}: ${n * 2}", "size": { "$": "n / 4" } }]),
            json!([{ "text": "A {clock}: 4", "size": 0.5 }]),
        );
        check(json!([{ "$if": "nothing", "then": 1 }, { "$if": "title", "then": 2 }]), json!([2]));
        check(json!([{ "a": { "$if": "nothing", "then": 1 }, "b": 1 }]), json!([{ "b": 1 }]));
        check(json!([{ "$match": "side", "cases": { "left": 1, "right": 2 } }]), json!([1]));
        let each = json!([{ "$each": "teams", "as": "team", "do": { "id": "t${index}", "text": "${team.name}/${count}" } }]);
        check(each, json!([{ "id": "t0", "text": "x/2" }, { "id": "t1", "text": "y/2" }]));
        check(
            json!([{ "id": "a", "$source": "main" }]),
            json!([{ "id": "a", "kind": "input", "input": "cam", "fit": "cover" }]),
        );
        check(
            json!([{ "id": "a", "fit": "contain", "$source": "main" }]),
            json!([{ "id": "a", "kind": "input", "input": "cam", "fit": "contain" }]),
        );
    }

    #[test]
    fn what_makes_too_much_comes_to_an_end() {
        let list: Vec<Value> = (0..64).map(Value::from).collect();
        let each = |inner: Value| json!({ "$each": "list", "do": [inner] });
        let deep = each(each(each(each(json!("x")))));
        let values = json!({ "list": list });
        let filled = fill(&[deep], values.as_object().expect("values").clone());
        assert_eq!(filled, Err(broken("it makes too much")));
    }
}
