//! Verifies tokens of one issuer: shape, header, issuer, signature, claims, in this order.

mod cache;
mod jwks;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::handshake::Credential;
use domain::identity::Identity;
use domain::timestamp::Timestamp;
use domain::token::{Claims, Parts, Reason, TokenRules, Verified, read_header, split};
use jsonwebtoken::{Algorithm, DecodingKey};

use self::cache::KeyCache;
use crate::ports::KeySource;

/// Verifies tokens, and keeps the issuer's keys between invocations.
#[derive(Debug)]
pub struct Verifier<K> {
    rules: TokenRules,
    keys: KeyCache<K>,
}

impl<K: KeySource> Verifier<K> {
    /// A verifier that has no keys yet.
    pub fn new(rules: TokenRules, source: K) -> Self {
        Self {
            rules,
            keys: KeyCache::new(source),
        }
    }

    /// Fetches the issuer's keys ahead of the first token. To be called once, at the start; if it fails, the first token
    /// has them fetched, as if this had never been tried.
    pub async fn warm(&self, now: Timestamp) {
        self.keys.warm(now).await;
    }

    /// Who the token says is there, if all of it holds at `now`.
    ///
    /// # Errors
    /// The first reason found why it does not.
    pub async fn verify(&self, credential: Credential<'_>, now: Timestamp) -> Result<Identity, Reason> {
        self.verify_for_sign_in(credential, now)
            .await
            .map(|verified| verified.identity)
    }

    /// The same, with what else a sign-in has to know of the token.
    ///
    /// # Errors
    /// The first reason found why it does not hold.
    pub async fn verify_for_sign_in(&self, credential: Credential<'_>, now: Timestamp) -> Result<Verified, Reason> {
        let parts = split(credential.token())?;
        let key_id = read_header(&decode(parts.header)?)?;
        let claims = Claims::read(&decode(parts.claims)?)?;
        decode(parts.signature)?;
        claims.check_issuer(&self.rules)?;
        let issued_at = claims.issued_at(now)?;
        let key = self.keys.find(&key_id, issued_at, now).await?;
        check_signature(parts, &key)?;
        claims.verified(&self.rules, now)
    }
}

/// Base64url without padding, and only in the one spelling each sequence of bytes has.
fn decode(part: &str) -> Result<Vec<u8>, Reason> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Reason::MalformedToken)
}

fn check_signature(parts: Parts<'_>, key: &DecodingKey) -> Result<(), Reason> {
    match jsonwebtoken::crypto::verify(parts.signature, parts.signed.as_bytes(), key, Algorithm::RS256) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(Reason::BadSignature),
    }
}
