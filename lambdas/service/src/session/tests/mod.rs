//! The session endpoint over a pool, a table and sockets in memory: what each request gets, and what it leaves behind.

#![allow(clippy::unwrap_used)]

mod guards;
mod refresh;
mod sign_in;
mod sign_out;
mod who;

use std::sync::Arc;
use std::time::Duration;

use domain::identity::{OriginJti, UserId};
use domain::revocation::{NotBefore, Revocation};
use domain::session::{Cookie, Pages, Request, Response, ReturnPath, Secret, SignIn};
use serde_json::{Value, json};

use super::*;
use crate::ports::Tokens;
use crate::testing::issuer::{ISSUER, NOW, claims, rules, set};
use crate::testing::{MemoryKeys, MemoryPool, MemorySockets, MemoryTable, TestClock};

const ORIGIN: &str = "https://app.example";
const RANDOM: Randomness = [7; 96];

type Endpoint = Sessions<Arc<MemoryKeys>, Arc<MemoryPool>, Arc<MemoryPool>, MemoryTable, MemorySockets, TestClock>;

/// The endpoint, and what stands outside.
struct World {
    keys: Arc<MemoryKeys>,
    pool: Arc<MemoryPool>,
    endpoint: Endpoint,
}

fn world() -> World {
    let keys = Arc::new(MemoryKeys::new(set(&[ISSUER.jwk()])));
    let pool = Arc::new(MemoryPool::default());
    let hosted = Hosted {
        pages: pages(),
        endpoint: pool.clone(),
    };
    let endpoint = Sessions {
        origin: ORIGIN.into(),
        verifier: Verifier::new(rules(), keys.clone()),
        hosted: Some(hosted),
        directory: pool.clone(),
        table: MemoryTable::default(),
        sockets: MemorySockets::default(),
        clock: TestClock::at(NOW),
    };
    World { keys, pool, endpoint }
}

fn pages() -> Pages {
    Pages {
        base: "https://pool.example".into(),
        client: rules().client,
        origin: ORIGIN.into(),
    }
}

impl World {
    fn without_pages(mut self) -> Self {
        self.endpoint.hosted = None;
        self
    }

    async fn answer(&self, request: &Request) -> Response {
        self.endpoint.answer(request, &RANDOM).await
    }
}

fn asking(method: &str, path: &str) -> Request {
    Request {
        method: method.into(),
        path: path.into(),
        ..Request::default()
    }
}

/// The same with cookies.
fn with(cookies: &[(Cookie, &str)], request: Request) -> Request {
    let cookies = cookies
        .iter()
        .map(|(cookie, value)| format!("{}={value}", cookie.name()));
    Request {
        cookies: cookies.collect(),
        ..request
    }
}

fn secret(text: &str) -> Secret {
    Secret::parse(text).unwrap()
}

/// Alice's ID token with one more claim, or another value of one.
fn token(claim: &str, value: Value) -> String {
    let mut claims = claims();
    claims["cognito:username"] = json!("alice.name");
    claims["name"] = json!("Alice A.");
    claims[claim] = value;
    ISSUER.sign(&ISSUER.header(), &claims.to_string())
}

fn good_token() -> String {
    token("x", json!(1))
}

/// A token of about so many bytes.
fn token_of(bytes: usize) -> String {
    let bare = token("x", json!("")).len();
    token("x", json!("x".repeat((bytes - bare) * 3 / 4)))
}

fn tokens(id: &str, refresh: Option<&str>) -> Tokens {
    Tokens {
        id: secret(id),
        refresh: refresh.map(secret),
    }
}

fn body(response: &Response) -> Value {
    serde_json::from_str(&response.body).unwrap()
}

/// Status and code of a refusal.
fn refusal(response: &Response) -> (u16, String) {
    let code = body(response)["code"].as_str().unwrap_or_default().to_owned();
    (response.status, code)
}

fn location(response: &Response) -> &str {
    let mut found = response.headers.iter().filter(|(name, _)| *name == "Location");
    found.next().map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// What happens to a cookie: its value, empty when it is removed; `None` when it stays.
fn set_to(response: &Response, cookie: Cookie) -> Option<String> {
    let prefix = format!("{}=", cookie.name());
    let mut values = response
        .cookies
        .iter()
        .filter_map(|header| header.strip_prefix(&prefix));
    let header = values.next()?;
    assert!(values.next().is_none(), "{} twice", cookie.name());
    let (value, attributes) = header.split_once(';').unwrap();
    assert_eq!(value.is_empty(), attributes.contains("Max-Age=0"), "{attributes}");
    Some(value.to_owned())
}

/// Alice is sent away; sign-ins count again from that many seconds after [`NOW`], as tokens of [`good_token`] do not.
async fn revoke_until(world: &World, seconds: u64) {
    let before = Revocation::Before(NotBefore::from_seconds(NOW.millis() / 1000 + seconds));
    let user = UserId::parse("alice").unwrap();
    let life = NOW.plus(Duration::from_secs(60));
    world.endpoint.table.revoke(&user, &before, life).await.unwrap();
}

fn is_signed_out_elsewhere(response: &Response) -> bool {
    refusal(response) == (401, "signed_out".into())
        && set_to(response, Cookie::Auth) == removed()
        && set_to(response, Cookie::Refresh) == removed()
}

fn removed() -> Option<String> {
    Some(String::new())
}
