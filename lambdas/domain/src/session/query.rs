//! A query as it was sent. API Gateway's own map joins repeated parameters with commas, which hides that they were.

use super::form;
use crate::limits::QUERY_BYTES_MAX;

/// The parameters of a query, none of them believed to stand there only once.
pub struct Query(Option<Vec<(String, Option<String>)>>);

/// The parameter stands there more than once, or cannot be read, or the query is too long to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl Query {
    /// Reads the text after the `?`.
    pub fn read(text: &str) -> Self {
        if text.len() > QUERY_BYTES_MAX {
            return Self(None);
        }
        let pairs = text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Self(Some(
            pairs
                .filter_map(|(name, value)| Some((form::decode(name)?, form::decode(value))))
                .collect(),
        ))
    }

    /// The one value of a parameter, if it is there.
    ///
    /// # Errors
    /// Also when it is there twice with the same value.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Unreadable> {
        let pairs = self.0.as_ref().ok_or(Unreadable)?;
        let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(Some(value)), None) => Ok(Some(value)),
            (Some(_), _) => Err(Unreadable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_found_decoded() {
        let query = Query::read("code=a%2Fb&state=c+d&empty=&bare&&=x");
        assert_eq!(query.one("code"), Ok(Some("a/b")));
        assert_eq!(query.one("state"), Ok(Some("c d")));
        assert_eq!((query.one("empty"), query.one("bare")), (Ok(Some("")), Ok(Some(""))));
        assert_eq!(query.one("Code"), Ok(None));
        assert_eq!(Query::read("").one("code"), Ok(None));
    }

    #[test]
    fn twice_is_unreadable_however_it_is_spelt() {
        for text in [
            "code=a&code=a",
            "code=a&code=b",
            "code=a&%63ode=b",
            "code=%&x=1",
            "code&code",
        ] {
            assert_eq!(Query::read(text).one("code"), Err(Unreadable), "{text}");
            assert_eq!(Query::read(text).one("state"), Ok(None));
        }
    }

    #[test]
    fn a_query_of_8_kib_is_the_longest() {
        let of = |bytes: usize| format!("a={}", "b".repeat(bytes - 2));
        assert!(Query::read(&of(QUERY_BYTES_MAX - 1)).one("a").is_ok());
        assert!(Query::read(&of(QUERY_BYTES_MAX)).one("a").is_ok());
        assert_eq!(Query::read(&of(QUERY_BYTES_MAX + 1)).one("a"), Err(Unreadable));
    }
}
