//! Answers as AWS's clients expect them.

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, HeaderName},
    },
    response::Response,
};
use serde_json::{Value, json};

use super::errors::CognitoError;
use crate::identifiers;

/// The content type of every call and answer.
pub(crate) const JSON_1_1: &str = "application/x-amz-json-1.1";

/// An error as AWS's clients expect it: the type in the body and, with a colon, in a header.
pub(crate) fn refusal(error: &CognitoError) -> Response {
    let name = error.error_type.name();
    let body = json!({ "__type": name, "message": error.message });
    let headers = [
        ("x-amzn-errortype", format!("{name}:")),
        ("x-amzn-errormessage", error.message.clone()),
    ];
    let status = StatusCode::from_u16(error.error_type.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply(status, &body, &headers)
}

/// An answer in the JSON 1.1 protocol.
pub(crate) fn reply(status: StatusCode, body: &Value, headers: &[(&'static str, String)]) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let map = response.headers_mut();
    map.insert(CONTENT_TYPE, HeaderValue::from_static(JSON_1_1));
    let request_id = ("x-amzn-requestid", identifiers::uuid());
    for (name, value) in headers.iter().chain([&request_id]) {
        // A message may quote a name that no header can carry; the body has it in full.
        if let Ok(value) = HeaderValue::from_str(value) {
            map.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
