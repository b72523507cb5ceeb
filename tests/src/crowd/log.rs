//! What a follower has of its channel: a cursor, what it shows, and how far it knows that it must get.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{TestResult, failure};

/// The follower's view of one channel.
#[derive(Debug, Default)]
pub(super) struct ChannelLog {
    cursor: Option<u64>,
    reach: u64,
    /// Pushes that came before one that is missing.
    early: BTreeMap<u64, Value>,
    shown: usize,
    /// Messages that came by push, in order.
    pub(super) pushed: usize,
    /// Messages that came by resuming.
    pub(super) resumed: usize,
    /// Frames that asked what is new or missing: the first of each connection, and repetitions, are among them.
    pub(super) asked: usize,
}

impl ChannelLog {
    /// The number to go on from.
    pub(super) fn since(&self) -> Option<u64> {
        self.cursor
    }

    /// How many messages it shows.
    pub(super) fn shown(&self) -> usize {
        self.shown
    }

    /// Whether something is known to be missing.
    pub(super) fn lacks(&self) -> bool {
        self.cursor.is_none_or(|cursor| cursor < self.reach)
    }

    /// A push. One that comes early waits for those before it.
    pub(super) fn push(&mut self, frame: &Value) -> TestResult {
        let number = frame["seq"].as_u64().unwrap_or_default();
        self.reach = self.reach.max(number);
        if self.cursor.is_none_or(|cursor| number > cursor) {
            self.early.insert(number, frame["content"].clone());
        }
        self.show_what_follows()
    }

    fn show_what_follows(&mut self) -> TestResult {
        while let Some(next) = self.cursor.map(|cursor| cursor + 1)
            && let Some(content) = self.early.remove(&next)
        {
            self.pushed += 1;
            self.show(next, &content)?;
        }
        Ok(())
    }

    /// The answer to a `subscribe`. True if there is more to ask for.
    pub(super) fn resume(&mut self, frame: &Value) -> TestResult<bool> {
        if frame["recovered"] != true {
            return Err(failure(format!("something is lost: {frame}")));
        }
        let head = frame["head"].as_u64().unwrap_or_default();
        self.reach = self.reach.max(head);
        let Some(cursor) = self.cursor else {
            self.cursor = Some(head);
            return Ok(false);
        };
        for entry in frame["entries"].as_array().into_iter().flatten() {
            let number = entry["seq"].as_u64().unwrap_or_default();
            let expected = self.cursor.unwrap_or(cursor);
            if number <= expected {
                continue;
            }
            // The first message of a channel that was empty comes after the cursor 0.
            if number != expected + 1 && expected != 0 {
                return Err(failure(format!("{number} comes after {expected} in {frame}")));
            }
            self.resumed += 1;
            self.show(number, &entry["content"])?;
        }
        self.early = self.early.split_off(&self.cursor.unwrap_or_default());
        self.show_what_follows()?;
        Ok(frame["more"] == true || self.lacks())
    }

    /// Messages are counted from 0 by their content: any hole, swap or repetition shows.
    fn show(&mut self, number: u64, content: &Value) -> TestResult {
        if content["number"] != self.shown {
            return Err(failure(format!(
                "message {content} was shown in the place of {}",
                self.shown
            )));
        }
        self.cursor = Some(number);
        self.shown += 1;
        Ok(())
    }
}
