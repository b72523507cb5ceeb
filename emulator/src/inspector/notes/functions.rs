//! What a function tells: its events, its answers with the time that they took, and its lines.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::super::journal::Journal;
use super::super::mask::{self, Lines};
use super::super::record::{Kind, MAX_TEXT_BYTES, Record, Site};

/// Larger events are not looked into (bytes).
const MAX_READ_BYTES: usize = 256 * 1024;

/// A function's way to the journal; clones are handles of the same.
#[derive(Debug, Clone)]
pub(crate) struct FunctionNotes {
    journal: Journal,
    name: Arc<str>,
}

/// How long an invocation took.
#[derive(Debug, Default)]
pub(crate) struct Times {
    /// The start of an environment, if there was none.
    pub(crate) init: Option<Duration>,
    /// The function's own time.
    pub(crate) run: Option<Duration>,
}

/// What a function has printed.
#[derive(Debug)]
pub(crate) struct LogLine {
    pub(crate) text: String,
    /// Whether it goes on with the next one.
    pub(crate) is_cut: bool,
    /// Whether it goes on with the one before.
    pub(crate) is_rest: bool,
}

/// An event that was noted.
#[derive(Debug)]
pub(crate) struct Invoked {
    request_id: String,
    /// Of an event of a WebSocket API.
    connection: Option<(Arc<Site>, String)>,
    what: String,
}

/// What is read of an event to tell what it is.
#[derive(Debug, Default, Deserialize)]
struct Glance<'a> {
    #[serde(borrow, rename = "requestContext", default)]
    context: Context<'a>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "detail-type")]
    detail_type: Option<Cow<'a, str>>,
    #[serde(rename = "isBase64Encoded", default)]
    is_base64: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    #[serde(borrow)]
    api_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    stage: Option<Cow<'a, str>>,
    #[serde(borrow)]
    connection_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    route_key: Option<Cow<'a, str>>,
}

/// What is read of an answer.
#[derive(Debug, Default, Deserialize)]
struct AnswerGlance {
    #[serde(rename = "statusCode")]
    status: Option<u16>,
    #[serde(rename = "isBase64Encoded", default)]
    is_base64: bool,
}

impl FunctionNotes {
    pub(crate) fn new(journal: Journal, name: &str) -> Self {
        Self {
            journal,
            name: name.into(),
        }
    }

    /// An event is on its way to the function.
    pub(crate) fn invoked(&self, request_id: &str, event: &[u8]) -> Invoked {
        let glance: Glance<'_> = glance(event);
        let invoked = Invoked {
            request_id: request_id.to_owned(),
            what: glance.what(),
            connection: glance.connection(),
        };
        let record = self.record(Kind::Event, &invoked.what, &invoked);
        self.journal.record(shown(record, event, glance.is_base64));
        invoked
    }

    /// The function has answered, or has failed with a type and a message.
    pub(crate) fn answered(&self, invoked: &Invoked, answer: Result<&[u8], (&str, &str)>, times: &Times) {
        let glance = answer.ok().and_then(|answer| serde_json::from_slice(answer).ok());
        let glance: AnswerGlance = glance.unwrap_or_default();
        let status = glance.status;
        let result = match (answer, status) {
            (Ok(_), Some(status)) => format!("{} → {status}", invoked.what),
            (Ok(_), None) => format!("{} → answered", invoked.what),
            (Err((kind, message)), _) => format!("{} → {kind} {message}", invoked.what),
        };
        let failed = answer.is_err() || status.is_some_and(|status| status >= 500);
        let mut record = self.record(Kind::Answer, &result, invoked).failed_if(failed);
        for (name, time) in [("init", times.init), ("run", times.run)] {
            if let Some(time) = time {
                record = record.fact(name, &format!("{:.1} ms", time.as_secs_f64() * 1_000.0));
            }
        }
        self.journal.record(match answer {
            Ok(answer) => shown(record, answer, glance.is_base64),
            Err((_, message)) => record.text(message),
        });
    }

    /// The function has printed a line after those that `lines` knows.
    pub(crate) fn said(&self, lines: &mut Lines, line: &LogLine) {
        let masked = lines.mask(&line.text, line.is_cut);
        // What was cut off is looked at, and not kept.
        if !line.is_rest {
            let record = Record::new(Kind::Log, &masked).of_function(&self.name, None);
            self.journal.record(record.excerpt(masked, line.text.len()));
        }
    }

    fn record(&self, kind: Kind, summary: &str, invoked: &Invoked) -> Record {
        let record = Record::new(kind, summary);
        let record = match &invoked.connection {
            Some((site, connection)) => record.of_connection(site, connection),
            None => record,
        };
        record.of_function(&self.name, Some(&invoked.request_id))
    }
}

impl Glance<'_> {
    fn what(&self) -> String {
        let route = self.context.route_key.as_deref();
        match (self.kind.as_deref(), route, self.detail_type.as_deref()) {
            (Some("REQUEST"), ..) => "authorizer".to_owned(),
            (_, Some(route), _) => route.to_owned(),
            (_, _, Some(detail_type)) => detail_type.to_owned(),
            _ => "event".to_owned(),
        }
    }

    fn connection(&self) -> Option<(Arc<Site>, String)> {
        let site = Site {
            api: self.context.api_id.as_deref()?.to_owned(),
            stage: self.context.stage.as_deref()?.to_owned(),
        };
        Some((Arc::new(site), self.context.connection_id.as_deref()?.to_owned()))
    }
}

/// What is read of an event or an answer; nothing of a large one.
fn glance<'a, T: Deserialize<'a> + Default>(json: &'a [u8]) -> T {
    match json.len() {
        ..=MAX_READ_BYTES => serde_json::from_slice(json).unwrap_or_default(),
        _ => T::default(),
    }
}

/// An event or an answer is shown without a body in Base64, in which no secret could be seen to be one. A large one may have
/// such a body: what follows `body` is left out.
fn shown(record: Record, json: &[u8], is_base64: bool) -> Record {
    if json.len() > MAX_READ_BYTES {
        let beginning = String::from_utf8_lossy(&json[..MAX_TEXT_BYTES]);
        let before = beginning.split("\"body\"").next().unwrap_or_default();
        return record.excerpt(mask::mask(before), json.len());
    }
    match serde_json::from_slice::<Value>(json) {
        Ok(mut value) if is_base64 => {
            let body = value["body"].as_str().unwrap_or_default();
            value["body"] = format!("••• ({} characters of Base64)", body.len()).into();
            record.bytes(value.to_string().as_bytes())
        }
        _ => record.bytes(json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspector::journal::Cursor;
    use serde_json::json;

    fn told(tell: impl FnOnce(&FunctionNotes)) -> Vec<Value> {
        let journal = Journal::default();
        tell(&FunctionNotes::new(journal.clone(), "f"));
        let records = journal.after(Cursor::default(), 9).records;
        records.iter().map(|record| json!(record.as_ref())).collect()
    }

    #[test]
    fn events_are_told_by_what_they_are() {
        for (event, what, connection) in [
            (
                r#"{"requestContext":{"apiId":"a","stage":"s","connectionId":"c","routeKey":"say"},"body":"\"type\""}"#,
                "say",
                json!("c"),
            ),
            (
                r#"{"type":"REQUEST","requestContext":{"apiId":"a","stage":"s","connectionId":"c","routeKey":"$connect"}}"#,
                "authorizer",
                json!("c"),
            ),
            (
                r#"{"version":"2.0","requestContext":{"routeKey":"GET /x","stage":"$default"}}"#,
                "GET /x",
                json!(null),
            ),
            (r#"{"detail-type":"Scheduled Event"}"#, "Scheduled Event", json!(null)),
            (r#"{"requestContext":3}"#, "event", json!(null)),
            ("no json", "event", json!(null)),
        ] {
            let told = told(|notes| drop(notes.invoked("r", event.as_bytes())));
            assert_eq!(
                (&told[0]["summary"], &told[0]["connection"]),
                (&json!(what), &connection)
            );
            assert_eq!((&told[0]["function"], &told[0]["request"]), (&json!("f"), &json!("r")));
        }
    }

    #[test]
    fn answers_are_told_with_their_times() {
        let run = Some(Duration::from_millis(12));
        let told = told(|notes| {
            let invoked = notes.invoked("r", b"{}");
            notes.answered(&invoked, Ok(br#"{"statusCode":502}"#), &Times { init: run, run });
            notes.answered(&invoked, Ok(b"null"), &Times { init: None, run });
            notes.answered(&invoked, Err(("Kind", "why")), &Times::default());
        });
        let shown: Vec<_> = told[1..]
            .iter()
            .map(|record| {
                (
                    record["summary"].as_str().unwrap_or_default(),
                    &record["failed"],
                    &record["facts"],
                )
            })
            .collect();
        let times = json!([["init", "12.0 ms"], ["run", "12.0 ms"]]);
        assert_eq!(
            shown,
            [
                ("event → 502", &json!(true), &times),
                ("event → answered", &json!(false), &json!([["run", "12.0 ms"]])),
                ("event → Kind why", &json!(true), &Value::Null),
            ]
        );
    }

    /// The body says `password=hunter2` in Base64.
    #[test]
    fn a_body_in_base64_is_not_shown() {
        let body = "cGFzc3dvcmQ9aHVudGVyMg==";
        let small = json!({ "body": body, "isBase64Encoded": true, "statusCode": 200 }).to_string();
        let large = json!({ "body": body.repeat(20_000), "isBase64Encoded": true, "statusCode": 200 }).to_string();
        let plain = json!({ "body": body, "isBase64Encoded": false, "statusCode": 200 }).to_string();
        let note = "••• (24 characters of Base64)";
        for (json, is_shown, note) in [(small, false, note), (large, false, "{"), (plain, true, &body[..8])] {
            let told = told(|notes| {
                let invoked = notes.invoked("r", json.as_bytes());
                notes.answered(&invoked, Ok(json.as_bytes()), &Times::default());
            });
            for record in told {
                let text = record["content"]["text"].as_str().unwrap_or_default();
                assert_eq!(text.contains(&body[..8]), is_shown, "{text}");
                assert!(text.contains(note), "{text}");
            }
        }
    }

    #[test]
    fn the_rest_of_a_long_line_is_looked_at_and_not_told() {
        let told = told(|notes| {
            let mut lines = Lines::default();
            for (text, is_cut, is_rest) in [("a ", true, false), ("Cookie: [", false, true), ("'b=c'", false, false)] {
                let text = text.to_owned();
                notes.said(&mut lines, &LogLine { text, is_cut, is_rest });
            }
        });
        let texts: Vec<_> = told.iter().map(|record| &record["content"]["text"]).collect();
        assert_eq!(texts, ["a ", "•••"]);
    }
}
