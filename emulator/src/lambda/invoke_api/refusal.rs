//! What Lambda answers to an invocation that it does not take, in the shape of each error's own model.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::lambda::concurrency::Throttled;

/// An invocation that Lambda does not take.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    kind: &'static str,
    body: Value,
}

impl Refusal {
    fn new(status: StatusCode, kind: &'static str, message: &str) -> Self {
        Self {
            status,
            kind,
            body: json!({ "Type": "User", "message": message }),
        }
    }

    /// The only error whose message has a capital letter; `known` are the names of the functions that there are.
    pub(super) fn not_found(arn: &str, known: &[&str]) -> Self {
        let message = format!("Function not found: {arn} (there is {})", known.join(", "));
        Self {
            body: json!({ "Type": "User", "Message": message }),
            ..Self::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", "")
        }
    }

    pub(super) fn throttled(throttled: Throttled) -> Self {
        Self {
            body: json!({ "Reason": throttled.reason(), "Type": "User", "message": "Rate Exceeded." }),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "")
        }
    }

    pub(super) fn invalid_content(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message)
    }

    pub(super) fn invalid_parameter(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message)
    }

    pub(super) fn too_large(message: &str) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response<Body> {
        (self.status, [("x-amzn-errortype", self.kind)], axum::Json(self.body)).into_response()
    }
}
