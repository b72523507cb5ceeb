//! Event patterns: exact values, as EventBridge matches them
//! (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>).

use std::collections::BTreeMap;

use serde_json::Value;

/// What an event must look like.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pattern {
    /// Every field must be there and match.
    Fields(BTreeMap<String, Pattern>),
    /// One of these values.
    OneOf(Vec<Value>),
}

/// Why a pattern cannot be matched with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadPattern {
    /// It compares by an operator such as `prefix`.
    Operator(String),
    /// EventBridge would not take it.
    Shape,
}

impl Pattern {
    pub(crate) fn read(pattern: &Value) -> Result<Self, BadPattern> {
        match pattern {
            Value::Object(fields) if !fields.is_empty() => Self::fields(fields),
            Value::Array(values) if !values.is_empty() => Self::one_of(values),
            _ => Err(BadPattern::Shape),
        }
    }

    fn fields(fields: &serde_json::Map<String, Value>) -> Result<Self, BadPattern> {
        let read = |(name, pattern): (&String, &Value)| match name.as_str() {
            "$or" => Err(BadPattern::Operator(name.clone())),
            _ => Ok((name.clone(), Self::read(pattern)?)),
        };
        fields.iter().map(read).collect::<Result<_, _>>().map(Self::Fields)
    }

    fn one_of(values: &[Value]) -> Result<Self, BadPattern> {
        for value in values {
            match value {
                Value::Object(operator) => {
                    let names = operator.keys().map(String::as_str);
                    return Err(BadPattern::Operator(names.collect::<Vec<_>>().join(", ")));
                }
                Value::Array(_) => return Err(BadPattern::Shape),
                _ => {}
            }
        }
        Ok(Self::OneOf(values.to_vec()))
    }

    /// A list in the event matches when one of its items does.
    pub(crate) fn matches(&self, event: &Value) -> bool {
        match (self, event) {
            (_, Value::Array(items)) => items.iter().any(|item| self.matches(item)),
            (Self::Fields(fields), Value::Object(event)) => fields
                .iter()
                .all(|(name, pattern)| event.get(name).is_some_and(|value| pattern.matches(value))),
            (Self::Fields(_), _) => false,
            (Self::OneOf(values), value) => values.contains(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn matches(pattern: Value, event: Value) -> Result<bool, BadPattern> {
        Pattern::read(&pattern).map(|pattern| pattern.matches(&event))
    }

    #[test]
    fn every_field_must_have_one_of_its_values() {
        let event = json!({
            "source": "shop", "detail-type": "Paid",
            "detail": { "state": "done", "sum": 3, "gift": null, "late": false, "tags": ["a", "b"], "by": { "id": "u" } },
        });
        for (pattern, expected) in [
            (json!({ "source": ["shop"] }), true),
            (json!({ "source": ["other", "shop"], "detail-type": ["Paid"] }), true),
            (json!({ "source": ["shop"], "detail-type": ["Refunded"] }), false),
            (json!({ "source": ["Shop"] }), false),
            (
                json!({ "detail": { "state": ["done"], "by": { "id": ["u", "v"] } } }),
                true,
            ),
            (json!({ "detail": { "state": ["done"], "by": { "id": ["w"] } } }), false),
            (
                json!({ "detail": { "sum": [3], "gift": [null], "late": [false] } }),
                true,
            ),
            (json!({ "detail": { "sum": ["3"] } }), false),
            (json!({ "detail": { "tags": ["b"] } }), true),
            (json!({ "detail": { "tags": ["c"] } }), false),
            (json!({ "detail": { "absent": [null] } }), false),
            (json!({ "detail": { "state": { "deeper": ["done"] } } }), false),
            (json!({ "region": ["shop"] }), false),
        ] {
            assert_eq!(matches(pattern.clone(), event.clone()), Ok(expected), "{pattern}");
        }
    }

    #[test]
    fn what_is_no_exact_value_is_told() {
        for pattern in [
            json!({ "source": [{ "prefix": "s" }] }),
            json!({ "detail": { "state": ["done", { "prefix": "d" }] } }),
        ] {
            let read = Pattern::read(&pattern);
            assert_eq!(read, Err(BadPattern::Operator("prefix".into())), "{pattern}");
        }
        let or = Pattern::read(&json!({ "$or": [{ "source": ["a"] }] }));
        assert_eq!(or, Err(BadPattern::Operator("$or".into())));
        for pattern in [
            json!({}),
            json!("shop"),
            json!({ "source": "shop" }),
            json!({ "source": [] }),
            json!({ "source": [["shop"]] }),
        ] {
            assert_eq!(Pattern::read(&pattern), Err(BadPattern::Shape), "{pattern}");
        }
    }
}
