//! One thing that happened, as it is kept and shown: small, and without secrets.

use std::sync::Arc;

use serde::Serialize;

use super::mask;
use crate::timestamps::now_ms;

/// Of a frame, an event, an answer or a line so much is kept (bytes).
pub(super) const MAX_TEXT_BYTES: usize = 8 * 1024;
/// Of what stands in one line (bytes).
const MAX_SUMMARY_BYTES: usize = 300;
/// A record without its texts, roughly (bytes).
const OWN_BYTES: usize = 400;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// A client asks for a socket.
    Handshake,
    /// The authorizer's verdict.
    Authorizer,
    /// The handshake has ended with 101.
    Opened,
    /// The handshake has ended otherwise.
    Refused,
    FrameIn,
    FrameOut,
    Closed,
    /// A call of `@connections`.
    Management,
    /// An event on its way to a function.
    Event,
    /// What became of it.
    Answer,
    /// A line that a function has printed.
    Log,
    /// Something goes wrong on purpose, or a plan for that is in force.
    Fault,
}

/// The stage at which something happened.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Site {
    /// The API's id.
    pub(crate) api: String,
    pub(crate) stage: String,
}

/// A text of which the beginning is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Excerpt {
    text: String,
    /// Of the whole.
    bytes: usize,
    /// Whether that is more than what is kept.
    cut: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    /// Given by the journal, from 1 on and without holes.
    pub(super) sequence: u64,
    /// Milliseconds since the epoch.
    pub(super) at_ms: u64,
    pub(super) kind: Kind,
    #[serde(flatten)]
    pub(super) site: Option<Arc<Site>>,
    /// The connection's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) connection: Option<String>,
    /// Lambda's request id, which an event and its answer share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) function: Option<Arc<str>>,
    pub(super) summary: String,
    /// Whether it is bad news.
    pub(super) failed: bool,
    /// Names and values, in the order in which they are shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) facts: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<Excerpt>,
}

impl Record {
    pub(super) fn new(kind: Kind, summary: &str) -> Self {
        Self {
            sequence: 0,
            at_ms: now_ms(),
            kind,
            site: None,
            connection: None,
            request: None,
            function: None,
            summary: mask::cut_and_mask(summary, MAX_SUMMARY_BYTES),
            failed: false,
            facts: Vec::new(),
            content: None,
        }
    }

    pub(super) fn of_function(self, name: &Arc<str>, request_id: Option<&str>) -> Self {
        Self {
            function: Some(Arc::clone(name)),
            request: request_id.map(str::to_owned),
            ..self
        }
    }

    pub(super) fn of_connection(self, site: &Arc<Site>, id: &str) -> Self {
        Self {
            site: Some(Arc::clone(site)),
            connection: Some(id.to_owned()),
            ..self
        }
    }

    pub(super) fn failed_if(self, failed: bool) -> Self {
        Self { failed, ..self }
    }

    /// Adds a name with its value, which is hidden if the name says so.
    pub(super) fn fact(mut self, name: &str, value: &str) -> Self {
        let value = &value[..value.floor_char_boundary(MAX_TEXT_BYTES)];
        self.facts
            .push((mask::mask(name), mask::mask_value(name, value).into_owned()));
        self
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.excerpt(mask::cut_and_mask(text, MAX_TEXT_BYTES), text.len())
    }

    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        self.excerpt(mask::cut_and_mask_bytes(bytes, MAX_TEXT_BYTES), bytes.len())
    }

    /// The beginning of a `text` that is without secrets already; the whole was of so many `bytes`.
    pub(super) fn excerpt(self, mut text: String, bytes: usize) -> Self {
        text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
        let cut = bytes > MAX_TEXT_BYTES;
        Self {
            content: Some(Excerpt { text, bytes, cut }),
            ..self
        }
    }

    /// About how much memory it takes (bytes).
    pub(super) fn size(&self) -> usize {
        let facts: usize = self
            .facts
            .iter()
            .map(|(name, value)| name.len() + value.len() + 48)
            .sum();
        let content = self.content.as_ref().map_or(0, |content| content.text.len());
        OWN_BYTES + self.summary.len() + facts + content
    }
}
