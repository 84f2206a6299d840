//! How much somebody may still play right now.

use std::time::Duration;

use tokio::time::Instant;

use crate::api::error::ApiError;

/// So much at once, and so many a second. A glissando of two hands is a tenth of it.
const BURST: f64 = 400.0;
const PER_SECOND: f64 = 200.0;

pub struct Allowance {
    left: f64,
    at: Instant,
}

impl Allowance {
    pub fn new() -> Self {
        Self { left: BURST, at: Instant::now() }
    }

    pub fn take(&mut self, asks: usize) -> Result<(), ApiError> {
        let now = Instant::now();
        self.left = (self.left + (now - self.at).as_secs_f64() * PER_SECOND).min(BURST);
        self.at = now;
        if self.left < asks as f64 {
            return Err(ApiError::RateLimited { retry_after: Duration::from_secs(1) });
        }
        self.left -= asks as f64;
        Ok(())
    }
}
