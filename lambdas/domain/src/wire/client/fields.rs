//! Takes fields out of an object one by one; what is left at the end is refused by name.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::content::{Content, ContentError};
use crate::json::Members;
use crate::request_id::RequestId;
use crate::wire::refusal::Refusal;

/// The fields of a frame, or of its `data`, that nobody has taken yet.
pub(super) struct Fields<'a> {
    prefix: &'static str,
    members: Members<'a>,
}

impl<'a> Fields<'a> {
    /// `prefix` stands before a field's name where an error tells it.
    pub(super) fn new(prefix: &'static str, members: Members<'a>) -> Self {
        Self { prefix, members }
    }

    pub(super) fn refuse_repetition(&self) -> Result<(), Refusal> {
        match &self.members.repeated {
            Some(name) => Err(self.invalid(name, "may stand only once")),
            None => Ok(()),
        }
    }

    /// Refuses what nobody has taken.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        match self.members.values.keys().next() {
            Some(name) => Err(self.invalid(name, "is not known here")),
            None => Ok(()),
        }
    }

    /// A required object.
    pub(super) fn object(&mut self, name: &'static str) -> Result<Fields<'a>, Refusal> {
        let members = self.take(name).and_then(|raw| Members::read(raw.get()));
        let fields = Fields::new("data.", members.ok_or_else(|| self.invalid(name, "must be an object"))?);
        fields.refuse_repetition()?;
        Ok(fields)
    }

    /// An object that may be absent, but not `null`.
    pub(super) fn optional_object(&mut self, name: &'static str) -> Result<Fields<'a>, Refusal> {
        if self.members.values.contains_key(name) {
            self.object(name)
        } else {
            Ok(Fields::new("data.", Members::default()))
        }
    }

    /// A text that may be absent, but not `null`.
    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        self.optional(name, "must be text")
    }

    /// A number that may be absent, but not `null`.
    pub(super) fn optional_number(&mut self, name: &str) -> Result<Option<u64>, Refusal> {
        self.optional(name, "must be a whole number, not negative")
    }

    /// Required content.
    pub(super) fn content(&mut self) -> Result<Content, Refusal> {
        let name = "content";
        let raw = self.take(name).ok_or_else(|| self.invalid(name, "is missing"))?;
        Content::parse(raw.get()).map_err(|error| match error {
            ContentError::TooLarge => Refusal::content_too_large("data.content", &format!("is too large: {error}")),
            ContentError::Null | ContentError::Unreadable => self.invalid(name, &format!("is refused: {error}")),
        })
    }

    pub(super) fn invalid(&self, name: &str, rule: &str) -> Refusal {
        Refusal::invalid_field(&format!("{}{name}", self.prefix), rule)
    }

    fn optional<T: Deserialize<'a>>(&mut self, name: &str, rule: &str) -> Result<Option<T>, Refusal> {
        let value = self.take(name).map(|raw| serde_json::from_str(raw.get()));
        value.transpose().map_err(|_| self.invalid(name, rule))
    }

    fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        self.members.values.remove(name)
    }
}

impl RequestId {
    /// The rule for an id, as an error tells it.
    pub(super) const RULE: &'static str = "must be 1 to 64 characters of [A-Za-z0-9_-]";
}
