//! An input as doors show it: without its secrets, with what it is doing.

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::status::InputState;
use crate::base::vitals::Vitals;
use crate::show::Show;
use crate::show::input::{Input, InputKind};

#[derive(Debug, Serialize, JsonSchema)]
pub struct InputView {
    #[serde(flatten)]
    input: Input,
    /// Whether it has a key or a secret, which is never shown.
    secret_set: bool,
    /// Measured; left out where only what was decided is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl InputView {
    pub fn new(input: &Input, state: Option<&InputState>) -> Self {
        let status = state.map_or(Status { state: "idle", since: None, reason: None }, Status::of);
        Self { status: Some(status), ..Self::decided(input) }
    }

    /// Without what it is doing.
    pub fn decided(input: &Input) -> Self {
        let secret_set = match &input.kind {
            InputKind::Network { secret, .. } | InputKind::Published { key: secret, .. } => !secret.is_empty(),
            _ => false,
        };
        Self { input: input.clone().without_secrets(), secret_set, status: None }
    }

    pub fn all(show: &Show, vitals: &Vitals) -> Vec<InputView> {
        let states = vitals.status.inputs();
        show.inputs.values().map(|input| Self::new(input, states.get(input.id.as_str()))).collect()
    }
}

impl Status {
    fn of(state: &InputState) -> Self {
        let (since, reason) = match state {
            InputState::Idle | InputState::Connecting | InputState::Waiting | InputState::Paused | InputState::Ended => {
                (None, None)
            }
            InputState::Playing { since } => (Some(since.millis()), None),
            InputState::Lost { next_try: _, attempt: _, reason } | InputState::Failed { reason } => {
                (None, Some(reason.clone()))
            }
        };
        Status { state: state.label(), since, reason }
    }
}
