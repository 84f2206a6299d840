//! Values by name.

use crate::show::Show;
use crate::show::value::{MAX_VALUES, Scalar, ValueName, Values};
use crate::state::event::Event;
use crate::state::rejection::Rejection;

pub(super) fn set(show: &Show, name: ValueName, value: Scalar) -> Result<Event, Rejection> {
    let is_new = show.values.get(name.as_str()).is_none();
    check_count(show.values.len() + usize::from(is_new))?;
    check_scalar(&value)?;
    Ok(Event::ValueSet { name, value: value.into() })
}

pub(super) fn remove(show: &Show, name: ValueName) -> Result<Event, Rejection> {
    match show.values.get(name.as_str()) {
        Some(_) => Ok(Event::ValueRemoved { name }),
        None => Err(Rejection::NoValue(name)),
    }
}

pub(super) fn check(values: &Values) -> Result<(), Rejection> {
    check_count(values.len())?;
    values.iter().try_for_each(|(_, value)| check_scalar(value.scalar()))
}

fn check_count(values: usize) -> Result<(), Rejection> {
    if values > MAX_VALUES { Err(Rejection::TooMany { what: "values", limit: MAX_VALUES }) } else { Ok(()) }
}

fn check_scalar(value: &Scalar) -> Result<(), Rejection> {
    value.check().map_err(|(value, allowed)| Rejection::OutOfRange { field: "value", value, allowed })
}
