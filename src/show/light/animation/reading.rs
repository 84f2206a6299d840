//! Reading parameters: what was given if it can be meant, else the default. Stored ones may be older than today's ranges.

use super::Animation;
use super::parameter::{ParameterKind, ParameterValue, Parameters};

impl Animation {
    /// What was given, or the default; nothing where there is no such parameter.
    pub fn value(self, given: &Parameters, name: &str) -> Option<ParameterValue> {
        let parameter = self.parameter(name)?;
        Some(given.get(name).cloned().unwrap_or_else(|| parameter.kind.default()))
    }

    /// Within its range; whole where it counts something.
    pub fn number(self, given: &Parameters, name: &str) -> f64 {
        let number = match given.get(name) {
            Some(ParameterValue::Number(number)) if number.is_finite() => Some(*number),
            _ => None,
        };
        match self.parameter(name).map(|parameter| parameter.kind) {
            Some(ParameterKind::Float { min, max, default }) => number.unwrap_or(default).clamp(min, max),
            Some(ParameterKind::Int { min, max, default }) => {
                number.unwrap_or(default as f64).round().clamp(min as f64, max as f64)
            }
            _ => 0.0,
        }
    }

    pub fn flag(self, given: &Parameters, name: &str) -> bool {
        match (self.parameter(name).map(|parameter| parameter.kind), given.get(name)) {
            (Some(ParameterKind::Bool { .. }), Some(ParameterValue::Bool(flag))) => *flag,
            (Some(ParameterKind::Bool { default }), _) => default,
            _ => false,
        }
    }

    pub fn color(self, given: &Parameters, name: &str) -> [u8; 3] {
        match (self.parameter(name).map(|parameter| parameter.kind), given.get(name)) {
            (Some(ParameterKind::Color { .. }), Some(ParameterValue::Color(color))) => color.rgb(),
            (Some(ParameterKind::Color { default }), _) => default,
            _ => [0; 3],
        }
    }

    pub fn text<'a>(self, given: &'a Parameters, name: &str) -> &'a str {
        match (self.parameter(name).map(|parameter| parameter.kind), given.get(name)) {
            (Some(ParameterKind::Text { .. }), Some(ParameterValue::Text(text))) => text,
            (Some(ParameterKind::Text { default, .. }), _) => default,
            _ => "",
        }
    }

    pub fn choice(self, given: &Parameters, name: &str) -> &'static str {
        match (self.parameter(name).map(|parameter| parameter.kind), given.get(name)) {
            (Some(ParameterKind::Choice { options, default }), Some(ParameterValue::Text(text))) => {
                options.iter().find(|option| *option == text).unwrap_or(&default)
            }
            (Some(ParameterKind::Choice { default, .. }), _) => default,
            _ => "",
        }
    }
}
