//! How an invocation ends: with the function's answer, or with the error that Lambda reports in its place.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The function's answer, or why there is none.
pub(crate) type InvocationResult = Result<Bytes, FunctionError>;

/// The document that Lambda hands to the caller when a function fails, with Lambda's own field names.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FunctionError {
    #[serde(rename = "errorType", default)]
    pub(crate) kind: String,
    #[serde(rename = "errorMessage", default)]
    pub(crate) message: String,
}

impl FunctionError {
    /// The process ended before it answered (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).
    pub(crate) fn exited(request_id: &str, how: &str) -> Self {
        Self {
            kind: "Runtime.ExitError".to_owned(),
            message: format!("RequestId: {request_id} Error: Runtime exited with error: {how}"),
        }
    }

    /// The function ran past its timeout.
    pub(crate) fn timed_out(request_id: &str, timeout: Duration) -> Self {
        let seconds = timeout.as_secs_f64();
        Self {
            kind: "Sandbox.Timedout".to_owned(),
            message: format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds"),
        }
    }

    /// The answer is over Lambda's limit.
    pub(crate) fn response_too_large(limit_bytes: usize) -> Self {
        Self {
            kind: "Function.ResponseSizeTooLarge".to_owned(),
            message: format!("Response payload size exceeded maximum allowed payload size ({limit_bytes} bytes)."),
        }
    }

    /// There is no process of the function.
    pub(crate) fn not_started(request_id: &str, cause: &str) -> Self {
        Self {
            kind: "Runtime.InvalidEntrypoint".to_owned(),
            message: format!("RequestId: {request_id} Error: {cause}"),
        }
    }
}
