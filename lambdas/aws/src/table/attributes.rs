//! Attributes of rows: written with their type, read without trust, since rows outlive the code that wrote them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::limits::TTL_MARGIN;
use domain::timestamp::Timestamp;

/// One row.
pub(super) type Row = HashMap<String, AttributeValue>;

/// A row cannot be read: it lacks an attribute, or holds it in another form.
#[derive(Debug, thiserror::Error)]
#[error("a row has no usable attribute {0}")]
pub(super) struct Unreadable(pub(super) &'static str);

/// The two attributes that name a row.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// The end of the row's life.
pub(super) fn read_life(row: &Row) -> Result<Timestamp, Unreadable> {
    read_number(row, "life").map(Timestamp::from_seconds)
}
