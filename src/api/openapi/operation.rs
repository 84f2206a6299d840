//! The words in which operations are described: what one takes, gives, and can refuse.

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Makes a type's schema.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

pub fn shape<T: JsonSchema>() -> Shape {
    |generator| generator.subschema_for::<T>()
}

#[derive(Clone, Copy)]
pub enum Body {
    Nothing,
    /// At most the name of the operation.
    Bare,
    Json(Shape),
    /// A token in the body, or else in the cookie.
    OptionalJson(Shape),
    /// With a file in it.
    Form(Shape),
    /// A file of this type.
    Raw(&'static str),
}

#[derive(Clone, Copy)]
pub enum Answer {
    Empty,
    Json(Shape),
    Bytes(&'static str),
}

pub struct Operation {
    pub tag: &'static str,
    pub summary: &'static str,
    pub body: Body,
    pub answers: Vec<(u16, Answer)>,
    /// Codes beyond those that every row of its kind can give.
    pub errors: &'static [&'static str],
}

pub fn reads(tag: &'static str, summary: &'static str, answer: Answer, errors: &'static [&'static str]) -> Operation {
    Operation { tag, summary, body: Body::Nothing, answers: vec![(200, answer)], errors }
}

pub fn acts(tag: &'static str, summary: &'static str, answer: Answer, errors: &'static [&'static str]) -> Operation {
    Operation { body: Body::Bare, ..reads(tag, summary, answer, errors) }
}

pub fn removes(tag: &'static str, summary: &'static str, errors: &'static [&'static str]) -> Operation {
    Operation { tag, summary, body: Body::Bare, answers: vec![(204, Answer::Empty)], errors }
}

pub fn changes(
    tag: &'static str,
    summary: &'static str,
    body: Shape,
    answer: Answer,
    errors: &'static [&'static str],
) -> Operation {
    Operation { body: Body::Json(body), ..reads(tag, summary, answer, errors) }
}

/// A thing that is made gives 201; one that was there, 200. Asked for again when it is gone, 204.
pub fn puts(
    tag: &'static str,
    summary: &'static str,
    body: Shape,
    answer: Shape,
    errors: &'static [&'static str],
) -> Operation {
    let answers = vec![(200, Answer::Json(answer)), (201, Answer::Json(answer)), (204, Answer::Empty)];
    Operation { tag, summary, body: Body::Json(body), answers, errors }
}

/// A change of what is there, or an action that takes a body: nothing is made. Asked for again when it is gone, 204.
pub fn does(
    tag: &'static str,
    summary: &'static str,
    body: Body,
    answer: Answer,
    errors: &'static [&'static str],
) -> Operation {
    let answers = vec![(200, answer), (204, Answer::Empty)];
    Operation { body, answers, ..acts(tag, summary, Answer::Empty, errors) }
}
