//! A verifier that gets its keys over HTTP from an endpoint of the test's, at whatever time the test says it is.

use std::time::Duration;

use domain::handshake::Credential;
use domain::timestamp::Timestamp;
use domain::token::Reason;
use serde_json::json;
use service::ports::KeySource as _;
use service::testing::issuer::{ISSUER, Issuer, NOW, claims, rules, set};
use service::verifier::Verifier;

use super::endpoint::{Answer, Endpoint};
use crate::keys::HttpKeys;

/// Time of a fetch here: long for this machine and short for whoever waits for the test.
const PATIENCE: Duration = Duration::from_millis(400);

/// A good token of a key, issued at that instant.
pub(super) fn token(issuer: &Issuer, at: Timestamp) -> String {
    named(issuer, issuer.kid, at)
}

/// The same under another name of the key.
pub(super) fn named(issuer: &Issuer, kid: &str, at: Timestamp) -> String {
    let seconds = at.millis() / 1000;
    let mut claims = claims();
    (claims["iat"], claims["auth_time"], claims["exp"]) = (json!(seconds), json!(seconds), json!(seconds + 3600));
    issuer.sign(&json!({"kid": kid, "alg": "RS256"}).to_string(), &claims.to_string())
}

/// The instant so much after the beginning.
pub(super) fn later(span: Duration) -> Timestamp {
    NOW.plus(span)
}

/// An instant so long before the first fetch that no clock explains it: what no set knows that is fetched from then on is
/// nobody's.
pub(super) const LONG_BEFORE: Timestamp = Timestamp::from_millis(NOW.millis() - 120_000);

pub(super) struct World {
    pub(super) endpoint: Endpoint,
    keys: HttpKeys,
    verifier: Verifier<HttpKeys>,
}

impl World {
    /// Nothing is fetched yet.
    pub(super) async fn cold(answer: Answer) -> Self {
        Self::over("http", answer).await
    }

    /// The same, asked by an address of this scheme.
    pub(super) async fn over(scheme: &str, answer: Answer) -> Self {
        let endpoint = Endpoint::start(answer).await.unwrap();
        let keys = HttpKeys::within(endpoint.address(scheme), PATIENCE).unwrap();
        Self {
            endpoint,
            verifier: Verifier::new(rules(), keys.clone()),
            keys,
        }
    }

    /// The key of `ISSUER` is known since `NOW`.
    pub(super) async fn warm() -> Self {
        let world = Self::cold(Answer::keys(&set(&[ISSUER.jwk()]))).await;
        assert_eq!(world.verify(&ISSUER, NOW).await, Ok(()));
        world
    }

    /// What a fetch brings, past the verifier.
    pub(super) async fn fetch(&self) -> Result<Vec<u8>, String> {
        self.keys.fetch().await.map_err(|error| error.to_string())
    }

    /// What becomes of this token at that instant.
    pub(super) async fn check(&self, token: &str, now: Timestamp) -> Result<(), Reason> {
        self.verifier.verify(Credential::new(token), now).await.map(|_| ())
    }

    /// What becomes of a token that is issued at that instant.
    pub(super) async fn verify(&self, issuer: &Issuer, now: Timestamp) -> Result<(), Reason> {
        self.check(&token(issuer, now), now).await
    }
}
