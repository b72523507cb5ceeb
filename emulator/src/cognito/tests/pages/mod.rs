//! The sign-in pages, as a browser and an application see them.

mod authorize;
mod forms;
mod log;
mod login;
mod logout;
mod new_password;
mod revoke;
mod sign_up;
mod token;

use axum::http::{HeaderMap, StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::*;

/// A client that uses the pages.
const WEB: &str = "webclient";
const CALLBACK: &str = "http://localhost:3000/session/callback";
const SIGNED_OUT: &str = "http://localhost:3000/";
/// As short as a verifier may be: 43 characters.
const VERIFIER: &str = "0123456789-0123456789-0123456789-0123456789";
const FORM: &str = "application/x-www-form-urlencoded";

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn settings_with_pages() -> PoolSettings {
    let mut settings = settings();
    let mut web = ClientSettings::new(WEB, "web", &["ALLOW_REFRESH_TOKEN_AUTH"]);
    web.uses_pages = true;
    web.oauth_flows = vec!["code".to_owned()];
    web.oauth_scopes = ["openid", "profile", "email"].map(str::to_owned).to_vec();
    web.callback_urls = vec![CALLBACK.to_owned(), "http://localhost:3000/other?x=y".to_owned()];
    web.logout_urls = vec![SIGNED_OUT.to_owned()];
    settings.clients.push(web);
    settings.sign_in_base = Some("https://people.auth.us-east-1.amazoncognito.com".to_owned());
    settings
}

fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// What the application asks, with some of it put differently; an empty value leaves a parameter out.
fn asking(changes: Pairs<'_>) -> String {
    let challenge = challenge_of(VERIFIER);
    let mut pairs = vec![
        ("client_id", WEB),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile email"),
        ("state", "st&te"),
        ("nonce", "n0nce"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for &(name, value) in changes {
        pairs.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    encoded(&pairs)
}

fn encoded(pairs: Pairs<'_>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::FOUND, "{}", self.body);
        self.header("location")
    }

    /// A parameter of the address that the browser is sent to.
    fn sent(&self, name: &str) -> Option<String> {
        let (_, query) = self.location().split_once('?')?;
        form_urlencoded::parse(query.as_bytes())
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.into_owned())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The error that an endpoint answers with.
    fn error(&self) -> (u16, String) {
        (self.status.as_u16(), text(&self.json()["error"]))
    }

    /// The sentence of the page's alert, as it stands in the HTML.
    fn alert(&self) -> &str {
        let (_, rest) = self.body.split_once(r#"<p role="alert">"#).unwrap();
        rest.split_once("</p>").unwrap().0
    }
}

/// A browser with one cookie.
struct Browser<'h> {
    harness: &'h Harness,
    cookie: Option<String>,
}

impl<'h> Browser<'h> {
    fn new(harness: &'h Harness) -> Self {
        Self { harness, cookie: None }
    }

    async fn get(&mut self, address: &str) -> Answer {
        let request = Request::get(address);
        self.send(request, Body::empty()).await
    }

    async fn post(&mut self, address: &str, form: Pairs<'_>) -> Answer {
        let request = Request::post(address).header("content-type", FORM);
        self.send(request, Body::from(encoded(form))).await
    }

    async fn send(&mut self, mut request: axum::http::request::Builder, body: Body) -> Answer {
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("other=1; cognito={cookie}"));
        }
        let response = self.harness.send(request.body(body).unwrap()).await;
        let answer = read(response).await;
        if let Some(cookie) = answer.header("set-cookie").split(';').next() {
            match cookie.strip_prefix("cognito=") {
                Some("") => self.cookie = None,
                Some(value) => self.cookie = Some(value.to_owned()),
                None => {}
            }
        }
        answer
    }

    /// Types a password into the sign-in page.
    async fn sign_in(&mut self, query: &str, username: &str, password: &str) -> Answer {
        let form = [("username", username), ("password", password)];
        self.post(&format!("/login?{query}"), &form).await
    }

    /// A code for `alice`, who exists.
    async fn code(&mut self, query: &str) -> String {
        self.sign_in(query, "alice", PASSWORD).await.sent("code").unwrap()
    }
}

async fn read(response: Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let answer = Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    };
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    answer
}

impl Harness {
    async fn with_alice() -> Self {
        let harness = Self::with(settings_with_pages());
        harness.sign_up("alice").await;
        harness
    }

    /// What an application calls, without a browser.
    async fn endpoint(&self, path: &str, form: Pairs<'_>) -> Answer {
        Browser::new(self).post(path, form).await
    }

    async fn redeem(&self, code: &str, changes: Pairs<'_>) -> Answer {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", WEB),
            ("redirect_uri", CALLBACK),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        for &(name, value) in changes {
            form.retain(|(other, _)| *other != name);
            if !value.is_empty() {
                form.push((name, value));
            }
        }
        self.endpoint("/oauth2/token", &form).await
    }

    async fn refresh_at_pages(&self, token: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", WEB),
            ("refresh_token", token),
        ];
        self.endpoint("/oauth2/token", &form).await
    }

    /// Tokens of a whole visit of `alice`.
    async fn visit(&self) -> Value {
        let code = Browser::new(self).code(&asking(&[])).await;
        self.redeem(&code, &[]).await.json()
    }
}

fn error(status: u16, name: &str) -> (u16, String) {
    (status, name.to_owned())
}
