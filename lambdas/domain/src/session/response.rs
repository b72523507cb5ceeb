//! What the session endpoint answers: always with the same guards around it, whatever it is.

use std::fmt;

use serde::Serialize;

use super::cookie::Cookie;
use super::error_page;
use super::refusal::Refusal;
use super::request::Request;
use crate::identity::Identity;

/// Headers of every answer: kept nowhere, read as nothing else, and its address told to nobody.
const GUARDS: [(&str, &str); 3] = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
];

/// One HTTP answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers, cookies left out.
    pub headers: Vec<(&'static str, String)>,
    /// The values of `Set-Cookie`.
    pub cookies: Vec<String>,
    /// The body.
    pub body: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedIn<'a> {
    user: &'a str,
    name: &'a str,
    expires_at: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedOut {
    logout_url: Option<String>,
}

#[derive(Serialize)]
struct Refused {
    code: &'static str,
    message: &'static str,
}

impl Response {
    /// Who is signed in, and until when.
    pub fn signed_in(identity: &Identity) -> Self {
        Self::json(
            200,
            &SignedIn {
                user: identity.user.as_str(),
                name: identity.name.as_str(),
                expires_at: identity.expires_at.millis(),
            },
        )
    }

    /// Nobody is signed in any more; where the browser goes so that the pool forgets it too. All cookies go.
    pub fn signed_out(logout_url: Option<String>) -> Self {
        Self::json(200, &SignedOut { logout_url }).clearing(&[Cookie::Auth, Cookie::Refresh, Cookie::SignIn])
    }

    /// Go there.
    pub fn redirect(location: &str) -> Self {
        Self::new(302, vec![("Location", location.to_owned())], String::new())
    }

    /// Why not: a page where a person would read it, JSON otherwise.
    pub fn refused(refusal: Refusal, request: &Request) -> Self {
        if request.wants_page() {
            let headers = vec![
                ("Content-Type", "text/html; charset=utf-8".to_owned()),
                ("Content-Security-Policy", error_page::POLICY.to_owned()),
            ];
            return Self::new(refusal.status(), headers, error_page::html(refusal));
        }
        Self::json(
            refusal.status(),
            &Refused {
                code: refusal.code(),
                message: refusal.message(),
            },
        )
    }

    /// The same, setting this cookie too.
    #[must_use]
    pub fn setting(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// The same, removing these cookies too.
    #[must_use]
    pub fn clearing(self, cookies: &[Cookie]) -> Self {
        cookies
            .iter()
            .fold(self, |response, cookie| response.setting(cookie.clear()))
    }

    fn json(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_string(body) {
            Ok(text) => Self::new(status, vec![("Content-Type", "application/json".to_owned())], text),
            // Texts and numbers alone: nothing that can fail to be written.
            Err(error) => unreachable!("an answer that cannot be written: {error}"),
        }
    }

    fn new(status: u16, headers: Vec<(&'static str, String)>, body: String) -> Self {
        let guards = GUARDS.map(|(name, value)| (name, value.to_owned()));
        Self {
            status,
            headers: guards.into_iter().chain(headers).collect(),
            cookies: Vec::new(),
            body,
        }
    }
}

/// Without cookies and addresses: both carry secrets.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({})", self.status)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::identity::{DisplayName, UserId};
    use crate::timestamp::Timestamp;

    fn browser(path: &str) -> Request {
        Request {
            method: "GET".into(),
            path: path.into(),
            accept: Some("text/html".into()),
            ..Request::default()
        }
    }

    fn header(response: &Response, name: &str) -> String {
        let values: Vec<_> = response.headers.iter().filter(|(n, _)| *n == name).collect();
        assert!(values.len() <= 1, "{name}");
        values.first().map(|(_, value)| value.clone()).unwrap_or_default()
    }

    #[test]
    fn every_answer_is_guarded() {
        for response in [
            Response::signed_out(None),
            Response::redirect("/"),
            Response::refused(Refusal::NotFound, &Request::default()),
            Response::refused(Refusal::InvalidState, &browser("/session/callback")),
        ] {
            assert_eq!(header(&response, "Cache-Control"), "no-store");
            assert_eq!(header(&response, "X-Content-Type-Options"), "nosniff");
            assert_eq!(header(&response, "Referrer-Policy"), "no-referrer");
            assert_eq!(header(&response, "Access-Control-Allow-Origin"), "");
        }
    }

    #[test]
    fn who_is_signed_in_is_told_in_milliseconds() {
        let user = UserId::parse("a1").unwrap();
        let identity = Identity {
            name: DisplayName::new("Alice \"A\"", &user),
            groups: vec![],
            expires_at: Timestamp::from_seconds(2),
            signed_in_at: Timestamp::default(),
            origin_jti: None,
            user,
        };
        let response = Response::signed_in(&identity);
        assert_eq!(response.body, r#"{"user":"a1","name":"Alice \"A\"","expiresAt":2000}"#);
        assert_eq!(header(&response, "Content-Type"), "application/json");
    }

    #[test]
    fn signing_out_tells_where_to_go_and_clears_everything() {
        let response = Response::signed_out(Some("https://p.example/logout".into()));
        assert_eq!(response.body, r#"{"logoutUrl":"https://p.example/logout"}"#);
        assert_eq!(response.cookies.len(), 3);
        assert_eq!(Response::signed_out(None).body, r#"{"logoutUrl":null}"#);
    }

    #[test]
    fn a_person_gets_a_page_and_a_program_json() {
        let page = Response::refused(Refusal::CodeRefused, &browser("/session/callback"));
        assert_eq!(page.status, 400);
        assert_eq!(header(&page, "Content-Type"), "text/html; charset=utf-8");
        assert!(header(&page, "Content-Security-Policy").starts_with("default-src 'none'"));
        let json = Response::refused(Refusal::NotSignedIn, &browser("/session"));
        assert_eq!(json.status, 401);
        assert!(json.body.starts_with(r#"{"code":"not_signed_in","message":""#));
    }

    #[test]
    fn debug_text_holds_no_cookie() {
        let response = Response::redirect("/?secret").setting("a=secret".into());
        assert_eq!(format!("{response:?}"), "Response(302)");
    }
}
