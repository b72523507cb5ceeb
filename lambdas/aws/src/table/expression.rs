//! Names and values that the expressions of one request stand for, so that each request says them once and in one way.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::attributes::Row;

/// `#name` stands for an attribute, since many of them are reserved words, and `:name` for a value.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    names: HashMap<String, String>,
    values: Row,
}

impl Terms {
    /// Attributes, each under its own name.
    pub(super) fn of<const N: usize>(attributes: [&str; N]) -> Self {
        Self::default().and(attributes)
    }

    /// Further ones.
    pub(super) fn and<const N: usize>(self, attributes: [&str; N]) -> Self {
        attributes
            .into_iter()
            .fold(self, |terms, attribute| terms.name(attribute, attribute))
    }

    /// An attribute under another name: one that holds what an expression cannot spell.
    pub(super) fn name(mut self, placeholder: &str, attribute: impl Into<String>) -> Self {
        self.names.insert(format!("#{placeholder}"), attribute.into());
        self
    }

    /// A value.
    pub(super) fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.insert(format!(":{placeholder}"), value);
        self
    }

    /// The names, as a request wants them.
    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        some(&self.names)
    }

    /// The values, as a request wants them.
    pub(super) fn values(&self) -> Option<Row> {
        some(&self.values)
    }
}

/// DynamoDB refuses an empty map where it takes none at all.
fn some<V: Clone>(map: &HashMap<String, V>) -> Option<HashMap<String, V>> {
    (!map.is_empty()).then(|| map.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::attributes::number;

    #[test]
    fn attributes_stand_under_their_own_names_and_nothing_is_left_out_rather_than_empty() {
        let terms = Terms::of(["life"]).name("channel", "room:a").value("now", number(1));
        let names = terms.names().unwrap_or_default();
        assert_eq!(
            (names["#life"].as_str(), names["#channel"].as_str()),
            ("life", "room:a")
        );
        assert_eq!(terms.values().unwrap_or_default()[":now"], number(1));
        assert_eq!((Terms::default().names(), Terms::default().values()), (None, None));
    }
}
