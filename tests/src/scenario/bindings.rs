//! What the placeholders of a scenario stand for: fills them into what is sent, and binds or compares them in what comes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The values of `$name`, and the ids of the users.
#[derive(Debug, Default, Clone)]
pub struct Bindings {
    values: BTreeMap<String, Value>,
    users: BTreeMap<String, String>,
}

impl Bindings {
    /// Tells a user's id.
    pub fn know_user(&mut self, name: &str, id: &str) {
        self.users.insert(name.to_owned(), id.to_owned());
    }

    /// Puts values in the place of all placeholders.
    ///
    /// # Errors
    /// One stands for nothing yet.
    pub fn fill(&self, template: &Value) -> Result<Value, String> {
        match template {
            Value::String(text) => match Placeholder::read(text) {
                Some(placeholder) => self.value(&placeholder),
                None => self.text(text).map(Value::String),
            },
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| Ok((self.text(name)?, self.fill(value)?)))
                .collect::<Result<Map<_, _>, String>>()
                .map(Value::Object),
            other => Ok(other.clone()),
        }
    }

    /// Compares what came with what is to come; placeholders that stand for nothing yet stand for what they meet.
    ///
    /// Of an object only the members named are looked at; `null` says that there is none. Arrays have the same length, and
    /// the same order, or any order where `{"any order": [...]}` is written.
    ///
    /// # Errors
    /// Where they differ, in words. Nothing is bound then.
    pub fn check(&mut self, pattern: &Value, actual: &Value) -> Result<(), String> {
        let mut bound = self.clone();
        bound.compare(pattern, Some(actual), "")?;
        *self = bound;
        Ok(())
    }

    /// Whether it would be like that.
    pub fn is_like(&self, pattern: &Value, actual: &Value) -> bool {
        self.clone().check(pattern, actual).is_ok()
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
            Value::String(text) => self.compare_text(text, actual, at),
            Value::Array(items) => self.compare_in_order(items, actual, at),
            Value::Object(members) => match members.get("any order").and_then(Value::as_array) {
                Some(items) => self.compare_in_any_order(items, actual, at),
                None => members.iter().try_for_each(|(name, pattern)| {
                    let name = self.text(name)?;
                    self.compare(pattern, actual.get(&name), &format!("{at}/{name}"))
                }),
            },
            Value::Null => Err(format!("{at} is there: {actual}")),
            other if other == actual => Ok(()),
            other => Err(format!("{at} is {actual} and not {other}")),
        }
    }

    fn compare_text(&mut self, text: &str, actual: &Value, at: &str) -> Result<(), String> {
        let Some(placeholder) = Placeholder::read(text) else {
            let wanted = self.text(text)?;
            return if *actual == wanted {
                Ok(())
            } else {
                Err(format!("{at} is {actual} and not {wanted:?}"))
            };
        };
        if placeholder.offset == 0 && !self.values.contains_key(placeholder.name) {
            self.values.insert(placeholder.name.to_owned(), actual.clone());
            return Ok(());
        }
        let wanted = self.value(&placeholder)?;
        if wanted == *actual {
            Ok(())
        } else {
            Err(format!("{at} is {actual} and not {wanted}, which is {text}"))
        }
    }

    fn compare_in_order(&mut self, items: &[Value], actual: &Value, at: &str) -> Result<(), String> {
        let others = same_length(items, actual, at)?;
        let mut pairs = items.iter().zip(others).enumerate();
        pairs.try_for_each(|(index, (item, other))| self.compare(item, Some(other), &format!("{at}/{index}")))
    }

    fn compare_in_any_order(&mut self, items: &[Value], actual: &Value, at: &str) -> Result<(), String> {
        let mut left: Vec<&Value> = same_length(items, actual, at)?.iter().collect();
        for item in items {
            let found = left.iter().position(|other| self.is_like(item, other));
            let found = found.ok_or_else(|| format!("{at} is {actual}, without {item}"))?;
            self.check(item, left.swap_remove(found))?;
        }
        Ok(())
    }

    fn value(&self, placeholder: &Placeholder<'_>) -> Result<Value, String> {
        let value = self.values.get(placeholder.name);
        let value = value.ok_or_else(|| format!("${} stands for nothing yet", placeholder.name))?;
        if placeholder.offset == 0 {
            return Ok(value.clone());
        }
        let number = value.as_i64().and_then(|number| number.checked_add(placeholder.offset));
        number
            .map(Value::from)
            .ok_or_else(|| format!("${} is {value}, with which nobody counts", placeholder.name))
    }

    /// Puts ids and names of direct channels into a text.
    fn text(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (words, after) = after.split_once('}').ok_or_else(|| format!("{text} has no end"))?;
            filled.push_str(before);
            filled.push_str(&self.words(words)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn words(&self, words: &str) -> Result<String, String> {
        let id = |name: &str| {
            let id = self.users.get(name);
            id.cloned().ok_or_else(|| format!("{{{words}}} names no user"))
        };
        match words.split(' ').collect::<Vec<_>>().as_slice() {
            ["dm", one, other] => {
                let mut pair = [id(one)?, id(other)?];
                pair.sort();
                Ok(format!("dm:{}:{}", pair[0], pair[1]))
            }
            _ => id(words),
        }
    }
}

fn same_length<'a>(items: &[Value], actual: &'a Value, at: &str) -> Result<&'a [Value], String> {
    match actual.as_array() {
        Some(others) if others.len() == items.len() => Ok(others),
        _ => Err(format!("{at} is {actual}, not an array of {}", items.len())),
    }
}

/// `$name`, `$name+1` or `$name-1`.
struct Placeholder<'a> {
    name: &'a str,
    offset: i64,
}

impl<'a> Placeholder<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix('$')?;
        let end = text.find(['+', '-']).unwrap_or(text.len());
        let (name, offset) = text.split_at(end);
        let offset = if offset.is_empty() { 0 } else { offset.parse().ok()? };
        (!name.is_empty()).then_some(Self { name, offset })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_is_bound_once_and_compared_from_then_on() {
        let mut bindings = Bindings::default();
        bindings
            .check(&json!({ "seq": "$n" }), &json!({ "seq": 7, "at": 1 }))
            .unwrap();
        assert!(bindings.is_like(&json!(["$n", "$n+1", "$n-7"]), &json!([7, 8, 0])));
        assert!(!bindings.is_like(&json!("$n"), &json!(8)));
        assert!(!bindings.is_like(&json!("$n+1"), &json!(7)));
        assert!(!bindings.is_like(&json!("$m+1"), &json!(7)), "nothing to count from");
        assert_eq!(
            bindings.fill(&json!({ "since": "$n+10" })).unwrap(),
            json!({ "since": 17 })
        );
        assert!(bindings.fill(&json!("$m")).is_err());
    }

    #[test]
    fn what_does_not_fit_binds_nothing() {
        let mut bindings = Bindings::default();
        assert!(
            bindings
                .check(&json!({ "a": "$n", "b": 2 }), &json!({ "a": 1, "b": 3 }))
                .is_err()
        );
        assert!(bindings.fill(&json!("$n")).is_err());
    }

    #[test]
    fn users_stand_in_texts_and_names() {
        let mut bindings = Bindings::default();
        bindings.know_user("alice", "b-2");
        bindings.know_user("bob", "a-1");
        let template = json!({ "user:{alice}": "{dm alice bob}" });
        assert_eq!(bindings.fill(&template).unwrap(), json!({ "user:b-2": "dm:a-1:b-2" }));
        assert!(bindings.is_like(&template, &json!({ "user:b-2": "dm:a-1:b-2" })));
        assert!(bindings.fill(&json!("{carol}")).is_err());
    }

    #[test]
    fn null_is_absence_and_arrays_are_whole() {
        let bindings = Bindings::default();
        assert!(bindings.is_like(&json!({ "id": null, "more": false }), &json!({ "more": false })));
        assert!(!bindings.is_like(&json!({ "id": null }), &json!({ "id": "x" })));
        assert!(!bindings.is_like(&json!({ "id": "x" }), &json!({})));
        assert!(!bindings.is_like(&json!([1]), &json!([1, 2])));
        assert!(!bindings.is_like(&json!([1, 2]), &json!([2, 1])));
        assert!(bindings.is_like(&json!({ "any order": [1, 2] }), &json!([2, 1])));
        assert!(!bindings.is_like(&json!({ "any order": [1, 1] }), &json!([2, 1])));
    }
}
