//! How an invocation ends: with the function's answer, or with the error that Lambda reports in its place.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The function's answer, or why there is none.
pub(crate) type InvocationResult = Result<Bytes, FunctionError>;

/// The document that Lambda hands to the caller when a function fails, with Lambda's own field names.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct FunctionError {
    #[serde(rename = "errorType", default)]
    pub(crate) kind: String,
    #[serde(rename = "errorMessage", default)]
    pub(crate) message: String,
    /// Whatever else the function's runtime says of it, such as `trace`: Lambda hands it on as it is.
    #[serde(flatten)]
    pub(crate) more: Map<String, Value>,
}

impl FunctionError {
    fn new(kind: &str, message: String) -> Self {
        Self {
            kind: kind.to_owned(),
            message,
            more: Map::new(),
        }
    }

    /// The process ended before it answered (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).
    pub(crate) fn exited(request_id: &str, how: &str) -> Self {
        Self::new(
            "Runtime.ExitError",
            format!("RequestId: {request_id} Error: Runtime exited with error: {how}"),
        )
    }

    /// The function ran past its timeout.
    pub(crate) fn timed_out(request_id: &str, timeout: Duration) -> Self {
        let seconds = timeout.as_secs_f64();
        Self::new(
            "Sandbox.Timedout",
            format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds"),
        )
    }

    /// The answer is over Lambda's limit.
    pub(crate) fn response_too_large(limit_bytes: usize) -> Self {
        Self::new(
            "Function.ResponseSizeTooLarge",
            format!("Response payload size exceeded maximum allowed payload size ({limit_bytes} bytes)."),
        )
    }

    /// There is no process of the function.
    pub(crate) fn not_started(request_id: &str, cause: &str) -> Self {
        Self::new(
            "Runtime.InvalidEntrypoint",
            format!("RequestId: {request_id} Error: {cause}"),
        )
    }
}
