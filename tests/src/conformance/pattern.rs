//! What a case says is to come, and what its placeholders stand for.
//!
//! - A text is exact. `${name}` in it takes what it meets first, and is compared from then on.
//! - Of an object only the members named are looked at; `null` says that there is none. `{"$exactly": {…}}` allows no others.
//! - Arrays have the same length and order.
//! - `{"$is": "id"}` asks for a form: see [`has_form`]. `{"$json": …}` looks into a text that is JSON. `{"$not": …}` is
//!   anything else; `{"$contains": "…"}` is a text with these words in it, `{"$bytes": 3}` one of this length in UTF-8. Such a
//!   word stands alone in its object.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The values of `${name}`.
#[derive(Debug, Default, Clone)]
pub(super) struct Bindings(BTreeMap<String, Value>);

impl Bindings {
    pub(super) fn bind(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Puts values in the place of placeholders.
    ///
    /// # Errors
    /// One stands for nothing yet.
    pub(super) fn fill(&self, template: &Value) -> Result<Value, String> {
        match template {
            Value::String(text) => match whole(text) {
                Some(name) => self.value(name).cloned(),
                None => self.fill_text(text).map(Value::String),
            },
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(members) => {
                let filled = members
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.fill(value)?)));
                filled.collect::<Result<Map<_, _>, String>>().map(Value::Object)
            }
            other => Ok(other.clone()),
        }
    }

    /// As [`Bindings::fill`], inside a text.
    ///
    /// # Errors
    /// One stands for nothing yet.
    pub(super) fn fill_text(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Words(words) => filled.push_str(words),
                Piece::Name(name) => filled.push_str(&plain(self.value(name)?)),
            }
        }
        Ok(filled)
    }

    fn value(&self, name: &str) -> Result<&Value, String> {
        self.0
            .get(name)
            .ok_or_else(|| format!("${{{name}}} stands for nothing yet"))
    }

    /// Compares what came with what is to come; nothing is bound if they differ.
    ///
    /// # Errors
    /// Where they differ, in words.
    pub(super) fn check(&mut self, pattern: &Value, actual: &Value) -> Result<(), String> {
        let mut bound = self.clone();
        bound.compare(pattern, Some(actual), "")?;
        *self = bound;
        Ok(())
    }

    fn compare(&mut self, pattern: &Value, actual: Option<&Value>, at: &str) -> Result<(), String> {
        let Some(actual) = actual else {
            return if pattern.is_null() {
                Ok(())
            } else {
                Err(format!("{at} is missing"))
            };
        };
        match pattern {
            Value::Null => Err(format!("{at} is there: {}", brief(actual))),
            Value::String(text) => self.compare_text(text, actual, at),
            Value::Array(items) => self.compare_items(items, actual, at),
            Value::Object(members) => match members.iter().next() {
                Some((word, _)) if word.starts_with('$') && members.len() > 1 => {
                    Err(format!("{at}: {word} stands alone in a pattern"))
                }
                Some((word, argument)) if word.starts_with('$') => self.compare_specially(word, argument, actual, at),
                _ => self.compare_members(members, actual, at),
            },
            other if other == actual => Ok(()),
            other => Err(format!("{at} is {} and not {other}", brief(actual))),
        }
    }

    fn compare_members(&mut self, members: &Map<String, Value>, actual: &Value, at: &str) -> Result<(), String> {
        if !actual.is_object() {
            return Err(format!("{at} is {} and no object", brief(actual)));
        }
        let mut members = members.iter();
        members.try_for_each(|(name, pattern)| self.compare(pattern, actual.get(name), &format!("{at}/{name}")))
    }

    fn compare_items(&mut self, items: &[Value], actual: &Value, at: &str) -> Result<(), String> {
        let others = actual.as_array().filter(|others| others.len() == items.len());
        let others = others.ok_or_else(|| format!("{at} is {}, not an array of {}", brief(actual), items.len()))?;
        let mut pairs = items.iter().zip(others).enumerate();
        pairs.try_for_each(|(index, (item, other))| self.compare(item, Some(other), &format!("{at}/{index}")))
    }

    fn compare_specially(&mut self, word: &str, argument: &Value, actual: &Value, at: &str) -> Result<(), String> {
        match (word, argument) {
            ("$exactly", Value::Object(members)) => {
                let others = actual.as_object().into_iter().flat_map(Map::keys);
                let strange: Vec<_> = others.filter(|name| !members.contains_key(*name)).collect();
                match strange.as_slice() {
                    [] => self.compare_members(members, actual, at),
                    _ => Err(format!("{at} has {strange:?} too")),
                }
            }
            ("$is", Value::String(form)) => match has_form(form, actual) {
                Some(true) => Ok(()),
                Some(false) => Err(format!("{at} is {}, which has not the form {form}", brief(actual))),
                None => Err(format!("{at}: there is no form {form}")),
            },
            ("$json", pattern) => {
                let value = actual.as_str().and_then(|text| serde_json::from_str(text).ok());
                let value: Value = value.ok_or_else(|| format!("{at} is {} and no text in JSON", brief(actual)))?;
                self.compare(pattern, Some(&value), at)
            }
            ("$not", pattern) => match self.clone().compare(pattern, Some(actual), at) {
                Ok(()) => Err(format!("{at} is {}, as it should not be", brief(actual))),
                Err(_) => Ok(()),
            },
            ("$contains", Value::String(words)) => match actual.as_str() {
                Some(text) if text.contains(&self.fill_text(words)?) => Ok(()),
                _ => Err(format!("{at} is {}, without {words:?}", brief(actual))),
            },
            ("$bytes", length) => match actual.as_str() {
                Some(text) if *length == text.len() => Ok(()),
                _ => Err(format!("{at} is {} and no text of {length} bytes", brief(actual))),
            },
            _ => Err(format!("{at}: there is no pattern {word} with {argument}")),
        }
    }

    fn compare_text(&mut self, text: &str, actual: &Value, at: &str) -> Result<(), String> {
        let differs = |wanted: &str| format!("{at} is {} and not {wanted}", brief(actual));
        if let Some(name) = whole(text) {
            let bound = self.0.entry(name.to_owned()).or_insert_with(|| actual.clone());
            return if bound == actual {
                Ok(())
            } else {
                Err(differs(&format!("{}, which is {text}", brief(bound))))
            };
        }
        let mut rest = actual.as_str().ok_or_else(|| differs(&format!("{text:?}")))?;
        let pieces = pieces(text);
        for (index, piece) in pieces.iter().enumerate() {
            let words = match piece {
                Piece::Words(words) => (*words).to_owned(),
                Piece::Name(name) if self.knows(name) => plain(self.value(name)?),
                Piece::Name(name) => {
                    // What is bound goes as far as the words that follow.
                    let end = match pieces.get(index + 1) {
                        Some(Piece::Words(next)) => rest.find(next),
                        _ => Some(rest.len()),
                    };
                    let (value, after) = rest.split_at(end.ok_or_else(|| differs(&format!("{text:?}")))?);
                    self.bind(name, value);
                    rest = after;
                    continue;
                }
            };
            rest = rest.strip_prefix(&words).ok_or_else(|| differs(&format!("{text:?}")))?;
        }
        if rest.is_empty() {
            Ok(())
        } else {
            Err(differs(&format!("{text:?}")))
        }
    }
}

/// Whether a value has the form that the service gives it; none if there is no such form.
fn has_form(form: &str, value: &Value) -> Option<bool> {
    let text = value.as_str().unwrap_or_default();
    let like = |shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
                b'9' => byte.is_ascii_digit(),
                b'a' => byte.is_ascii_alphabetic(),
                other => byte == other,
            })
    };
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    Some(match form {
        // 11 bytes in URL-safe base64 with padding.
        "id" => text.len() == 16 && text.ends_with('=') && text.bytes().take(15).all(is_base64),
        "common log time" => like("99/aaa/9999:99:99:99 +0000"),
        "ISO 8601 time" => like("9999-99-99T99:99:99.999Z") || like("9999-99-99T99:99:99Z"),
        "trace" => text.starts_with("Root=1-"),
        // A count of milliseconds since 1970 that is not one of seconds.
        "epoch in ms" => value.as_u64().is_some_and(|ms| ms > 1_000_000_000_000),
        "integer" => value.is_u64() || value.is_i64(),
        "text" => value.is_string(),
        "anything" => true,
        _ => return None,
    })
}

enum Piece<'a> {
    Words(&'a str),
    Name(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        if !before.is_empty() {
            pieces.push(Piece::Words(before));
        }
        pieces.push(Piece::Name(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

/// The name, if the text is one placeholder and nothing else.
fn whole(text: &str) -> Option<&str> {
    match pieces(text).as_slice() {
        [Piece::Name(name)] => Some(name),
        _ => None,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value as a complaint shows it.
pub(super) fn brief(value: &Value) -> String {
    const SHOWN: usize = 300;
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn is_like(pattern: &Value, actual: &Value) -> bool {
        Bindings::default().check(pattern, actual).is_ok()
    }

    #[test]
    fn placeholders_are_bound_once_and_compared_from_then_on() {
        let mut bindings = Bindings::default();
        let frame = json!(r#"{"connectionId":"${id}", "requestId":"${request}"}"#);
        bindings
            .check(&frame, &json!(r#"{"connectionId":"a=", "requestId":"b="}"#))
            .unwrap();
        assert_eq!(
            bindings.fill(&json!(["${id}", "/x/${request}"])).unwrap(),
            json!(["a=", "/x/b="])
        );
        assert!(
            bindings
                .check(&frame, &json!(r#"{"connectionId":"c=", "requestId":"b="}"#))
                .is_err()
        );
        assert!(
            bindings.check(&json!("${number}"), &json!(7)).is_ok(),
            "a whole value keeps its type"
        );
        assert!(bindings.check(&json!("${number}"), &json!("7")).is_err());
        assert!(bindings.fill(&json!("${nobody}")).is_err());
    }

    #[test]
    fn texts_are_exact() {
        assert!(is_like(&json!("a: b"), &json!("a: b")));
        for (pattern, actual) in [("a: b", "a:b"), ("a${x}c", "ab"), ("ab", "abc"), ("1", "2")] {
            assert!(!is_like(&json!(pattern), &json!(actual)), "{pattern} {actual}");
        }
        assert!(!is_like(&json!("1"), &json!(1)));
    }

    #[test]
    fn members_are_present_absent_or_exact() {
        let actual = json!({ "a": 1, "b": { "c": "x" } });
        assert!(is_like(&json!({ "b": { "c": "x", "d": null } }), &actual));
        assert!(!is_like(&json!({ "a": null }), &actual));
        assert!(!is_like(&json!({ "c": { "$is": "anything" } }), &actual));
        assert!(is_like(
            &json!({ "$exactly": { "a": 1, "b": { "$exactly": { "c": { "$is": "text" } } } } }),
            &actual
        ));
        assert!(!is_like(&json!({ "$exactly": { "a": 1 } }), &actual));
        assert!(!is_like(&json!([1]), &json!([1, 2])));
    }

    #[test]
    fn forms_and_other_patterns() {
        for (form, value, expected) in [
            ("id", json!("PJqB0fHsqRcCHlw="), true),
            ("id", json!("b2a1f9e0-0000-4000-8000-000000000000"), false),
            ("common log time", json!("09/Feb/2024:18:11:43 +0000"), true),
            ("common log time", json!("9/Feb/2024:18:11:43 +0000"), false),
            ("ISO 8601 time", json!("2025-03-01T10:00:00.000Z"), true),
            ("epoch in ms", json!(1_740_823_200_000_u64), true),
            ("epoch in ms", json!(1_740_823_200), false),
        ] {
            assert_eq!(is_like(&json!({ "$is": form }), &value), expected, "{form} {value}");
        }
        assert!(!is_like(&json!({ "$is": "nonsense" }), &json!(1)));
        assert!(is_like(&json!({ "$json": { "a": 1 } }), &json!(r#"{"a":1,"b":2}"#)));
        assert!(!is_like(&json!({ "$not": "x" }), &json!("x")));
        assert!(is_like(&json!({ "$contains": "b" }), &json!("abc")));
        assert!(is_like(&json!({ "$bytes": 2 }), &json!("ü")));
        assert!(!is_like(&json!({ "$bytes": 1 }), &json!("ü")));
        assert!(!is_like(&json!({ "$is": "text", "a": 1 }), &json!("x")));
    }
}
