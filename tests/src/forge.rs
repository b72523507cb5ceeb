//! Makes tokens that the pool would never make, some of them with the pool's own keys, which the test's own stack keeps
//! in its state folder.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
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
    pub fn sign(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> TestResult<String> {
        self.sign_with(header, claims, &RSA_PKCS1_SHA256)
    }

    /// The same with RS384.
    ///
    /// # Errors
    /// Signing fails.
    pub fn sign_rs384(&self, header: &str, claims: &str) -> TestResult<String> {
        self.sign_with(header, claims, &RSA_PKCS1_SHA384)
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

    /// A token signed with ES256, by an elliptic key made for it.
    ///
    /// # Errors
    /// Signing fails.
    pub fn sign_es256(header: &str, claims: &str) -> TestResult<String> {
        let words = |error: aws_lc_rs::error::Unspecified| failure(error.to_string());
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(words)?;
        let message = message(header, claims);
        let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).map_err(words)?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// A token signed with HS256 under any bytes as key.
    pub fn sign_hs256(header: &str, claims: &str, key: &[u8]) -> String {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
        let message = message(header, claims);
        let signature = aws_lc_rs::hmac::sign(&key, message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The bytes as which somebody may take the public key for a secret: the classic confusion of keys.
    ///
    /// # Errors
    /// The key cannot be written down.
    pub fn public_texts(&self) -> TestResult<Vec<(&'static str, Vec<u8>)>> {
        let public = self.pair.public_key();
        let words = |error: aws_lc_rs::error::Unspecified| failure(error.to_string());
        let info: PublicKeyX509Der<'_> = public.as_der().map_err(words)?;
        let der = info.as_ref().to_vec();
        let pem = |newline: &str| {
            let text = STANDARD.encode(&der);
            let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
            format!(
                "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----{newline}",
                lines.join("\n")
            )
        };
        Ok(vec![
            ("pem", pem("\n").into_bytes()),
            ("pem_without_newline", pem("").into_bytes()),
            ("jwk", self.jwk().to_string().into_bytes()),
            ("modulus", public.modulus().big_endian_without_leading_zero().to_vec()),
            ("pkcs1", public.as_ref().to_vec()),
            ("nothing", Vec::new()),
            ("der", der),
        ])
    }

    /// The public key as a member of a key set.
    pub fn jwk(&self) -> Value {
        let public = self.pair.public_key();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let modulus = number(public.modulus().big_endian_without_leading_zero());
        let exponent = number(public.exponent().big_endian_without_leading_zero());
        serde_json::json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": modulus, "e": exponent })
    }

    fn sign_with(
        &self,
        header: impl AsRef<[u8]>,
        claims: impl AsRef<[u8]>,
        encoding: &'static dyn RsaEncoding,
    ) -> TestResult<String> {
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

fn message(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}
