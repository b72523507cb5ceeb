//! What a stage of a WebSocket API tells: handshakes, verdicts, frames, endings, and calls of `@connections`.

use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use serde_json::{Map, Value};

use super::super::journal::Journal;
use super::super::mask;
use super::super::record::{Kind, Record, Site};

/// Longer ids are cut (bytes); the gateway's own have 16.
const MAX_ID_BYTES: usize = 64;

/// A stage's way to the journal; clones are handles of the same.
#[derive(Debug, Clone)]
pub(crate) struct StageNotes {
    journal: Journal,
    site: Arc<Site>,
}

/// What the authorizer said, and why.
#[derive(Debug)]
pub(crate) enum Verdict<'a> {
    /// With its context.
    Allowed(&'a Map<String, Value>),
    Refused {
        status: u16,
        why: &'a str,
    },
}

impl StageNotes {
    pub(crate) fn new(journal: Journal, site: Site) -> Self {
        Self {
            journal,
            site: Arc::new(site),
        }
    }

    /// A client asks for a socket.
    pub(crate) fn handshake(&self, connection: &str, source_ip: &str, uri: &Uri, headers: &HeaderMap) {
        let query: Vec<(String, String)> = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .map(|(name, value)| (mask::mask(&name), mask::mask_value(&name, &value).into_owned()))
            .collect();
        let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        let summary = format!("GET {}{mark}{}", uri.path(), pairs.join("&"));
        let mut record = self
            .record(Kind::Handshake, &summary, connection)
            .fact("source", source_ip);
        for (name, value) in &query {
            record.facts.push((format!("?{name}"), value.clone()));
        }
        for (name, value) in headers {
            record = record.fact(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
        self.journal.record(record);
    }

    /// The authorizer has decided, or has not been asked.
    pub(crate) fn verdict(&self, connection: &str, verdict: &Verdict<'_>) {
        let record = match verdict {
            Verdict::Allowed(context) => {
                let principal = context.get("principalId").and_then(Value::as_str).unwrap_or_default();
                let record = self.record(Kind::Authorizer, &format!("allowed {principal}"), connection);
                context.iter().fold(record, |record, (name, value)| {
                    record.fact(name, value.as_str().unwrap_or(&value.to_string()))
                })
            }
            Verdict::Refused { status, why } => self
                .record(Kind::Authorizer, &format!("{status}: {why}"), connection)
                .failed_if(true),
        };
        self.journal.record(record);
    }

    /// The handshake has ended with 101.
    pub(crate) fn opened(&self, connection: &str) {
        self.journal.record(self.record(Kind::Opened, "101, open", connection));
    }

    /// The handshake has ended with another status.
    pub(crate) fn refused(&self, connection: &str, status: u16, message: &str) {
        let record = self.record(Kind::Refused, &format!("{status} {message}"), connection);
        self.journal.record(record.failed_if(true));
    }

    pub(crate) fn frame_in(&self, connection: &str, text: &str) {
        self.journal
            .record(self.record(Kind::FrameIn, text, connection).text(text));
    }

    pub(crate) fn frame_out(&self, connection: &str, text: &str) {
        self.journal
            .record(self.record(Kind::FrameOut, text, connection).text(text));
    }

    /// The socket has ended, as `$disconnect` is told.
    pub(crate) fn closed(&self, connection: &str, code: u16, reason: &str) {
        let summary = format!("{code} {reason}");
        let expected = matches!(code, 1000 | 1001 | 1005);
        self.journal.record(
            self.record(Kind::Closed, summary.trim_end(), connection)
                .failed_if(!expected),
        );
    }

    /// A call of `@connections` was answered; what it calls a connection's id may be anything.
    pub(crate) fn management(&self, method: &str, connection: &str, status: u16) {
        let connection = &mask::cut_and_mask(connection, MAX_ID_BYTES);
        let record = self.record(Kind::Management, &format!("{method} {status}"), connection);
        self.journal.record(record.failed_if(status >= 400));
    }

    fn record(&self, kind: Kind, summary: &str, connection: &str) -> Record {
        Record::new(kind, summary).of_connection(&self.site, connection)
    }
}
