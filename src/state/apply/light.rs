//! What deciding about zones, animations and all lights together has in common: how changes become seen, and how colours and
//! brightnesses are read.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use crate::show::light::color::{ColorError, LightColor};
use crate::show::light::transition::{LightTransition, LightTransitionKind, MAX_DURATION_MS};
use crate::show::light::zone::Before;
use crate::show::time::ShowTime;
use crate::state::asked::Passage;
use crate::state::rejection::Rejection;

/// So many changes are seen at once while each interrupts the one before; the oldest is forgotten.
const MAX_BEFORE: usize = 4;
/// What a transition takes that is asked for without saying so.
const USUAL_MS: u32 = 500;

pub(super) fn transition(passage: Passage, usual: LightTransition) -> Result<LightTransition, Rejection> {
    let Passage { transition, duration } = passage;
    let kind = match (transition, duration) {
        (None, None) => return Ok(usual),
        (None, Some(_)) => LightTransitionKind::Fade,
        (Some(kind), _) => kind,
    };
    let given = duration.map(|seconds| seconds * 1_000.0);
    let allowed = 0.0..=f64::from(MAX_DURATION_MS);
    if let Some(given) = given.filter(|given| !allowed.contains(given)) {
        let value = (given / 1_000.0).to_string();
        return Err(Rejection::OutOfRange { field: "duration", value, allowed: "0 to 60 seconds" });
    }
    let usual = if usual.duration_ms > 0 { usual.duration_ms } else { USUAL_MS };
    let duration_ms = match kind {
        LightTransitionKind::Cut => 0,
        _ => given.map_or(usual, |given| given.round() as u32),
    };
    Ok(LightTransition { kind, duration_ms })
}

/// What is seen of `was` from now on, while what came after it comes in.
pub(super) fn leaving<T: Clone>(
    was: &T,
    before: &Option<Arc<Before<T>>>,
    transition: LightTransition,
    now: ShowTime,
) -> Option<Arc<Before<T>>> {
    (transition.duration_ms > 0).then(|| {
        let before = still_leaving(before, now, MAX_BEFORE - 1);
        Arc::new(Before { was: was.clone(), since: now, transition, before })
    })
}

/// Without what is over.
pub(super) fn still_leaving<T: Clone>(
    before: &Option<Arc<Before<T>>>,
    now: ShowTime,
    at_most: usize,
) -> Option<Arc<Before<T>>> {
    let before = before.as_ref().filter(|before| at_most > 0 && !before.is_over(now))?;
    let inner = still_leaving(&before.before, now, at_most - 1);
    Some(Arc::new(Before { before: inner, ..Before::clone(before) }))
}

/// A colour, and the brightness that may stand in it.
pub(super) fn color(field: impl Into<Cow<'static, str>>, value: &Value) -> Result<(LightColor, Option<u8>), Rejection> {
    LightColor::read(value).map_err(|error| no_color(field.into(), error))
}

/// A colour where there is no place for a brightness.
pub(super) fn plain_color(field: impl Into<Cow<'static, str>>, value: Value) -> Result<LightColor, Rejection> {
    LightColor::try_from(value).map_err(|error| no_color(field.into(), error))
}

fn no_color(field: Cow<'static, str>, error: ColorError) -> Rejection {
    match error {
        ColorError::UnknownMode { given } => Rejection::ColorMode { field, given },
        why => Rejection::BadColor { field, why },
    }
}

pub(super) fn brightness(value: &Value) -> Result<u8, Rejection> {
    let whole = value
        .as_u64()
        .or_else(|| value.as_f64().filter(|value| value.fract() == 0.0 && *value >= 0.0).map(|value| value as u64));
    match whole.and_then(|whole| u8::try_from(whole).ok()) {
        Some(brightness) => Ok(brightness),
        None if value.is_number() => {
            Err(Rejection::OutOfRange { field: "brightness", value: value.to_string(), allowed: "0 to 255" })
        }
        None => Err(Rejection::Invalid { what: "brightness", why: "it must be a whole number from 0 to 255".to_owned() }),
    }
}

/// For how many seconds from now.
pub(super) fn until(field: &'static str, seconds: f64, now: ShowTime) -> Result<ShowTime, Rejection> {
    super::check_range(field, seconds, 0.01..=86_400.0, "0.01 to 86400 seconds")?;
    Ok(now.plus(std::time::Duration::from_secs_f64(seconds)))
}
