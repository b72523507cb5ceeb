//! One JSON line per event on standard output, in UTC, and never a word that could be a secret.
//!
//! Libraries log requests below the level of warnings, tokens and all; so their level is fixed, whatever the function's.

use std::panic::PanicHookInfo;
use std::sync::Once;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::Layer;
use tracing_subscriber::fmt::format::{Format, Json, JsonFields};
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
        // Fails only if somebody else logs already, and then they do.
        let _ = tracing_subscriber::registry().with(lines()).with(filter).try_init();
        std::panic::set_hook(Box::new(log_panic));
    });
}

fn lines<S>() -> Layer<S, JsonFields, Format<Json>> {
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_ansi(false)
        .with_current_span(false)
        .with_span_list(false)
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
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;

    use super::*;

    /// The lines that are logged meanwhile.
    fn logged(work: impl FnOnce()) -> Vec<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let writer = Arc::new(file.reopen().unwrap());
        let subscriber = tracing_subscriber::registry().with(lines().with_writer(writer));
        tracing::subscriber::with_default(subscriber, work);
        let text = std::fs::read_to_string(file.path()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn log_01_whatever_a_field_holds_an_event_is_one_line_of_json() {
        let hostile = "a\n{\"b\":1}\r\u{0}\u{1b}[2J\u{2028}\u{202e}\"";
        let lines = logged(|| tracing::warn!(reason = hostile, "event.refused"));
        assert_eq!(lines.len(), 1, "{lines:?}");
        let event: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(
            (&event["reason"], &event["message"]),
            (&hostile.into(), &"event.refused".into())
        );
        assert!(!lines[0].contains(char::is_control), "{lines:?}");
    }

    #[test]
    fn log_03_a_panic_is_one_event_with_its_place_and_without_its_text() {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(log_panic));
        let lines = logged(|| assert!(std::panic::catch_unwind(|| panic!("what was being handled")).is_err()));
        std::panic::set_hook(before);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let event: Value = serde_json::from_str(&lines[0]).unwrap();
        assert!(event["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')));
        assert!(
            event["place"]
                .as_str()
                .is_some_and(|place| place.contains("logging.rs"))
        );
        assert!(!lines[0].contains("what was being handled"), "{lines:?}");
    }

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
