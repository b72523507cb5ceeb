//! Attributes of rows: written with their type, read without trust, since rows outlive the code that wrote them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::limits::TTL_MARGIN;
use domain::timestamp::Timestamp;

/// One row.
pub(super) type Row = HashMap<String, AttributeValue>;

/// A row cannot be read: it lacks an attribute, or holds it in another form.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a row has no usable attribute {0}")]
pub(super) struct Unreadable(pub(super) &'static str);

/// The two attributes that name a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    pub(super) fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    pub(super) fn into_row(self) -> Row {
        HashMap::from([("pk".to_owned(), text(self.pk)), ("sk".to_owned(), text(self.sk))])
    }
}

/// Writes a row of one kind.
pub(super) struct Writer(Row);

impl Writer {
    pub(super) fn new(key: Key, kind: &str) -> Self {
        Self(key.into_row()).text("kind", kind)
    }

    pub(super) fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.value(name, text(value))
    }

    pub(super) fn number(self, name: &str, value: u64) -> Self {
        self.value(name, number(value))
    }

    pub(super) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// An attribute that is left out where there is nothing to write.
    pub(super) fn optional(self, name: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.value(name, value),
            None => self,
        }
    }

    /// The end of the row's life, and the later instant from which DynamoDB may delete it.
    pub(super) fn life(self, end: Timestamp) -> Self {
        self.number("life", end.seconds_ceil()).number("ttl", ttl(end))
    }

    pub(super) fn row(self) -> Row {
        self.0
    }
}

/// When DynamoDB may delete a row whose life ends then.
pub(super) fn ttl(end: Timestamp) -> u64 {
    end.plus(TTL_MARGIN).seconds_ceil()
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn millis(instant: Timestamp) -> AttributeValue {
    number(instant.millis())
}

/// The seconds that have fully passed: a life of so many seconds ends later than `now` exactly if it is above them.
pub(super) fn passed(now: Timestamp) -> AttributeValue {
    number(now.millis() / 1000)
}

/// A text, in any form that `parse` accepts.
pub(super) fn read_text<T>(row: &Row, name: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Unreadable> {
    row.get(name)
        .and_then(|value| value.as_s().ok())
        .and_then(|text| parse(text))
        .ok_or(Unreadable(name))
}

pub(super) fn read_number(row: &Row, name: &'static str) -> Result<u64, Unreadable> {
    row.get(name)
        .and_then(|value| value.as_n().ok())
        .and_then(|text| text.parse().ok())
        .ok_or(Unreadable(name))
}

/// An instant in milliseconds.
pub(super) fn read_millis(row: &Row, name: &'static str) -> Result<Timestamp, Unreadable> {
    read_number(row, name).map(Timestamp::from_millis)
}

/// An attribute that may be missing, but not be wrong.
pub(super) fn optional<T>(
    row: &Row,
    name: &'static str,
    read: impl Fn(&Row, &'static str) -> Result<T, Unreadable>,
) -> Result<Option<T>, Unreadable> {
    row.contains_key(name).then(|| read(row, name)).transpose()
}

/// The end of the row's life.
pub(super) fn read_life(row: &Row) -> Result<Timestamp, Unreadable> {
    read_number(row, "life").map(Timestamp::from_seconds)
}

/// Rows of another version of this code are left out, and said so, rather than ending a fan-out or a page for everyone.
pub(super) fn readable<T>(kind: &'static str, rows: &[Row], read: impl Fn(&Row) -> Result<T, Unreadable>) -> Vec<T> {
    rows.iter().filter_map(|row| one_readable(kind, read(row))).collect()
}

/// The same of one row.
pub(super) fn one_readable<T>(kind: &'static str, read: Result<T, Unreadable>) -> Option<T> {
    read.inspect_err(|error| tracing::warn!(error = %error, kind, "row.skipped"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_over_at_its_second_and_not_a_millisecond_before() {
        for (now, kept) in [(1_999, true), (2_000, false), (2_001, false)] {
            let passed = passed(Timestamp::from_millis(now));
            assert_eq!(passed.as_n().is_ok_and(|n| n.as_str() < "2"), kept, "{now}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let rows = [
            Row::from([("life".to_owned(), number(7))]),
            Row::from([("life".to_owned(), text("7"))]),
            Row::new(),
        ];
        assert_eq!(readable("x", &rows, read_life), [Timestamp::from_seconds(7)]);
    }
}
