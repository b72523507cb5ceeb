//! Tokens at the door: each wrong one is refused with 401 and its one reason in the log, each good one gets in, and none
//! of them stands in the log. The names of cases begin with their rows of the catalogue of attacks.

mod claims;
mod headers;
mod settings;
mod texts;

use serde_json::{Map, Value, json};
use tests::{Forge, Handshake, Stack, TestResult, Tokens, failure};

use crate::refusals::reasons;

/// A token that is to be refused.
#[derive(Debug)]
struct Case {
    name: String,
    token: String,
    reason: &'static str,
}

/// A token that is to be refused for this reason.
fn case(name: impl Into<String>, reason: &'static str, token: impl Into<String>) -> Case {
    Case {
        name: name.into(),
        token: token.into(),
        reason,
    }
}

/// What tokens are made of: a good one, and the pool's own key.
struct Workshop {
    good: Tokens,
    pool: Forge,
    claims: Map<String, Value>,
    /// When the good one was issued, in seconds.
    now: u64,
}

impl Workshop {
    async fn of(stack: &Stack) -> TestResult<Self> {
        let good = stack.sign_in("alice").await?;
        let claims = Forge::claims(&good.id)?;
        Ok(Self {
            pool: Forge::of_pool(stack)?,
            now: claims["iat"].as_u64().ok_or_else(|| failure("no iat"))?,
            claims: claims.as_object().cloned().ok_or_else(|| failure("no claims"))?,
            good,
        })
    }

    /// The claims of the good token as text.
    fn plain(&self) -> String {
        Value::Object(self.claims.clone()).to_string()
    }

    /// The same, issued so long before that no clock lets a key be newer than the key set.
    fn early(&self) -> String {
        let mut claims = self.claims.clone();
        let long_before = json!(self.now - 120);
        claims.extend([
            ("iat".to_owned(), long_before.clone()),
            ("auth_time".to_owned(), long_before),
        ]);
        Value::Object(claims).to_string()
    }

    /// Signs these claims as the pool would.
    fn sign(&self, claims: impl AsRef<[u8]>) -> TestResult<String> {
        self.pool.sign(self.pool.header(), claims)
    }

    /// The good token with other values of some claims.
    fn with(&self, changes: &[(&str, Value)]) -> TestResult<String> {
        let mut claims = self.claims.clone();
        claims.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        self.sign(Value::Object(claims).to_string())
    }

    /// The good token without one of its claims.
    fn without(&self, name: &str) -> TestResult<String> {
        let mut claims = self.claims.clone();
        claims.remove(name);
        self.sign(Value::Object(claims).to_string())
    }

    /// The good claims under a header with another value of one member.
    fn under(&self, member: &str, value: Value) -> TestResult<String> {
        let mut header = json!({ "alg": "RS256", "kid": self.pool.kid });
        header[member] = value;
        self.pool.sign(header.to_string(), self.plain())
    }
}

/// Every token is refused for its reason, the good one still gets in, and the log holds none of them.
async fn all_refused(stack: &Stack, workshop: &Workshop, cases: &[Case]) -> TestResult {
    for Case { name, token, reason } in cases {
        let before = reasons(stack).len();
        let status = Handshake::of_browser(stack, token).status().await?;
        assert_eq!(status, 401, "{name}");
        tests::eventually(name, async || reasons(stack).len() > before).await?;
        assert_eq!(reasons(stack)[before], *reason, "{name}");
    }
    let good = Handshake::of_browser(stack, &workshop.good.id).status().await?;
    assert_eq!(good, 101, "and the right one gets in");
    let log = stack.log();
    let known = [&workshop.good.id, &workshop.good.access, &workshop.good.refresh];
    for token in cases.iter().map(|case| &case.token).chain(known) {
        let signature = token.rsplit('.').next().unwrap_or_default();
        assert!(
            signature.len() < 20 || !log.contains(signature),
            "a token stands in the log"
        );
    }
    Ok(())
}

/// Every token gets in.
async fn all_admitted(stack: &Stack, cases: &[(&str, String)]) -> TestResult {
    for (name, token) in cases {
        assert_eq!(Handshake::of_browser(stack, token).status().await?, 101, "{name}");
    }
    Ok(())
}
