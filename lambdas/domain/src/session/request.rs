//! What is asked of the session endpoint, taken from the event but not believed.

use std::net::IpAddr;

use super::query::Query;
use super::secret::Secret;
use crate::handshake::cookies;
use crate::limits::SESSION_BODY_BYTES_MAX;

/// One HTTP request. It shows no debug text, since most of it is secret.
#[derive(Clone, Default)]
pub struct Request {
    /// The method, in capitals as HTTP has it.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query as it was sent, still encoded.
    pub query: String,
    /// `Origin`.
    pub origin: Option<String>,
    /// `Sec-Fetch-Site`.
    pub fetch_site: Option<String>,
    /// `Accept`.
    pub accept: Option<String>,
    /// `Authorization`.
    pub authorization: Option<String>,
    /// The cookies, each `name=value` or several of them with semicolons between.
    pub cookies: Vec<String>,
    /// Bytes of the body. What is in it matters to nobody.
    pub body_bytes: usize,
    /// Where the request comes from, for the log.
    pub source: Option<IpAddr>,
}

/// What there is to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Who is signed in?
    Who,
    /// Leave for the pool's sign-in page.
    Login,
    /// Come back from there.
    Callback,
    /// Put a token into the cookie.
    Adopt,
    /// Get a new token.
    Refresh,
    /// Sign out here.
    SignOut,
    /// Sign out everywhere.
    SignOutEverywhere,
}

impl Route {
    fn find(method: &str, path: &str) -> Option<Self> {
        match (method, path) {
            ("GET", "/session") => Some(Self::Who),
            ("GET", "/session/login") => Some(Self::Login),
            ("GET", "/session/callback") => Some(Self::Callback),
            ("POST", "/session") => Some(Self::Adopt),
            ("POST", "/session/refresh") => Some(Self::Refresh),
            ("DELETE", "/session") => Some(Self::SignOut),
            ("DELETE", "/session/all") => Some(Self::SignOutEverywhere),
            _ => None,
        }
    }

    /// Whether a foreign page must not be able to cause it. The others only read, or begin what the browser's user
    /// then sees and ends.
    pub fn is_guarded(self) -> bool {
        match self {
            Self::Adopt | Self::Refresh | Self::SignOut | Self::SignOutEverywhere => true,
            Self::Who | Self::Login | Self::Callback => false,
        }
    }

    fn is_navigation(self) -> bool {
        match self {
            Self::Login | Self::Callback => true,
            Self::Who | Self::Adopt | Self::Refresh | Self::SignOut | Self::SignOutEverywhere => false,
        }
    }
}

impl Request {
    /// What is asked for; `None` if there is no such thing.
    pub fn route(&self) -> Option<Route> {
        Route::find(&self.method, &self.path)
    }

    /// The parameters of the query.
    pub fn parameters(&self) -> Query {
        Query::read(&self.query)
    }

    /// The value of a cookie; `None` too if there are different ones under this name: one of them is somebody's trick.
    pub fn cookie(&self, name: &str) -> Option<Secret> {
        let sent: Vec<&str> = self.cookies.iter().map(String::as_str).collect();
        let values = cookies::values(&sent, name);
        let (first, others) = values.split_first()?;
        others
            .iter()
            .all(|other| other == first)
            .then(|| Secret::parse(first))
            .flatten()
    }

    /// The token of `Authorization: Bearer <token>`.
    pub fn bearer(&self) -> Option<Secret> {
        let (scheme, token) = self.authorization.as_deref()?.trim_matches(' ').split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| Secret::parse(token.trim_matches(' ')))
            .flatten()
    }

    /// Whether the body has more bytes than anybody needs to send.
    pub fn is_too_large(&self) -> bool {
        self.body_bytes > SESSION_BODY_BYTES_MAX
    }

    /// Whether a person would read the answer: the browser goes there, and says that it shows HTML.
    pub fn wants_page(&self) -> bool {
        let types = self.accept.as_deref().unwrap_or_default().split(',');
        let mut names = types.filter_map(|range| range.split(';').next());
        self.route().is_some_and(Route::is_navigation)
            && names.any(|name| name.trim_matches([' ', '\t']).eq_ignore_ascii_case("text/html"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn asking(method: &str, path: &str) -> Request {
        Request {
            method: method.into(),
            path: path.into(),
            ..Request::default()
        }
    }

    fn cookie(cookies: &[&str]) -> Option<String> {
        let request = Request {
            cookies: cookies.iter().map(|c| (*c).to_owned()).collect(),
            ..Request::default()
        };
        request.cookie("__Host-auth").map(|secret| secret.expose().to_owned())
    }

    fn bearer(authorization: &str) -> Option<String> {
        let request = Request {
            authorization: Some(authorization.to_owned()),
            ..Request::default()
        };
        request.bearer().map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn methods_and_paths_are_exact() {
        assert_eq!(asking("GET", "/session").route(), Some(Route::Who));
        assert_eq!(asking("DELETE", "/session/all").route(), Some(Route::SignOutEverywhere));
        for (method, path) in [
            ("get", "/session"),
            ("HEAD", "/session"),
            ("GET", "/session/"),
            ("GET", "/Session"),
            ("GET", "//session"),
            ("GET", "/session/refresh"),
            ("POST", "/session/login"),
            ("DELETE", "/session/login"),
            ("PUT", "/session"),
            ("OPTIONS", "/session"),
            ("", ""),
            ("GET", "/"),
        ] {
            assert_eq!(asking(method, path).route(), None, "{method} {path}");
        }
    }

    #[test]
    fn exactly_what_changes_something_is_guarded() {
        for (method, path, guarded) in [
            ("GET", "/session", false),
            ("GET", "/session/login", false),
            ("GET", "/session/callback", false),
            ("POST", "/session", true),
            ("POST", "/session/refresh", true),
            ("DELETE", "/session", true),
            ("DELETE", "/session/all", true),
        ] {
            assert_eq!(
                asking(method, path).route().unwrap().is_guarded(),
                guarded,
                "{method} {path}"
            );
        }
    }

    #[test]
    fn a_cookie_counts_once_or_twice_the_same_and_with_any_spacing() {
        assert_eq!(cookie(&["a=b", "__Host-auth=t=1"]).as_deref(), Some("t=1"));
        assert_eq!(cookie(&["  __Host-auth =\tt ; x=y"]).as_deref(), Some("t"));
        assert_eq!(cookie(&["__Host-auth=t", "__Host-auth=t"]).as_deref(), Some("t"));
        assert_eq!(cookie(&["__Host-auth=t; __Host-auth=u"]), None);
        assert_eq!(cookie(&["__Host-auth=t", "__Host-auth="]), None);
        for absent in [
            "__host-auth=t",
            "__Host-auth",
            "x__Host-auth=t",
            "__Host-auth=",
            "__Host-auth=a b",
            "",
        ] {
            assert_eq!(cookie(&[absent]), None, "{absent}");
        }
    }

    #[test]
    fn a_bearer_s_scheme_has_any_case() {
        for good in ["Bearer t.o-k", "bearer t.o-k", "BEARER  t.o-k ", " Bearer t.o-k"] {
            assert_eq!(bearer(good).as_deref(), Some("t.o-k"), "{good}");
        }
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            "Bearert",
            "Basic t",
            "Bearer t u",
            "Bearer t,Bearer t",
            "Bearer\tt",
        ] {
            assert_eq!(bearer(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_body_of_4_kib_is_the_largest() {
        for (bytes, too_large) in [(4095, false), (4096, false), (4097, true)] {
            let request = Request {
                body_bytes: bytes,
                ..Request::default()
            };
            assert_eq!(request.is_too_large(), too_large, "{bytes}");
        }
    }

    #[test]
    fn only_a_browser_that_goes_there_gets_a_page() {
        let wants = |path: &str, accept: Option<&str>| {
            Request {
                accept: accept.map(str::to_owned),
                ..asking("GET", path)
            }
            .wants_page()
        };
        assert!(wants(
            "/session/callback",
            Some("text/html,application/xhtml+xml,*/*;q=0.8")
        ));
        assert!(wants("/session/login", Some("application/json, Text/HTML;q=0.5")));
        assert!(!wants("/session", Some("text/html")));
        assert!(!wants("/session/callback", Some("*/*")));
        assert!(!wants("/session/callback", Some("application/json,text/htmlx")));
        assert!(!wants("/session/callback", None));
    }
}
