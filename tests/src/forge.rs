//! Makes tokens that the pool would never make, some of them with the pool's own keys, which the test's own stack keeps
//! in its state folder.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{Stack, TestResult, failure};

/// A signing key with a name.
#[derive(Debug)]
pub struct Forge {
    pair: RsaKeyPair,
    /// The name of the key in the key set.
    pub kid: String,
}

impl Forge {
    /// The key with which the pool signs ID tokens.
    ///
    /// # Errors
    /// The state folder holds none.
    pub fn of_pool(stack: &Stack) -> TestResult<Self> {
        let text = std::fs::read_to_string(stack.state().join("cognito/keys.json"))?;
        let stored: Value = serde_json::from_str(&text)?;
        let text = |name: &str| stored["id"][name].as_str().unwrap_or_default().to_owned();
        let pair =
            RsaKeyPair::from_pkcs8(&STANDARD.decode(text("pkcs8"))?).map_err(|error| failure(error.to_string()))?;
        Ok(Self { pair, kid: text("kid") })
    }

    /// A key of nobody's, under a name of one's choice.
    ///
    /// # Errors
    /// None can be made.
    pub fn stranger(kid: &str) -> TestResult<Self> {
        let words = |error: aws_lc_rs::error::Unspecified| failure(error.to_string());
        let fresh = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).map_err(words)?;
        let der = fresh.as_der().map_err(words)?;
        let pair = RsaKeyPair::from_pkcs8(der.as_ref()).map_err(|error| failure(error.to_string()))?;
        Ok(Self {
            pair,
            kid: kid.to_owned(),
        })
    }

    /// A compact token with these very texts, signed with RS256.
    ///
    /// # Errors
    /// Signing fails.
    pub fn sign(&self, header: &str, claims: &str) -> TestResult<String> {
        self.sign_with(header, claims, &RSA_PKCS1_SHA256)
    }

    /// The same with RS512.
    ///
    /// # Errors
    /// Signing fails.
    pub fn sign_rs512(&self, header: &str, claims: &str) -> TestResult<String> {
        self.sign_with(header, claims, &RSA_PKCS1_SHA512)
    }

    /// The same with PS256.
    ///
    /// # Errors
    /// Signing fails.
    pub fn sign_ps256(&self, header: &str, claims: &str) -> TestResult<String> {
        self.sign_with(header, claims, &RSA_PSS_SHA256)
    }

    /// The same with HS256, keyed with the public key's modulus: the classic confusion of keys.
    pub fn sign_hs256_with_public_key(&self, header: &str, claims: &str) -> String {
        let public = self.pair.public_key().modulus().big_endian_without_leading_zero();
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, public);
        let message = message(header, claims);
        let signature = aws_lc_rs::hmac::sign(&key, message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn sign_with(&self, header: &str, claims: &str, encoding: &'static dyn RsaEncoding) -> TestResult<String> {
        let message = message(header, claims);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|error| failure(error.to_string()))?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The usual header with this key's name.
    pub fn header(&self) -> String {
        serde_json::json!({ "alg": "RS256", "kid": self.kid }).to_string()
    }

    /// The claims of a token.
    ///
    /// # Errors
    /// It is no token.
    pub fn claims(token: &str) -> TestResult<Value> {
        let payload = token.split('.').nth(1).ok_or_else(|| failure("no token"))?;
        Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?)
    }
}

fn message(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}
