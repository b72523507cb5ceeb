//! Keeps foreign pages from changing anything here: cookies come along with requests that other pages cause.

use super::request::Request;

impl Request {
    /// Whether nothing says that a foreign page caused it. Browsers say so by `Origin` and `Sec-Fetch-Site`; what sends
    /// neither is no browser, and then no page either.
    pub fn comes_from(&self, own_origin: &str) -> bool {
        let origin_fits = self.origin.as_deref().is_none_or(|origin| origin == own_origin);
        let site_fits = self
            .fetch_site
            .as_deref()
            .is_none_or(|site| site == "same-origin" || site == "none");
        origin_fits && site_fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes(origin: Option<&str>, fetch_site: Option<&str>) -> bool {
        Request {
            origin: origin.map(str::to_owned),
            fetch_site: fetch_site.map(str::to_owned),
            ..Request::default()
        }
        .comes_from("https://app.example")
    }

    #[test]
    fn own_pages_and_programs_pass() {
        let own = Some("https://app.example");
        for site in [None, Some("same-origin"), Some("none")] {
            assert!(comes(own, site) && comes(None, site), "{site:?}");
        }
    }

    #[test]
    fn one_foreign_sign_is_enough() {
        for origin in [
            "",
            "null",
            "https://app.example/",
            "https://app.example.evil.example",
            "http://app.example",
            "https://APP.example",
            "https://app.example:443",
            "https://app.example,https://app.example",
            " https://app.example",
        ] {
            assert!(!comes(Some(origin), Some("same-origin")), "{origin:?}");
        }
        for site in ["cross-site", "same-site", "", "Same-Origin", "same-origin, cross-site"] {
            assert!(
                !comes(Some("https://app.example"), Some(site)) && !comes(None, Some(site)),
                "{site:?}"
            );
        }
    }
}
