//! A visitor with a browser's manners and nothing else: keeps cookies for each host, is sent from page to page, fills in
//! forms. Tests see every step, which a real browser hides.

use std::collections::BTreeMap;

use reqwest::header::{HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method, Url, redirect};
use serde_json::Value;

use crate::{Stack, TestResult, failure, secrets};

/// Redirects in a row before something goes round in circles.
const REDIRECTS_MAX: usize = 10;

/// Somebody who visits the application and the pool's pages.
#[derive(Debug, Clone)]
pub struct Visitor {
    client: Client,
    /// By host and name. Ports share cookies, as in browsers.
    cookies: BTreeMap<(String, String), Cookie>,
}

/// A cookie as its server set it.
#[derive(Debug, Clone)]
pub struct Cookie {
    /// Its value.
    pub value: String,
    /// What follows the value, such as `Path=/; HttpOnly`.
    pub attributes: String,
    path: String,
}

/// An answer, redirects not followed.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Where it came from.
    pub url: Url,
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

impl Answer {
    /// Where it sends the visitor, if it does.
    pub fn location(&self) -> Option<Url> {
        let location = self.headers.get(LOCATION)?.to_str().ok()?;
        self.url.join(location).ok()
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The `code` of a refusal.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Visitor {
    /// Somebody without any cookie.
    ///
    /// # Errors
    /// No client can be made.
    pub fn new() -> TestResult<Self> {
        Ok(Self {
            client: Client::builder().redirect(redirect::Policy::none()).build()?,
            cookies: BTreeMap::new(),
        })
    }

    /// The cookie of this name at `host`.
    pub fn cookie(&self, host: &str, name: &str) -> Option<&Cookie> {
        self.cookies.get(&(host.to_owned(), name.to_owned()))
    }

    /// Makes the visitor hold a cookie.
    pub fn plant(&mut self, host: &str, name: &str, value: &str) {
        secrets::note(value);
        let cookie = Cookie {
            value: value.to_owned(),
            attributes: String::new(),
            path: "/".to_owned(),
        };
        self.cookies.insert((host.to_owned(), name.to_owned()), cookie);
    }

    /// Makes the visitor lose a cookie.
    pub fn lose(&mut self, host: &str, name: &str) {
        self.cookies.remove(&(host.to_owned(), name.to_owned()));
    }

    /// Opens a page.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn get(&mut self, url: &str) -> TestResult<Answer> {
        self.ask(Method::GET, url, &[], None).await
    }

    /// Asks as a script of the page's own origin does.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn fetch(&mut self, method: Method, url: &str) -> TestResult<Answer> {
        let origin = Url::parse(url)?.origin().ascii_serialization();
        self.ask(
            method,
            url,
            &[("origin", &origin), ("sec-fetch-site", "same-origin")],
            None,
        )
        .await
    }

    /// Asks with these headers and the cookies that belong there, and keeps those that come back.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn ask(
        &mut self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> TestResult<Answer> {
        let url = Url::parse(url)?;
        let mut request = self.client.request(method, url.clone());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookies) = self.cookies_for(&url) {
            request = request.header("cookie", cookies);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        // The path to return to is said again in answers, and may be that of any page.
        let values = url.query_pairs().filter(|(_, value)| !value.starts_with('/'));
        values.for_each(|(_, value)| secrets::note(&value));
        let response = request.send().await?;
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            url,
            body: response.text().await?,
        };
        self.keep_cookies(&answer);
        // The pool's own pages may say again what was typed into them.
        if answer.status >= 400 && answer.url.path().starts_with("/session") {
            secrets::refused_without(&answer.body)?;
        }
        Ok(answer)
    }

    /// Goes where an answer sends it, until it arrives somewhere or is about to enter `before`.
    ///
    /// # Errors
    /// Nobody answers, or there is no end to it.
    pub async fn follow(&mut self, mut answer: Answer, before: Option<&str>) -> TestResult<Answer> {
        for _ in 0..REDIRECTS_MAX {
            let Some(next) = answer.location() else {
                return Ok(answer);
            };
            if before.is_some_and(|path| next.path() == path) {
                return Ok(answer);
            }
            answer = self.get(next.as_str()).await?;
        }
        Err(failure(format!("no end of redirects at {}", answer.url)))
    }

    /// Fills in the page's form and sends it, hidden fields included.
    ///
    /// # Errors
    /// There is no form, or nobody answers.
    pub async fn submit(&mut self, page: &Answer, fields: &[(&str, &str)]) -> TestResult<Answer> {
        let form = tags(&page.body, "form")
            .next()
            .ok_or_else(|| failure(format!("{} {} has no form: {}", page.status, page.url, page.body)))?;
        let target = page.url.join(&attribute(form, "action").unwrap_or_default())?;
        let hidden = tags(&page.body, "input").filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"));
        let mut pairs: Vec<(String, String)> = hidden
            .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default())))
            .collect();
        pairs.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        pairs.iter().for_each(|(_, value)| secrets::note(value));
        let origin = page.url.origin().ascii_serialization();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            (ORIGIN.as_str(), origin.as_str()),
        ];
        self.ask(Method::POST, target.as_str(), &headers, Some(form_encoded(&pairs)?))
            .await
    }

    /// Signs in on the pool's pages, up to the address that takes the visitor back to the application.
    ///
    /// # Errors
    /// The pages do not lead there.
    pub async fn sign_in_up_to_callback(&mut self, stack: &Stack, username: &str) -> TestResult<Url> {
        let login = self.get(&format!("{}/session/login", stack.endpoint("/web"))).await?;
        let page = self.follow(login, Some("/session/callback")).await?;
        let answer = if page.location().is_some() {
            page
        } else {
            let fields = [("username", username), ("password", &stack.password(username))];
            let answer = self.submit(&page, &fields).await?;
            self.follow(answer, Some("/session/callback")).await?
        };
        let location = answer.location();
        location.ok_or_else(|| failure(format!("{} {}: {}", answer.status, answer.url, answer.body)))
    }

    /// Signs in on the pool's pages, and comes back with a session.
    ///
    /// # Errors
    /// The callback does not send the visitor to the application.
    pub async fn sign_in(&mut self, stack: &Stack, username: &str) -> TestResult<Answer> {
        let callback = self.sign_in_up_to_callback(stack, username).await?;
        let answer = self.get(callback.as_str()).await?;
        match answer.status {
            302 => Ok(answer),
            status => Err(failure(format!("{status} {}", answer.body))),
        }
    }

    fn cookies_for(&self, url: &Url) -> Option<String> {
        let host = url.host_str()?;
        let fitting = self
            .cookies
            .iter()
            .filter(|((at, _), cookie)| at == host && url.path().starts_with(&cookie.path));
        let texts: Vec<String> = fitting
            .map(|((_, name), cookie)| format!("{name}={}", cookie.value))
            .collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        let host = answer.url.host_str().unwrap_or_default();
        for header in answer.headers.get_all(SET_COOKIE) {
            let text = header.to_str().unwrap_or_default();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            secrets::note(value);
            let key = (host.to_owned(), name.to_owned());
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(&key);
                continue;
            }
            let path = attributes
                .split(';')
                .find_map(|part| part.trim().strip_prefix("Path="))
                .unwrap_or("/");
            let cookie = Cookie {
                value: value.to_owned(),
                attributes: attributes.trim().to_owned(),
                path: path.to_owned(),
            };
            self.cookies.insert(key, cookie);
        }
    }
}

/// As an HTML form sends it.
fn form_encoded(pairs: &[(String, String)]) -> TestResult<String> {
    let url = Url::parse_with_params("http://form.example/", pairs)?;
    Ok(url.query().unwrap_or_default().to_owned())
}

/// The opening tags of this name, as they stand.
fn tags<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let opening = format!("<{name} ");
    html.match_indices(&opening)
        .filter_map(|(at, _)| html.get(at..)?.split_once('>').map(|(tag, _)| tag))
        .collect::<Vec<_>>()
        .into_iter()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&#x27;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}
