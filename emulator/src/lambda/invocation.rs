//! An event for a function, with what its caller says beside it.

use bytes::Bytes;

use crate::identifiers;

/// The one version that there is.
pub(super) const LATEST: &str = "$LATEST";

/// What a caller hands to a function.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    /// The version or alias that the caller named.
    pub(super) qualifier: Option<String>,
    /// `Root=…;Parent=…;Sampled=…`
    pub(super) trace: String,
    /// JSON.
    pub(super) client_context: Option<String>,
    /// Whether the caller asked for the end of the log.
    pub(super) wants_log: bool,
}

impl Event {
    /// An event of AWS's own services, with a new request id.
    pub(crate) fn new(payload: Bytes) -> Self {
        Self {
            request_id: identifiers::uuid(),
            payload,
            qualifier: None,
            trace: trace(None),
            client_context: None,
            wants_log: false,
        }
    }

    /// Lambda's id of the invocation.
    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }
}

/// An event on its way into a process.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) event: Event,
    pub(super) function_arn: String,
    /// By the function's clock (milliseconds since the epoch).
    pub(super) deadline_ms: u64,
}

/// The trace header of an event: the caller's own if it has a root, else a new one. Nothing is sampled, since nobody takes
/// traces.
pub(super) fn trace(given: Option<&str>) -> String {
    match given {
        Some(given) if given.contains("Root=") => given.to_owned(),
        _ => {
            let parent = &identifiers::environment()[..16];
            format!("{};Parent={parent};Sampled=0", identifiers::trace())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_the_callers_or_new() {
        let given = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
        assert_eq!(trace(Some(given)), given);
        for new in [trace(None), trace(Some("Self=1"))] {
            assert!(
                new.starts_with("Root=1-") && new.contains(";Parent=") && new.ends_with(";Sampled=0"),
                "{new}"
            );
        }
    }
}
