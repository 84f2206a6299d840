//! What stands for a value in a template: names, numbers, `+ - * /`, comparisons, `&& || !`, and a few functions. Nothing that
//! runs long: an expression is read once from left to right, and there are no loops in it.

use serde_json::{Number, Value};

use super::error::TemplateError;
use super::fill::Scope;
use crate::show::color::Color;

/// Brackets within brackets.
const DEEPEST: usize = 32;
/// Longer ones are no expressions of ours.
const LONGEST: usize = 500;

type Result<T> = std::result::Result<T, TemplateError>;

pub fn evaluate(text: &str, scope: &Scope) -> Result<Value> {
    if text.len() > LONGEST {
        return Err(broken("an expression is too long"));
    }
    let mut reader = Reader { text, rest: text, scope, depth: 0 };
    let value = reader.either()?;
    reader.skip_blanks();
    if reader.rest.is_empty() { Ok(value) } else { Err(reader.trouble()) }
}

/// What counts as no: nothing, false, 0, and what is empty.
pub fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is_true) => *is_true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

fn broken(why: &str) -> TemplateError {
    TemplateError::Broken(why.to_owned())
}

/// Whole numbers are written as such: milliseconds and counts can be nothing else.
fn number(value: f64) -> Result<Value> {
    if value.fract() == 0.0 && value.abs() < 9.0e15 {
        return Ok(Value::from(value as i64));
    }
    Number::from_f64(value).map(Value::Number).ok_or_else(|| broken("a number is not finite"))
}

fn as_number(value: &Value) -> Result<f64> {
    value.as_f64().ok_or_else(|| broken(&format!("{value} is no number")))
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    scope: &'a Scope,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn trouble(&self) -> TemplateError {
        broken(&format!("{:?} is not understood at {:?}", self.text, self.rest.chars().take(20).collect::<String>()))
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes the sign away if it comes next.
    fn takes(&mut self, sign: &str) -> bool {
        self.skip_blanks();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn either(&mut self) -> Result<Value> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(broken("an expression is too deep"));
        }
        let mut value = self.both()?;
        while self.takes("||") {
            let other = self.both()?;
            value = if is_true(&value) { value } else { other };
        }
        self.depth -= 1;
        Ok(value)
    }

    fn both(&mut self) -> Result<Value> {
        let mut value = self.compared()?;
        while self.takes("&&") {
            let other = self.compared()?;
            value = if is_true(&value) { other } else { value };
        }
        Ok(value)
    }

    fn compared(&mut self) -> Result<Value> {
        let left = self.sum()?;
        let Some(sign) = ["==", "!=", "<=", ">=", "<", ">"].into_iter().find(|sign| self.takes(sign)) else {
            return Ok(left);
        };
        let right = self.sum()?;
        Ok(Value::Bool(match sign {
            "==" => left == right,
            "!=" => left != right,
            "<=" => as_number(&left)? <= as_number(&right)?,
            ">=" => as_number(&left)? >= as_number(&right)?,
            "<" => as_number(&left)? < as_number(&right)?,
            _ => as_number(&left)? > as_number(&right)?,
        }))
    }

    fn sum(&mut self) -> Result<Value> {
        let mut value = self.product()?;
        loop {
            if self.takes("+") {
                value = number(as_number(&value)? + as_number(&self.product()?)?)?;
            } else if self.takes("-") {
                value = number(as_number(&value)? - as_number(&self.product()?)?)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn product(&mut self) -> Result<Value> {
        let mut value = self.atom()?;
        loop {
            if self.takes("*") {
                value = number(as_number(&value)? * as_number(&self.atom()?)?)?;
            } else if self.takes("/") {
                value = number(as_number(&value)? / as_number(&self.atom()?)?)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn atom(&mut self) -> Result<Value> {
        self.skip_blanks();
        if self.takes("(") {
            let value = self.either()?;
            return if self.takes(")") { Ok(value) } else { Err(self.trouble()) };
        }
        if !self.rest.starts_with("!=") && self.takes("!") {
            return Ok(Value::Bool(!is_true(&self.atom()?)));
        }
        if self.takes("'") {
            let (text, rest) = self.rest.split_once('\'').ok_or_else(|| self.trouble())?;
            self.rest = rest;
            return Ok(Value::from(text));
        }
        let digits = self.word(|c| c.is_ascii_digit() || c == '.');
        if !digits.is_empty() {
            return number(digits.parse().map_err(|_| self.trouble())?);
        }
        self.named()
    }

    fn word(&mut self, belongs: fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// A value by its path, or a function.
    fn named(&mut self) -> Result<Value> {
        let path = self.word(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        if path.is_empty() {
            return Err(self.trouble());
        }
        if self.takes("(") {
            let arguments = self.arguments()?;
            return call(path, &arguments);
        }
        self.scope.find(path).cloned().ok_or_else(|| broken(&format!("there is no value {path:?}")))
    }

    fn arguments(&mut self) -> Result<Vec<Value>> {
        let mut arguments = vec![self.either()?];
        while self.takes(",") {
            arguments.push(self.either()?);
        }
        if self.takes(")") { Ok(arguments) } else { Err(self.trouble()) }
    }
}

fn call(name: &str, arguments: &[Value]) -> Result<Value> {
    match (name, arguments) {
        ("min", [one, other]) => number(as_number(one)?.min(as_number(other)?)),
        ("max", [one, other]) => number(as_number(one)?.max(as_number(other)?)),
        ("round", [one]) => number(as_number(one)?.round()),
        ("floor", [one]) => number(as_number(one)?.floor()),
        ("len", [Value::Array(items)]) => Ok(Value::from(items.len())),
        ("len", [Value::String(text)]) => Ok(Value::from(text.chars().count())),
        ("upper", [Value::String(text)]) => Ok(Value::from(capitals(text))),
        ("join", [Value::Array(items), Value::String(between)]) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            Ok(Value::from(texts.join(between)))
        }
        // So much of a colour.
        ("alpha", [color, part]) => {
            let part = as_number(part)?.clamp(0.0, 1.0);
            let color = as_color(color)?;
            Ok(Value::from(Color { alpha: (f64::from(color.alpha) * part).round() as u8, ..color }.to_string()))
        }
        // From one colour towards the other.
        ("mix", [one, other, part]) => {
            Ok(Value::from(mixed(as_color(one)?, as_color(other)?, as_number(part)?).to_string()))
        }
        _ => Err(broken(&format!("there is no {name} of {} values like these", arguments.len()))),
    }
}

/// Live fields of a text stay as they are: `{clock:HH:MM}` means something.
fn capitals(text: &str) -> String {
    let mut within = false;
    let raised = text.chars().flat_map(|character| {
        within = (within || character == '{') && character != '}';
        let (kept, raised) = (within.then_some(character), (!within).then(|| character.to_uppercase()));
        kept.into_iter().chain(raised.into_iter().flatten())
    });
    raised.collect()
}

fn as_color(value: &Value) -> Result<Color> {
    let text = value.as_str().ok_or_else(|| broken(&format!("{value} is no colour")))?;
    Color::try_from(text.to_owned()).map_err(|error| broken(&error.to_string()))
}

fn mixed(one: Color, other: Color, part: f64) -> Color {
    let part = part.clamp(0.0, 1.0);
    let mix = |one: u8, other: u8| (f64::from(one) * (1.0 - part) + f64::from(other) * part).round() as u8;
    Color {
        red: mix(one.red, other.red),
        green: mix(one.green, other.green),
        blue: mix(one.blue, other.blue),
        alpha: mix(one.alpha, other.alpha),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scope() -> Scope {
        let values = json!({ "u": 0.5, "n": 3, "name": "Ada", "empty": "", "list": ["a", "b"], "team": { "score": 2 } });
        Scope::new(values.as_object().expect("values").clone())
    }

    #[test]
    fn expressions_have_the_values_that_one_would_expect() {
        for (text, expected) in [
            ("48 * u", json!(24)),
            ("1 + 2 * n", json!(7)),
            ("(1 + 2) * n / 2", json!(4.5)),
            ("0 - n", json!(-3)),
            ("team.score > 1 && n == 3", json!(true)),
            ("name", json!("Ada")),
            ("empty || 'nobody'", json!("nobody")),
            ("!empty", json!(true)),
            ("n != 3", json!(false)),
            ("len(list) - 1", json!(1)),
            ("join(list, ' · ')", json!("a · b")),
            ("upper(name)", json!("ADA")),
            ("upper('on {date:D} ß')", json!("ON {date:D} SS")),
            ("max(min(n, 2), 1)", json!(2)),
            ("round(10 / 3)", json!(3)),
            ("alpha('#102030', 0.5)", json!("#10203080")),
            ("mix('#000000', '#ffffff', 0.5)", json!("#808080")),
        ] {
            assert_eq!(evaluate(text, &scope()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        let deep = "(".repeat(200);
        let long = "1+".repeat(400);
        for text in ["", "1 +", "(1", "nobody", "name * 2", "1 / 0", "'a", "run('rm')", "1 2", "min(1)", "$", &deep, &long] {
            assert!(evaluate(text, &scope()).is_err(), "{text}");
        }
    }
}
