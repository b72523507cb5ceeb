//! Reads JSON objects without the two things that let two readers disagree: repeated members and trailing text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

/// The members of one object, each as the text it came as.
#[derive(Debug, Default)]
pub(crate) struct Members<'a> {
    pub(crate) values: BTreeMap<Cow<'a, str>, &'a RawValue>,
    /// The first name that occurs twice.
    pub(crate) repeated: Option<String>,
}

impl<'a> Members<'a> {
    /// `None` if the text is not one JSON object.
    pub(crate) fn read(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::default();
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            if members.values.contains_key(&name) {
                members.repeated.get_or_insert_with(|| name.to_string());
            }
            members.values.insert(name, value);
        }
        Ok(members)
    }
}

/// A member's name, borrowed unless it holds an escape. (`Cow` itself always copies when deserialised.)
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// A JSON value in which no object, at any depth, has a member twice.
pub(crate) struct Strict(pub(crate) Value);

impl Strict {
    /// The members of an object; `None` if the bytes are anything else, or if any name in it is repeated.
    pub(crate) fn object(json: &[u8]) -> Option<Map<String, Value>> {
        match serde_json::from_slice::<Self>(json) {
            Ok(Self(Value::Object(members))) => Some(members),
            Ok(_) | Err(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value without repeated members")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, Strict>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("repeated member"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_text_and_note_repetition() {
        let members = Members::read(r#" {"a": [1, 2], "\u0062":{"c":1,"c":2}} "#).unwrap();
        assert_eq!(members.values["a"].get(), "[1, 2]");
        assert_eq!(members.values["b"].get(), r#"{"c":1,"c":2}"#);
        assert_eq!(members.repeated, None);
        assert_eq!(
            Members::read(r#"{"a":1,"\u0061":2}"#).unwrap().repeated.as_deref(),
            Some("a")
        );
    }

    #[test]
    fn only_one_object_is_an_object() {
        for json in [
            "",
            "[]",
            "1",
            "null",
            "\"a\"",
            "{",
            "{} {}",
            "{}x",
            "\u{feff}{}",
            "{\"a\":}",
        ] {
            assert!(Members::read(json).is_none(), "{json:?}");
        }
    }

    #[test]
    fn strict_refuses_repetition_at_any_depth() {
        assert!(Strict::object(br#"{"a":{"b":1},"c":[{"b":1}]}"#).is_some());
        for json in [
            &br#"{"a":1,"a":1}"#[..],
            br#"{"a":1,"\u0061":1}"#,
            br#"{"a":{"b":1,"b":2}}"#,
            br#"[1]"#,
            b"\xff",
        ] {
            assert!(Strict::object(json).is_none());
        }
    }

    #[test]
    fn tok_09_strict_refuses_what_is_too_deep() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(Strict::object(deep.as_bytes()).is_none());
    }
}
