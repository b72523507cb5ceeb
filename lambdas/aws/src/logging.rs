//! One JSON line per event on standard output, in UTC, and never a word that could be a secret.
//!
//! Libraries log requests below the level of warnings, tokens and all; so their level is fixed, whatever the function's.

use std::panic::PanicHookInfo;
use std::sync::Once;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The crates whose events are ours to word.
const OURS: [&str; 3] = ["aws", "service", "domain"];

/// Logs every error a handler returns, each 401 among them, and the text of panics. Both are said by then, in our words.
const ERRORS_TWICE: &str = "lambda_runtime::layers::panic";

/// Starts logging, at the level of `AWS_LAMBDA_LOG_LEVEL` for our own events. Again is without effect.
pub fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let level = level(std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().as_deref());
        let filter = Targets::new()
            .with_default(LevelFilter::WARN)
            .with_target(ERRORS_TWICE, LevelFilter::OFF)
            .with_targets(OURS.map(|name| (name, level)));
        let lines = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_ansi(false)
            .with_current_span(false)
            .with_span_list(false);
        // Fails only if somebody else logs already, and then they do.
        let _ = tracing_subscriber::registry().with(lines).with(filter).try_init();
        std::panic::set_hook(Box::new(log_panic));
    });
}

fn level(name: Option<&str>) -> LevelFilter {
    match name {
        Some("TRACE") => LevelFilter::TRACE,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some("WARN") => LevelFilter::WARN,
        Some("ERROR" | "FATAL") => LevelFilter::ERROR,
        Some(_) | None => LevelFilter::INFO,
    }
}

/// The place alone: a panic's text may quote what was being handled.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "panic");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_s_level_names_are_known_and_information_is_the_default() {
        let levels = [Some("DEBUG"), Some("FATAL"), Some("nonsense"), None].map(level);
        assert_eq!(
            levels,
            [
                LevelFilter::DEBUG,
                LevelFilter::ERROR,
                LevelFilter::INFO,
                LevelFilter::INFO
            ]
        );
    }
}
