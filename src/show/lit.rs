//! Layers that are computed light by light, as small pictures.

use super::jam::layer::JamLayer;
use super::layer::Content;
use super::light::effect::EffectLayer;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lit<'a> {
    Effect(&'a EffectLayer),
    Jam(&'a JamLayer),
}

impl<'a> Lit<'a> {
    pub fn of(content: &'a Content) -> Option<Lit<'a>> {
        match content {
            Content::Effect(effect) => Some(Lit::Effect(effect)),
            Content::Jam(jam) => Some(Lit::Jam(jam)),
            _ => None,
        }
    }

    /// Columns and rows.
    pub fn size(self) -> (u16, u16) {
        let (columns, rows) = match self {
            Lit::Effect(effect) => (effect.columns, effect.rows),
            Lit::Jam(jam) => (jam.columns, jam.rows),
        };
        (columns.max(1), rows.max(1))
    }
}
