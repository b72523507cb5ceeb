//! What a message carries: any JSON value but `null`, kept byte for byte, and harmless to whoever parses it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::limits::{CONTENT_BYTES_MAX, CONTENT_DEPTH_MAX};

/// A JSON value of at most 24 KiB and 64 levels, whose strings are Unicode and whose numbers a double can hold.
#[derive(Clone, Debug)]
pub struct Content(Box<RawValue>);

/// Why a value cannot be content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// More bytes than a frame has room for.
    #[error("content may have {CONTENT_BYTES_MAX} bytes")]
    TooLarge,
    /// Nothing at all.
    #[error("content may be any JSON value but null")]
    Null,
    /// Something that some receiver's parser would refuse, and its whole frame with it.
    #[error("content may have {CONTENT_DEPTH_MAX} levels, Unicode strings and numbers within the range of a double")]
    Unreadable,
}

impl Content {
    /// Checks the value and keeps its bytes.
    ///
    /// # Errors
    /// When it is too large, `null`, or of a kind that not every receiver can read.
    pub fn parse(json: &str) -> Result<Self, ContentError> {
        let json = json.trim_matches([' ', '\t', '\r', '\n']);
        if json.len() > CONTENT_BYTES_MAX {
            return Err(ContentError::TooLarge);
        }
        if json == "null" {
            return Err(ContentError::Null);
        }
        let mut reader = serde_json::Deserializer::from_str(json);
        Levels(CONTENT_DEPTH_MAX)
            .deserialize(&mut reader)
            .map_err(|_| ContentError::Unreadable)?;
        reader.end().map_err(|_| ContentError::Unreadable)?;
        let raw = RawValue::from_string(json.to_owned()).map_err(|_| ContentError::Unreadable)?;
        Ok(Self(raw))
    }

    /// The JSON text, byte for byte as it came.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The JSON text as a frame embeds it.
    pub(crate) fn raw(&self) -> &RawValue {
        &self.0
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Content {}

/// Walks a value without building it; the number is how many levels it may still open.
#[derive(Clone, Copy)]
struct Levels(usize);

impl Levels {
    fn open<E: Error>(self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Levels {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Levels {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let inner = self.open()?;
        while seq.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inner = self.open()?;
        while map.next_key_seed(inner)?.is_some() {
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_kept_byte_for_byte() {
        for json in [
            r#""""#,
            "0",
            "-0",
            "false",
            "[]",
            "{}",
            r#"{"a" : [1.0, 1e2, 9007199254740993],"a":2}"#,
            r#""\u0000 <b>\u202e \ud83d\ude00 é""#,
            "{\n\t\"x\": \"\u{2028}\"\n}",
        ] {
            assert_eq!(Content::parse(json).unwrap().as_str(), json);
        }
    }

    #[test]
    fn the_largest_has_24_kib() {
        let of = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
        assert!(Content::parse(&of(CONTENT_BYTES_MAX - 1)).is_ok());
        assert!(Content::parse(&of(CONTENT_BYTES_MAX)).is_ok());
        assert_eq!(Content::parse(&of(CONTENT_BYTES_MAX + 1)), Err(ContentError::TooLarge));
        let wide = format!("\"{}\"", "é".repeat(CONTENT_BYTES_MAX / 2 - 1));
        assert!(Content::parse(&wide).is_ok(), "bytes count, not characters");
        assert_eq!(
            Content::parse(&format!(" {}", "é".repeat(CONTENT_BYTES_MAX / 2 + 1))),
            Err(ContentError::TooLarge)
        );
    }

    #[test]
    fn the_deepest_has_64_levels() {
        let of = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Content::parse(&of(63)).is_ok());
        assert!(Content::parse(&of(64)).is_ok());
        assert_eq!(Content::parse(&of(65)), Err(ContentError::Unreadable));
        assert_eq!(Content::parse(&of(10_000)), Err(ContentError::Unreadable));
        let objects = format!("{}1{}", r#"{"a":"#.repeat(65), "}".repeat(65));
        assert_eq!(Content::parse(&objects), Err(ContentError::Unreadable));
    }

    #[test]
    fn null_is_no_content() {
        assert_eq!(Content::parse("null"), Err(ContentError::Null));
        assert!(Content::parse("[null]").is_ok());
    }

    #[test]
    fn what_some_receiver_could_not_read_is_refused() {
        let long_number = "9".repeat(10_000);
        for json in [
            "1e999",
            &long_number,
            r#""\ud800""#,
            r#"{"\udc00":1}"#,
            "",
            "1 2",
            "tru",
            "\u{feff}1",
        ] {
            assert_eq!(Content::parse(json), Err(ContentError::Unreadable), "{:.20}", json);
        }
    }
}
