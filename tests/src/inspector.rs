//! A reader of the inspector's stream, as a browser's `EventSource` is one.

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;

use crate::{Stack, TestResult, failure};

/// A failing test ends after this time; a passing one never waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open stream of server-sent events.
#[derive(Debug)]
pub struct Inspection {
    response: Response,
    unread: Vec<u8>,
    /// Every byte that came.
    pub raw: Vec<u8>,
}

/// One event of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Which `Last-Event-ID` takes the stream up behind it.
    pub id: String,
    /// `message` for records, or `missed`.
    pub event: String,
    /// The record.
    pub data: Value,
}

impl Inspection {
    /// Opens the stream from its beginning, or behind the event with this id.
    ///
    /// # Errors
    /// It is refused.
    pub async fn open(stack: &Stack, last: Option<&str>) -> TestResult<Self> {
        let address = format!("{}/events", stack.endpoint("/inspector"));
        let mut request = reqwest::Client::new().get(address);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        Ok(Self {
            response: request.send().await?.error_for_status()?,
            unread: Vec::new(),
            raw: Vec::new(),
        })
    }

    /// The next event.
    ///
    /// # Errors
    /// None came.
    pub async fn next(&mut self) -> TestResult<Told> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.unread.drain(..end + 2).collect();
                if let Some(told) = read(&String::from_utf8(block)?)? {
                    return Ok(told);
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await??;
            let chunk = chunk.ok_or_else(|| failure("the stream ended"))?;
            self.raw.extend_from_slice(&chunk);
            self.unread.extend_from_slice(&chunk);
        }
    }

    /// The next record of a kind that `wanted` accepts; others are passed over.
    ///
    /// # Errors
    /// None came.
    pub async fn next_where(&mut self, kind: &str, wanted: impl Fn(&Value) -> bool) -> TestResult<Told> {
        let mut passed = Vec::new();
        loop {
            let told = self
                .next()
                .await
                .map_err(|error| failure(format!("{error}: {kind} did not come, but {passed:?}")))?;
            if told.data["kind"] == kind && wanted(&told.data) {
                return Ok(told);
            }
            passed.push(format!("{} {}", told.data["kind"], told.data["summary"]));
        }
    }

    /// The next record of a kind.
    ///
    /// # Errors
    /// None came.
    pub async fn next_of(&mut self, kind: &str) -> TestResult<Value> {
        Ok(self.next_where(kind, |_| true).await?.data)
    }
}

/// Reads an event; a comment is none.
fn read(block: &str) -> TestResult<Option<Told>> {
    let field = |name: &str| {
        let lines = block
            .lines()
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        lines.map(|value| value.trim_start().to_owned()).next()
    };
    let Some(data) = field("data") else { return Ok(None) };
    Ok(Some(Told {
        id: field("id").unwrap_or_default(),
        event: field("event").unwrap_or_else(|| "message".to_owned()),
        data: serde_json::from_str(&data)?,
    }))
}
