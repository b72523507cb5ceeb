//! Takes fields out of an object one by one; what is left at the end is refused by name.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::channel::Channel;
use crate::content::{Content, ContentError};
use crate::json::Members;
use crate::log::Sequence;
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

    /// `true` or `false`, or absent, but not `null`.
    pub(super) fn optional_flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        self.optional(name, "must be true or false")
    }

    /// Whole numbers by name, each name once; may be absent, but not `null`.
    pub(super) fn optional_numbers(&mut self, name: &str) -> Result<Option<Vec<(String, u64)>>, Refusal> {
        let rule = "must be an object of whole numbers";
        let Some(raw) = self.take(name) else { return Ok(None) };
        let members = Members::read(raw.get()).ok_or_else(|| self.invalid(name, rule))?;
        if members.repeated.is_some() {
            return Err(self.invalid(name, "may name each channel only once"));
        }
        let number = |(name, value): (std::borrow::Cow<'_, str>, &RawValue)| {
            Some((name.into_owned(), serde_json::from_str(value.get()).ok()?))
        };
        let numbers: Option<Vec<_>> = members.values.into_iter().map(number).collect();
        numbers.map(Some).ok_or_else(|| self.invalid(name, rule))
    }

    /// A number in a log; may be absent, but not `null`.
    pub(super) fn sequence(&mut self, name: &str) -> Result<Option<Sequence>, Refusal> {
        let Some(number) = self.optional_number(name)? else {
            return Ok(None);
        };
        let sequence = Sequence::new(number).ok_or_else(|| self.invalid(name, "must be below 2^53"))?;
        Ok(Some(sequence))
    }

    /// A required text.
    pub(super) fn text(&mut self, name: &str) -> Result<String, Refusal> {
        self.optional_text(name)?
            .ok_or_else(|| self.invalid(name, "is missing"))
    }

    /// A required name of a channel.
    pub(super) fn channel(&mut self, name: &str) -> Result<Channel, Refusal> {
        let text = self.text(name)?;
        let rule = "must be a channel: all, room:<name>, group:<name>, user:<id>, or dm:<id>:<id> with the ids sorted";
        Channel::parse(&text).ok_or_else(|| self.invalid(name, rule))
    }

    /// Required content.
    pub(super) fn content(&mut self) -> Result<Content, Refusal> {
        let name = "content";
        let raw = self.take(name).ok_or_else(|| self.invalid(name, "is missing"))?;
        Content::parse(raw.get()).map_err(|error| match error {
            ContentError::TooLarge => {
                Refusal::content_too_large(&format!("{}{name}", self.prefix), &format!("is too large: {error}"))
            }
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
        #[cfg(test)]
        super::asked::note(self.prefix, name);
        self.members.values.remove(name)
    }
}

impl RequestId {
    /// The rule for an id, as an error tells it.
    pub(super) const RULE: &'static str = "must be 1 to 64 characters of [A-Za-z0-9_-]";
}
