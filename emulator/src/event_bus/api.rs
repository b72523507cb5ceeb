//! EventBridge's API, of which there is `PutEvents` alone
//! (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>).

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Event, EventBus};
use crate::identifiers;
use crate::timestamps::now_ms;

const TARGET: &str = "AWSEvents.PutEvents";
const MAX_ENTRIES: usize = 10;
/// All entries of a request together, counted as EventBridge does
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>).
const MAX_ENTRIES_BYTES: usize = 1024 * 1024;
/// What is quoted in JSON may be twice as long there, and more.
const MAX_REQUEST_BYTES: usize = 8 * MAX_ENTRIES_BYTES;
/// The bytes that a `Time` counts for.
const TIME_BYTES: usize = 14;
/// The last second of the year 9999, beyond which there is no `time` of four digits.
const LAST_TIME: u64 = 253_402_300_799;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    /// Seconds since the epoch.
    time: Option<f64>,
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    resources: Option<Vec<String>>,
    event_bus_name: Option<String>,
}

/// Why a whole request is refused.
struct Refusal {
    kind: &'static str,
    message: String,
}

/// Why one entry is.
struct Invalid {
    code: &'static str,
    message: String,
}

/// Serves `POST /` with `X-Amz-Target: AWSEvents.PutEvents`.
pub(crate) fn router(bus: Arc<EventBus>) -> Router {
    Router::new()
        .route("/", post(operation))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .with_state(bus)
}

async fn operation(
    State(bus): State<Arc<EventBus>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let called = match headers.get("x-amz-target").map(|target| target.as_bytes()) {
        Some(target) if target == TARGET.as_bytes() => read(body).map(|request| put_events(&bus, request)),
        _ => Err(refuse(
            "UnknownOperationException",
            "Of EventBridge there is PutEvents alone.",
        )),
    };
    let (status, body) = match called {
        Ok(answer) => (StatusCode::OK, answer),
        Err(Refusal { kind, message }) => (StatusCode::BAD_REQUEST, json!({ "__type": kind, "message": message })),
    };
    let headers = [
        ("content-type", "application/x-amz-json-1.1".to_owned()),
        ("x-amzn-requestid", identifiers::uuid()),
    ];
    (status, headers, body.to_string()).into_response()
}

fn read(body: Result<Bytes, BytesRejection>) -> Result<Request, Refusal> {
    let too_large = || {
        refuse(
            "ValidationException",
            "Total size of the entries in the request is over the limit.",
        )
    };
    let body = body.map_err(|_| too_large())?;
    let request: Request =
        serde_json::from_slice(&body).map_err(|error| refuse("SerializationException", &error.to_string()))?;
    if !(1..=MAX_ENTRIES).contains(&request.entries.len()) {
        let message = format!("1 validation error detected: 'entries' must have 1 to {MAX_ENTRIES} members");
        return Err(refuse("ValidationException", &message));
    }
    match request.entries.iter().map(Entry::size).sum::<usize>() {
        ..=MAX_ENTRIES_BYTES => Ok(request),
        _ => Err(too_large()),
    }
}

fn refuse(kind: &'static str, message: &str) -> Refusal {
    Refusal {
        kind,
        message: message.to_owned(),
    }
}

/// An entry that is refused keeps no other back.
fn put_events(bus: &EventBus, request: Request) -> Value {
    let mut failed = 0;
    let mut answers = Vec::new();
    for entry in request.entries {
        let to_default_bus = entry.is_for_default_bus();
        answers.push(match entry.event() {
            Ok(event) => {
                let answer = json!({ "EventId": event.id });
                if to_default_bus {
                    bus.put(event);
                }
                answer
            }
            Err(Invalid { code, message }) => {
                failed += 1;
                json!({ "ErrorCode": code, "ErrorMessage": message })
            }
        });
    }
    json!({ "FailedEntryCount": failed, "Entries": answers })
}

impl Entry {
    fn size(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let resources = self.resources.iter().flatten().map(String::len).sum::<usize>();
        let time = self.time.map_or(0, |_| TIME_BYTES);
        time + text(&self.source) + text(&self.detail_type) + text(&self.detail) + resources
    }

    fn is_for_default_bus(&self) -> bool {
        let bus = self.event_bus_name.as_deref();
        bus.is_none_or(|bus| bus == "default" || bus.ends_with(":event-bus/default"))
    }

    fn event(self) -> Result<Event, Invalid> {
        let source = required("Source", self.source)?;
        if source.starts_with("aws.") {
            return Err(Invalid {
                code: "NotAuthorizedForSourceException",
                message: "Not authorized for the source.".to_owned(),
            });
        }
        let detail_type = required("DetailType", self.detail_type)?;
        let detail = required("Detail", self.detail)?;
        let detail = serde_json::from_str::<Value>(&detail).ok().filter(Value::is_object);
        Ok(Event {
            id: identifiers::uuid(),
            detail_type,
            source,
            time: self
                .time
                .map_or(now_ms() / 1_000, |seconds| (seconds as u64).min(LAST_TIME)),
            resources: self.resources.unwrap_or_default(),
            detail: detail.ok_or_else(|| Invalid {
                code: "MalformedDetail",
                message: "Detail is malformed.".to_owned(),
            })?,
        })
    }
}

fn required(name: &str, value: Option<String>) -> Result<String, Invalid> {
    value.filter(|text| !text.is_empty()).ok_or_else(|| Invalid {
        code: "InvalidArgument",
        message: format!("Parameter {name} is not valid. Reason: {name} is a required argument."),
    })
}
