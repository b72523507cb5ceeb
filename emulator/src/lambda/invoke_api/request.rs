//! Reads an invocation: which function, in which way, with which event.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::{MAX_ASYNCHRONOUS_EVENT_BYTES, MAX_EVENT_BYTES};
use crate::identifiers;
use crate::lambda::function::Function;
use crate::lambda::functions::{Functions, name_and_qualifier};
use crate::lambda::invocation::{Event, trace};

/// Lambda's limit for the client context, in base64.
const MAX_CLIENT_CONTEXT_BYTES: usize = 3_583;

/// In which way a function is invoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvocationType {
    RequestResponse,
    Event,
    DryRun,
}

/// An invocation that can be carried out.
pub(super) struct Invoke {
    pub(super) function: Arc<Function>,
    pub(super) kind: InvocationType,
    pub(super) event: Event,
}

impl Invoke {
    pub(super) fn read(
        functions: &Functions,
        name: &str,
        query: Option<&str>,
        headers: &HeaderMap,
        payload: Result<Bytes, BytesRejection>,
    ) -> Result<Self, Refusal> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (name, qualifier) = named(name, query)?;
        let called = match &qualifier {
            Some(qualifier) => format!("{name}:{qualifier}"),
            None => name,
        };
        let function = functions.find(&called);
        let function = function.ok_or_else(|| Refusal::not_found(&functions.arn_of(&called), &functions.names()))?;
        let payload = json_payload(payload)?;
        let kind = invocation_type(header("x-amz-invocation-type"))?;
        if kind == InvocationType::Event && payload.len() > MAX_ASYNCHRONOUS_EVENT_BYTES {
            return Err(Refusal::too_large(&format!(
                "{} byte payload is too large for the Event invocation type (limit {MAX_ASYNCHRONOUS_EVENT_BYTES} bytes)",
                payload.len()
            )));
        }
        let event = Event {
            request_id: identifiers::uuid(),
            payload,
            qualifier,
            trace: trace(header("x-amzn-trace-id")),
            client_context: header("x-amz-client-context").map(client_context).transpose()?,
            wants_log: header("x-amz-log-type") == Some("Tail"),
        };
        Ok(Self { function, kind, event })
    }
}

/// The name, and the qualifier that may stand behind it or in the query.
fn named(name: &str, query: Option<&str>) -> Result<(String, Option<String>), Refusal> {
    let (name, behind) = name_and_qualifier(name);
    let mut parameters = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let beside = parameters.find(|(name, _)| name == "Qualifier");
    let beside = beside.map(|(_, value)| value.into_owned());
    if let (Some(behind), Some(beside)) = (behind, &beside)
        && behind != beside
    {
        let message = "The derived qualifier from the function name does not match the specified qualifier.";
        return Err(Refusal::invalid_parameter(message));
    }
    Ok((name.to_owned(), beside.or(behind.map(str::to_owned))))
}

fn json_payload(payload: Result<Bytes, BytesRejection>) -> Result<Bytes, Refusal> {
    let payload = payload.map_err(|_| {
        Refusal::too_large(&format!(
            "Request must be at most {MAX_EVENT_BYTES} bytes for the Invoke operation"
        ))
    })?;
    if payload.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(&payload) {
        Ok(_) => Ok(payload),
        Err(_) => Err(Refusal::invalid_content("Could not parse request body into json")),
    }
}

fn invocation_type(given: Option<&str>) -> Result<InvocationType, Refusal> {
    match given.unwrap_or("RequestResponse") {
        "RequestResponse" => Ok(InvocationType::RequestResponse),
        "Event" => Ok(InvocationType::Event),
        "DryRun" => Ok(InvocationType::DryRun),
        other => Err(Refusal::invalid_parameter(&format!(
            "The invocation type {other} is not one of RequestResponse, Event, DryRun."
        ))),
    }
}

/// The JSON object in a client context, as a header can hold it: on one line, and in ASCII.
fn client_context(base64: &str) -> Result<String, Refusal> {
    let bytes = STANDARD.decode(base64).ok();
    let bytes = bytes.filter(|_| base64.len() <= MAX_CLIENT_CONTEXT_BYTES);
    let context: Option<Map<String, Value>> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    context
        .map(|context| ascii(&Value::Object(context).to_string()))
        .ok_or_else(|| Refusal::invalid_content("Client context must be a valid Base64-encoded JSON object."))
}

/// JSON with everything escaped that a header does not hold: what is beyond ASCII, and DEL (RFC 8259, section 7).
fn ascii(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, ' '..='~') {
            escaped.push(c);
        } else {
            let units = c.encode_utf16(&mut [0; 2]).to_vec();
            escaped.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_holds_any_client_context() {
        let context = STANDARD.encode(r#"{"a":"\u007f\u0000ü😀"}"#);
        let context = client_context(&context).ok();
        assert_eq!(context.as_deref(), Some(r#"{"a":"\u007f\u0000\u00fc\ud83d\ude00"}"#));
    }
}
