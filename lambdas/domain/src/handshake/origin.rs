//! Which pages may open a socket. Browsers send cookies with every page's handshake; only `Origin` tells the pages apart.

use super::pairs::{Differ, Pairs};

/// The origins allowed, compared byte for byte: no prefix, pattern or normalisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins(Vec<String>);

/// What a handshake says about its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Exactly an allowed origin.
    Allowed,
    /// No `Origin` at all: no browser.
    Absent,
    /// Any other value, or more than one.
    Foreign,
}

impl Origins {
    /// `None` if one of them is not of the form `scheme://host[:port]`, which could then never match.
    pub fn new(origins: impl IntoIterator<Item = String>) -> Option<Self> {
        let origins: Vec<String> = origins.into_iter().collect();
        (!origins.is_empty() && origins.iter().all(|o| is_origin(o))).then_some(Self(origins))
    }

    /// Judges the `Origin` of a handshake.
    pub fn page(&self, headers: &Pairs) -> Page {
        match headers.header("Origin").as_deref() {
            Ok([]) => Page::Absent,
            Ok([origin]) if self.0.iter().any(|allowed| allowed == origin) => Page::Allowed,
            Ok(_) | Err(Differ) => Page::Foreign,
        }
    }
}

/// As browsers write one: http or https, lower case, no path, user or trailing slash.
fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or_default();
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:[]".contains(&b);
    !host.is_empty() && host.bytes().all(letter)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn page(values: &[&str]) -> Page {
        let allowed = Origins::new(["https://app.example".into(), "http://localhost:3000".into()]).unwrap();
        let values = values.iter().map(|v| (*v).to_owned()).collect();
        allowed.page(&Pairs {
            multi: [("origin".to_owned(), values)].into(),
            ..Pairs::default()
        })
    }

    #[test]
    fn org_02_only_an_exact_match_is_allowed() {
        assert_eq!(page(&["https://app.example"]), Page::Allowed);
        assert_eq!(page(&["http://localhost:3000"]), Page::Allowed);
        let long = format!("https://app.example{}", "a".repeat(10_240));
        for origin in [
            "null",
            "",
            "http://app.example",
            "https://app.example:443",
            "https://x.app.example",
            "https://app.example.evil.example",
            "https://evil-app.example",
            "https://APP.example",
            "https://app.example.",
            "https://app.example/",
            "https://u@app.example",
            "https://xn--app-exmple",
            " https://app.example",
            "https://app.example\t",
            "https://app.example,https://evil.example",
            "http://localhost:30000",
            "http://127.0.0.1:3000",
            &long,
        ] {
            assert_eq!(page(&[origin]), Page::Foreign, "{origin:.40}");
        }
    }

    #[test]
    fn org_02_two_origins_are_foreign_even_if_both_are_allowed() {
        assert_eq!(page(&["https://app.example", "http://localhost:3000"]), Page::Foreign);
    }

    #[test]
    fn none_is_absent() {
        assert_eq!(page(&[]), Page::Absent);
    }

    #[test]
    fn org_02_maps_that_differ_are_foreign() {
        let headers = Pairs {
            single: [("Origin".to_owned(), "https://app.example".to_owned())].into(),
            multi: [("Origin".to_owned(), vec!["https://evil.example".to_owned()])].into(),
        };
        assert_eq!(
            Origins::new(["https://app.example".into()]).unwrap().page(&headers),
            Page::Foreign
        );
    }

    #[test]
    fn a_list_that_could_never_match_is_no_list() {
        assert!(Origins::new([]).is_none());
        assert!(Origins::new(["http://[::1]:3000".into()]).is_some());
        for bad in [
            "",
            "app.example",
            "https://",
            "https://app.example/",
            "https://App.example",
            "*",
            "https://*",
        ] {
            assert!(Origins::new([bad.to_owned()]).is_none(), "{bad:?}");
        }
    }
}
