//! Picks the one token a handshake carries, or says why it carries none that counts.

use super::origin::{Origins, Page};
use super::pairs::{Differ, Pairs};
use super::{cookies, protocols};
use crate::token::Reason;

/// The cookie that always counts. Its prefix lets nobody but this very host set it.
pub const HOST_COOKIE: &str = "__Host-auth";

/// Where a token may come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRules {
    /// The pages that may open a socket.
    pub origins: Origins,
    /// Cookie names that count where [`HOST_COOKIE`] is absent.
    pub cookies: Vec<String>,
    /// Whether the query parameter `token` counts. Addresses end up in logs, so it should not.
    pub query: bool,
}

/// A token nobody has verified yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credential<'a>(&'a str);

impl<'a> Credential<'a> {
    /// Wraps a token, so that it cannot be printed by mistake.
    pub fn new(token: &'a str) -> Self {
        Self(token)
    }

    /// The token as it was sent.
    pub fn token(self) -> &'a str {
        self.0
    }
}

impl std::fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential(..)")
    }
}

/// Finds the token of a handshake.
///
/// # Errors
/// `origin_not_allowed` for a foreign page, whatever it carries; `cookie_without_origin` for a cookie that no page sends;
/// `conflicting_tokens` for different ones in two places; `missing_token` for none.
pub fn find_credential<'a>(
    rules: &CredentialRules,
    headers: &'a Pairs,
    query: &'a Pairs,
) -> Result<Credential<'a>, Reason> {
    let page = rules.origins.page(headers);
    if page == Page::Foreign {
        return Err(Reason::OriginNotAllowed);
    }
    let in_cookies = cookie_tokens(rules, headers)?;
    let explicit = explicit_tokens(rules, headers, query)?;
    let mut all = in_cookies.iter().chain(&explicit);
    let Some(token) = all.next() else {
        return Err(Reason::MissingToken);
    };
    if all.any(|other| other != token) {
        return Err(Reason::ConflictingTokens);
    }
    if explicit.is_empty() && page == Page::Absent {
        return Err(Reason::CookieWithoutOrigin);
    }
    Ok(Credential(token))
}

fn cookie_tokens<'a>(rules: &CredentialRules, headers: &'a Pairs) -> Result<Vec<&'a str>, Reason> {
    let sent = headers.header("Cookie").map_err(|Differ| Reason::ConflictingTokens)?;
    let host = cookies::values(&sent, HOST_COOKIE);
    if !host.is_empty() {
        return Ok(host);
    }
    Ok(rules
        .cookies
        .iter()
        .flat_map(|name| cookies::values(&sent, name))
        .collect())
}

fn explicit_tokens<'a>(rules: &CredentialRules, headers: &'a Pairs, query: &'a Pairs) -> Result<Vec<&'a str>, Reason> {
    let mut tokens = protocols::bearers(headers).map_err(|Differ| Reason::ConflictingTokens)?;
    if rules.query {
        tokens.extend(query.parameter("token").map_err(|Differ| Reason::ConflictingTokens)?);
    }
    Ok(tokens)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PAGE: &str = "https://app.example";

    fn find(rules: &CredentialRules, headers: &[(&str, &str)], query: &[&str]) -> Result<String, Reason> {
        let mut multi = std::collections::BTreeMap::<String, Vec<String>>::new();
        for (name, value) in headers {
            multi.entry((*name).into()).or_default().push((*value).into());
        }
        let headers = Pairs {
            multi,
            ..Pairs::default()
        };
        let values = query.iter().map(|v| (*v).to_owned()).collect();
        let query = Pairs {
            multi: [("token".to_owned(), values)].into(),
            ..Pairs::default()
        };
        find_credential(rules, &headers, &query).map(|c| c.token().to_owned())
    }

    fn rules() -> CredentialRules {
        let cookies = vec!["auth".into(), "id_token".into()];
        CredentialRules {
            origins: Origins::new([PAGE.to_owned()]).unwrap(),
            cookies,
            query: false,
        }
    }

    #[test]
    fn org_01_a_cookie_counts_only_from_an_allowed_page() {
        let cookie = ("Cookie", "auth=t1");
        assert_eq!(find(&rules(), &[cookie, ("Origin", PAGE)], &[]), Ok("t1".into()));
        assert_eq!(find(&rules(), &[cookie], &[]), Err(Reason::CookieWithoutOrigin));
        assert_eq!(
            find(&rules(), &[cookie, ("Origin", "https://evil.example")], &[]),
            Err(Reason::OriginNotAllowed)
        );
    }

    #[test]
    fn crd_04_the_host_cookie_hides_the_others() {
        let headers = [("cookie", "auth=t1; __Host-auth=t2; id_token=t3"), ("origin", PAGE)];
        assert_eq!(find(&rules(), &headers, &[]), Ok("t2".into()));
        let only_host = CredentialRules {
            cookies: vec![],
            ..rules()
        };
        assert_eq!(
            find(&only_host, &[("cookie", "auth=t1"), ("origin", PAGE)], &[]),
            Err(Reason::MissingToken)
        );
    }

    #[test]
    fn org_03_an_explicit_token_needs_no_page_but_bears_no_foreign_one() {
        let bearer = ("Sec-WebSocket-Protocol", "carillon.v1, bearer.t1");
        assert_eq!(find(&rules(), &[bearer], &[]), Ok("t1".into()));
        assert_eq!(find(&rules(), &[bearer, ("Origin", PAGE)], &[]), Ok("t1".into()));
        assert_eq!(
            find(&rules(), &[bearer, ("Origin", "null")], &[]),
            Err(Reason::OriginNotAllowed)
        );
    }

    #[test]
    fn crd_01_different_tokens_in_two_places_conflict_and_equal_ones_do_not() {
        let page = ("Origin", PAGE);
        let bearer = ("Sec-WebSocket-Protocol", "carillon.v1, bearer.t1");
        assert_eq!(
            find(&rules(), &[bearer, page, ("Cookie", "auth=t1")], &[]),
            Ok("t1".into())
        );
        for cookies in [
            "auth=t2",
            "auth=t1; auth=t2",
            "auth=t1; id_token=t2",
            "__Host-auth=t1; __Host-auth=t2",
        ] {
            assert_eq!(
                find(&rules(), &[bearer, page, ("Cookie", cookies)], &[]),
                Err(Reason::ConflictingTokens)
            );
        }
        let two = ("Sec-WebSocket-Protocol", "bearer.t1, bearer.t2");
        assert_eq!(find(&rules(), &[two], &[]), Err(Reason::ConflictingTokens));
    }

    #[test]
    fn crd_05_the_query_counts_only_where_it_is_on() {
        let on = CredentialRules { query: true, ..rules() };
        assert_eq!(find(&on, &[], &["t1"]), Ok("t1".into()));
        assert_eq!(find(&on, &[], &["t1", "t1"]), Ok("t1".into()));
        assert_eq!(find(&on, &[], &["t1", "t2"]), Err(Reason::ConflictingTokens));
        assert_eq!(find(&rules(), &[], &["t1"]), Err(Reason::MissingToken));
    }

    #[test]
    fn nothing_is_missing_and_a_token_never_shows_in_debug_text() {
        assert_eq!(find(&rules(), &[("Origin", PAGE)], &[]), Err(Reason::MissingToken));
        assert_eq!(format!("{:?}", Credential::new("secret")), "Credential(..)");
    }
}
