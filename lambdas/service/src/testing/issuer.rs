//! An issuer that signs whatever it is given.

#![allow(clippy::unwrap_used, reason = "it has no peers, and its keys are its own")]

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::timestamp::Timestamp;
use domain::token::TokenRules;
use serde_json::{Value, json};

/// When its tokens are issued.
pub const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// The key that signs; made once, since making one takes a noticeable part of a second.
pub static ISSUER: LazyLock<Issuer> = LazyLock::new(|| Issuer::new("kid1"));
/// Another key.
pub static OTHER: LazyLock<Issuer> = LazyLock::new(|| Issuer::new("kid2"));

/// A key with a name.
#[derive(Debug)]
pub struct Issuer {
    /// Its name.
    pub kid: &'static str,
    pair: KeyPair,
}

impl Issuer {
    fn new(kid: &'static str) -> Self {
        Self {
            kid,
            pair: KeyPair::generate(KeySize::Rsa2048).unwrap(),
        }
    }

    /// The key's entry in a key set.
    pub fn jwk(&self) -> Value {
        let key = self.pair.public_key();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (n, e) = (key.modulus(), key.exponent());
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": number(n.big_endian_without_leading_zero()),
            "e": number(e.big_endian_without_leading_zero())
        })
    }

    /// A token of these texts.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        self.sign_with(&RSA_PKCS1_SHA256, header, claims)
    }

    /// Signed with RSASSA-PSS, as PS256 says.
    pub fn sign_pss(&self, header: &str, claims: &str) -> String {
        self.sign_with(&RSA_PSS_SHA256, header, claims)
    }

    fn sign_with(&self, encoding: &'static dyn RsaEncoding, header: &str, claims: &str) -> String {
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(encoding, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A good token.
    pub fn token(&self) -> String {
        self.sign(&self.header(), &claims().to_string())
    }

    /// The header that names this key.
    pub fn header(&self) -> String {
        json!({"kid": self.kid, "alg": "RS256"}).to_string()
    }
}

/// What a verifier of its tokens expects.
pub fn rules() -> TokenRules {
    TokenRules {
        issuer: "https://issuer.example/pool".into(),
        client: "client1".into(),
        access_tokens: false,
    }
}

/// The claims of a good token.
pub fn claims() -> Value {
    let now = NOW.millis() / 1000;
    json!({
        "sub": "alice", "iss": rules().issuer, "aud": "client1", "token_use": "id", "iat": now, "exp": now + 3600,
        "auth_time": now
    })
}

/// The text of a key set with these entries.
pub fn set(entries: &[Value]) -> Vec<u8> {
    json!({ "keys": entries }).to_string().into_bytes()
}
