//! Where Lambda sends what came of an asynchronous event: to other functions of the template
//! (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>).

use std::sync::{Arc, Weak};

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use super::invocation::{Event, LATEST};
use super::output::{FunctionError, InvocationResult};
use crate::timestamps;

/// Who is told how events ended.
pub(super) trait Destination: std::fmt::Debug + Send + Sync {
    /// Takes over the record, as an event.
    fn take(self: Arc<Self>, record: Event);
}

/// The destinations of one function; weak, since functions may name each other.
#[derive(Debug)]
pub(super) struct Destinations {
    pub(super) on_success: Option<Weak<dyn Destination>>,
    pub(super) on_failure: Option<Weak<dyn Destination>>,
}

/// Why Lambda is done with an event, as the record has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Condition {
    Success,
    RetriesExhausted,
    EventAgeExceeded,
}

/// How an asynchronous event ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) condition: Condition,
    /// How often the function was run.
    pub(super) attempts: u32,
    /// Of the last attempt; absent if there was none.
    pub(super) result: Option<InvocationResult>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    version: &'static str,
    timestamp: String,
    request_context: RequestContext<'a>,
    request_payload: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_context: Option<ResponseContext>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_payload: Option<Payload<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    request_id: &'a str,
    function_arn: String,
    condition: Condition,
    approximate_invoke_count: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseContext {
    status_code: u16,
    executed_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_error: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Payload<'a> {
    Answer(&'a RawValue),
    Error(&'a FunctionError),
}

impl Destinations {
    /// Sends the record of an event of the function `arn` to whom it may concern.
    pub(super) fn tell(&self, arn: &str, event: &Event, ended: &Ended) {
        let destination = match ended.condition {
            Condition::Success => &self.on_success,
            Condition::RetriesExhausted | Condition::EventAgeExceeded => &self.on_failure,
        };
        if let Some(destination) = destination.as_ref().and_then(Weak::upgrade) {
            destination.take(Event::new(record(arn, event, ended)));
        }
    }
}

fn record(arn: &str, event: &Event, ended: &Ended) -> Bytes {
    let json = |bytes| serde_json::from_slice::<&RawValue>(bytes).ok();
    let record = Record {
        version: "1.0",
        timestamp: timestamps::iso_8601(timestamps::now_ms()),
        request_context: RequestContext {
            request_id: &event.request_id,
            function_arn: format!("{arn}:{}", event.qualifier.as_deref().unwrap_or(LATEST)),
            condition: ended.condition,
            approximate_invoke_count: ended.attempts,
        },
        request_payload: json(&event.payload),
        response_context: ended.result.as_ref().map(|result| ResponseContext {
            status_code: 200,
            executed_version: LATEST,
            function_error: result.is_err().then_some("Unhandled"),
        }),
        response_payload: ended.result.as_ref().and_then(|result| match result {
            Ok(answer) => json(answer).map(Payload::Answer),
            Err(error) => Some(Payload::Error(error)),
        }),
    };
    // Nothing in it can fail to be written.
    serde_json::to_vec(&record).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn recorded(condition: Condition, result: Option<InvocationResult>) -> Value {
        let event = Event::new(Bytes::from_static(b"{\"b\":1,\"a\":2}"));
        let ended = Ended {
            condition,
            attempts: 3,
            result,
        };
        let mut record: Value = serde_json::from_slice(&record("arn:f", &event, &ended)).unwrap_or_default();
        assert_eq!(record["requestContext"]["requestId"], event.request_id.as_str());
        assert!(record["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')));
        record["timestamp"].take();
        record["requestContext"]["requestId"].take();
        record
    }

    #[test]
    fn a_record_reads_as_on_aws() {
        let error = FunctionError {
            kind: "E".to_owned(),
            message: "m".to_owned(),
            ..FunctionError::default()
        };
        let request = |condition: &str| {
            json!({
                "requestId": null, "functionArn": "arn:f:$LATEST", "condition": condition, "approximateInvokeCount": 3,
            })
        };
        assert_eq!(
            recorded(Condition::RetriesExhausted, Some(Err(error))),
            json!({
                "version": "1.0", "timestamp": null, "requestContext": request("RetriesExhausted"),
                "requestPayload": { "a": 2, "b": 1 },
                "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
                "responsePayload": { "errorType": "E", "errorMessage": "m" },
            })
        );
        assert_eq!(
            recorded(Condition::Success, Some(Ok(Bytes::from_static(b"[1]")))),
            json!({
                "version": "1.0", "timestamp": null, "requestContext": request("Success"),
                "requestPayload": { "a": 2, "b": 1 },
                "responseContext": { "statusCode": 200, "executedVersion": "$LATEST" },
                "responsePayload": [1],
            })
        );
        let never_run = recorded(Condition::EventAgeExceeded, None);
        assert!(never_run.get("responseContext").is_none() && never_run.get("responsePayload").is_none());
    }
}
