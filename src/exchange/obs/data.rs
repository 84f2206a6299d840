//! OBS's own way to look at JSON: a value of another type is as good as none.

use serde_json::Value;

use crate::show::color::Color;

#[derive(Clone, Copy, Debug)]
pub struct Data<'a>(Option<&'a Value>);

impl<'a> Data<'a> {
    pub fn new(value: &'a Value) -> Self {
        Self(Some(value))
    }

    fn get(self, name: &str) -> Option<&'a Value> {
        self.0?.get(name)
    }

    pub fn child(self, name: &str) -> Data<'a> {
        Data(self.get(name).filter(|value| value.is_object()))
    }

    pub fn has(self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_null())
    }

    pub fn has_list(self, name: &str) -> bool {
        self.get(name).is_some_and(Value::is_array)
    }

    /// The objects of a list.
    pub fn list(self, name: &str) -> impl Iterator<Item = Data<'a>> + use<'a> {
        let items = self.get(name).and_then(Value::as_array).into_iter().flatten();
        items.filter(|item| item.is_object()).map(Data::new)
    }

    pub fn text(self, name: &str) -> &'a str {
        self.get(name).and_then(Value::as_str).unwrap_or("")
    }

    pub fn number(self, name: &str) -> Option<f64> {
        self.get(name).and_then(Value::as_f64).filter(|number| number.is_finite())
    }

    pub fn number_or(self, name: &str, default: f64) -> f64 {
        self.number(name).unwrap_or(default)
    }

    pub fn whole(self, name: &str) -> Option<u32> {
        self.number(name).filter(|number| (0.0..=f64::from(u32::MAX)).contains(number)).map(|number| number as u32)
    }

    pub fn flag_or(self, name: &str, default: bool) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(default)
    }

    /// `{"x", "y"}`.
    pub fn point(self) -> (f64, f64) {
        (self.number_or("x", 0.0), self.number_or("y", 0.0))
    }

    /// OBS keeps colours as a number whose lowest byte is red. Some kinds have their opacity there, others beside it.
    pub fn color(self, name: &str, default: u32) -> Color {
        let number = self.get(name).and_then(Value::as_i64).map_or(default, |number| number as u32);
        let [red, green, blue, alpha] = number.to_le_bytes();
        Color { red, green, blue, alpha }
    }

    /// A colour whose opacity is a percentage of its own.
    pub fn color_with(self, name: &str, default: u32, opacity: &str) -> Color {
        let part = (self.number_or(opacity, 100.0) / 100.0).clamp(0.0, 1.0);
        Color { alpha: (part * 255.0).round() as u8, ..self.color(name, default) }
    }

    /// What it is, without the number of its version.
    pub fn kind(self) -> &'a str {
        let id = self.text("id");
        match id.rsplit_once("_v") {
            Some((plain, version)) if !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()) => plain,
            _ => id,
        }
    }
}
