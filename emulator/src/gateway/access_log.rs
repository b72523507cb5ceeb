//! The access log of a stage: one line for each event, in the stage's own format
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html>).

use std::fs::File;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::events::AuthorizerContext;
use super::proxy_response::{IntegrationError, ProxyResponse};
use crate::nearest::nearest;

mod variables;

/// The folder of the logs in the state folder.
pub(super) const FOLDER: &str = "access-logs";

/// Stands for what there is not.
const NOTHING: &str = "-";
const VARIABLE: &str = "$context.";

/// A file with the format of its lines.
#[derive(Debug)]
pub(super) struct AccessLog {
    format: Vec<Piece>,
    file: Mutex<File>,
}

/// A part of a format.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// A variable's name without `$context.`.
    Variable(String),
}

impl AccessLog {
    /// `name` is what warnings call it.
    pub(super) fn new(name: &str, format: &str, file: File) -> Self {
        let format = pieces(format);
        for variable in variables::unknown(&format) {
            let near = nearest(variable, variables::KNOWN).map_or(String::new(), |near| format!("; is {near} meant?"));
            tracing::warn!("the access log {name} names $context.{variable}, which API Gateway does not have{near}");
        }
        Self {
            format,
            file: Mutex::new(file),
        }
    }

    /// Writes an event's line; one that cannot be written is told of and lost.
    pub(super) fn write(&self, entry: &Entry) {
        let line = line(&self.format, &entry.0) + "\n";
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::warn!(%error, "a line of an access log is lost");
        }
    }
}

/// What is known of an event: the `$context` of its line.
#[derive(Debug)]
pub(super) struct Entry(Value);

impl Entry {
    /// Begins with the event's `requestContext`; until something else is said, the status is 200.
    pub(super) fn new(request_context: &Value) -> Self {
        let mut context = request_context.clone();
        context["status"] = json!(200);
        Self(context)
    }

    pub(super) fn status(&mut self, status: u16) {
        self.0["status"] = json!(status);
    }

    /// The event ended with an error of API Gateway's own.
    pub(super) fn failed(&mut self, status: u16, message: &str, response_type: Option<&str>) {
        self.status(status);
        self.0["error"] = json!({ "message": message, "responseType": response_type });
    }

    /// What came of the authorizer: its context, or the status with which it refused.
    pub(super) fn authorized(&mut self, verdict: Result<&AuthorizerContext, u16>, latency: Duration) {
        let mut authorizer = match verdict {
            Ok(context) => context.clone(),
            Err(status) => Map::from_iter([("error".to_owned(), json!(refusal(status)))]),
        };
        let latency = milliseconds(latency);
        for name in ["integrationLatency", "latency"] {
            authorizer.insert(name.to_owned(), latency.clone());
        }
        let status = verdict.err().unwrap_or(200);
        authorizer.insert("status".to_owned(), json!(status));
        // Lambda itself answers with 200 however its function ends.
        authorizer.insert("integrationStatus".to_owned(), json!(200));
        self.0["authorizer"] = Value::Object(authorizer);
    }

    /// What came of the route's function, and by which id Lambda knows it.
    pub(super) fn integrated(
        &mut self,
        request_id: &str,
        result: &Result<ProxyResponse, IntegrationError>,
        latency: Duration,
    ) {
        let latency = milliseconds(latency);
        self.0["integrationLatency"] = latency.clone();
        self.0["integration"] = match result {
            Ok(response) => json!({ "status": response.status, "integrationStatus": 200, "latency": latency }),
            Err(IntegrationError::TimedOut) => json!({ "error": "Endpoint request timed out", "latency": latency }),
            Err(IntegrationError::Failed) => {
                json!({ "error": "The function failed, or its answer is none", "integrationStatus": 200, "latency": latency })
            }
            Err(IntegrationError::Throttled) => {
                json!({ "error": "Lambda did not take the event", "integrationStatus": 429, "latency": latency })
            }
            Err(IntegrationError::Empty) => json!({ "integrationStatus": 200, "latency": latency }),
        };
        self.0["integration"]["requestId"] = json!(request_id);
    }
}

fn refusal(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        403 => "The policy does not allow it",
        _ => "The authorizer failed, or its answer is none",
    }
}

fn milliseconds(span: Duration) -> Value {
    json!(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}

/// Takes a format apart. A name ends before the first character that none has; a full stop at its end is the text's.
fn pieces(format: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find(VARIABLE) {
        let (text, after) = rest.split_at(at);
        let after = &after[VARIABLE.len()..];
        let end = after
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_'))
            .unwrap_or(after.len());
        let name = after[..end].trim_end_matches('.');
        pieces.push(Piece::Text(text.to_owned()));
        pieces.push(Piece::Variable(name.to_owned()));
        rest = &after[name.len()..];
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

fn line(format: &[Piece], context: &Value) -> String {
    let pieces = format.iter().map(|piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Variable(name) => value(context, name),
    });
    pieces.collect()
}

fn value(context: &Value, name: &str) -> String {
    if name == "error.messageString" {
        return format!("\"{}\"", value(context, "error.message"));
    }
    let found = name.split('.').try_fold(context, |part, name| part.get(name));
    match found {
        Some(Value::String(text)) if !text.is_empty() => escaped(text),
        Some(plain @ (Value::Number(_) | Value::Bool(_))) => plain.to_string(),
        _ => NOTHING.to_owned(),
    }
}

/// As between the quotation marks of JSON: what a client says ends neither the line nor the value that a format quotes.
fn escaped(text: &str) -> String {
    let quoted = json!(text).to_string();
    // What some readers take for the end of a line, and JSON does not.
    quoted[1..quoted.len() - 1]
        .chars()
        .map(|c| match c {
            '\u{7f}' | '\u{85}' | '\u{2028}' | '\u{2029}' => format!("\\u{:04x}", u32::from(c)),
            plain => plain.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(format: &str, context: &Value) -> String {
        line(&pieces(format), context)
    }

    #[test]
    fn variables_take_their_values_and_the_unknown_a_dash() {
        let context = json!({
            "requestId": "r1", "status": 200, "identity": { "sourceIp": "::1" }, "routeKey": "$default",
            "authorizer": { "admin": "true" }, "error": { "message": "Forbidden", "responseType": null },
        });
        for (format, expected) in [
            ("", ""),
            ("$context.requestId", "r1"),
            ("$context.requestId.", "r1."),
            ("$context.identity.sourceIp,$context.status;", "::1,200;"),
            ("{\"route\":\"$context.routeKey\"}", "{\"route\":\"$default\"}"),
            ("$context.authorizer.admin $context.authorizer.absent", "true -"),
            ("$context.identity $context.nothing.at.all $context.", "- - -"),
            (
                "$context.error.message $context.error.messageString $context.error.responseType",
                "Forbidden \"Forbidden\" -",
            ),
            (
                "$contextual $input.body $$context.requestId",
                "$contextual $input.body $r1",
            ),
        ] {
            assert_eq!(rendered(format, &context), expected, "{format}");
        }
    }

    #[test]
    fn a_line_stays_a_line_and_json_stays_json() {
        let agent = "a\"b\\c\nd\re\u{1b}[2J\u{2028}\u{85}ü";
        let context = json!({ "identity": { "userAgent": agent } });
        let line = rendered("{\"agent\":\"$context.identity.userAgent\"}", &context);
        assert!(line.chars().all(|c| !c.is_control() && c != '\u{2028}'), "{line:?}");
        let read: Value = serde_json::from_str(&line).unwrap_or_default();
        assert_eq!(read["agent"], agent);
    }
}
