//! Parameters of a query or a form, as OAuth 2.0 reads them: none twice, and an empty one is as good as none
//! (RFC 6749, 3.1 and 3.2).

use crate::cognito::limits::MAX_QUERY_BYTES;

/// Names and values, decoded.
#[derive(Debug, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// `None`: the query is too long, or a name stands twice.
    pub(super) fn of_query(query: &str) -> Option<Self> {
        (query.len() <= MAX_QUERY_BYTES)
            .then(|| Self::parse(query.as_bytes()))
            .flatten()
    }

    /// `None`: a name stands twice.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(text).into_owned() {
            if parameters.0.iter().any(|(other, _)| *other == name) {
                return None;
            }
            parameters.0.push((name, value));
        }
        Some(parameters)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, value)| other == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The value, or the empty text.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }
}

/// The address with these parameters behind those that it has already.
pub(super) fn with_parameters(address: &str, parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once_and_an_empty_value_not_at_all() {
        let parameters = Parameters::parse(b"a=1&b=&c=%C5%BC+x").unwrap_or_default();
        assert_eq!(
            ["a", "b", "c", "d"].map(|name| parameters.get(name)),
            [Some("1"), None, Some("ż x"), None]
        );
        assert!(Parameters::parse(b"a=1&a=1").is_none());
        assert!(Parameters::parse(b"%ff=%&=&").is_some());
    }

    #[test]
    fn a_query_has_at_most_its_bytes() {
        for (bytes, fits) in [
            (MAX_QUERY_BYTES - 1, true),
            (MAX_QUERY_BYTES, true),
            (MAX_QUERY_BYTES + 1, false),
        ] {
            assert_eq!(Parameters::of_query(&"a".repeat(bytes)).is_some(), fits, "{bytes}");
        }
    }

    #[test]
    fn parameters_are_added_to_those_that_are_there() {
        assert_eq!(with_parameters("app://x", &[("a", "1 &")]), "app://x?a=1+%26");
        assert_eq!(with_parameters("app://x?y=z", &[("a", "1")]), "app://x?y=z&a=1");
    }
}
