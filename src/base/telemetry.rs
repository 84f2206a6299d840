//! Logs: to standard error, for people or as JSON lines, and to whoever wants the same beside it.

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use super::config::LogFormat;

pub fn start(format: LogFormat, filter: &str, beside: impl Layer<Registry> + Send + Sync) {
    // The filter was checked when the configuration was read.
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = fmt::layer().with_writer(std::io::stderr);
    let logs = match format {
        LogFormat::Text => logs.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => logs.json().flatten_event(true).boxed(),
    };
    // A second start (tests in one process) keeps the first one's logs.
    let _ = tracing_subscriber::registry().with(beside.and_then(logs).with_filter(filter)).try_init();
}
