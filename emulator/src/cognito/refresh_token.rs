//! Refresh tokens: opaque to clients; to us, where to look (the user and the sign-in) and a secret to compare.

use aws_lc_rs::constant_time;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use sha2::{Digest, Sha256};

use crate::identifiers;

const UUID_BYTES: usize = 36;
const SECRET_BYTES: usize = 32;

/// A refresh token, not yet known to be good.
pub(crate) struct RefreshToken {
    pub(crate) sub: String,
    pub(crate) origin_jti: String,
    secret: [u8; SECRET_BYTES],
}

impl RefreshToken {
    pub(crate) fn generate(sub: &str, origin_jti: &str) -> Self {
        Self {
            sub: sub.to_owned(),
            origin_jti: origin_jti.to_owned(),
            secret: rand::random(),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (sub, rest) = bytes.split_at_checked(UUID_BYTES)?;
        let (origin_jti, secret) = rest.split_at_checked(UUID_BYTES)?;
        Some(Self {
            sub: parse_uuid(sub)?,
            origin_jti: parse_uuid(origin_jti)?,
            secret: secret.try_into().ok()?,
        })
    }

    pub(crate) fn to_text(&self) -> String {
        let parts = [self.sub.as_bytes(), self.origin_jti.as_bytes(), &self.secret];
        URL_SAFE_NO_PAD.encode(parts.concat())
    }

    /// What is kept of it. The secret is random, so that a plain digest is enough.
    pub(crate) fn digest(&self) -> String {
        STANDARD.encode(Sha256::digest(self.secret))
    }

    /// Compares in a time that does not depend on where the digests differ.
    pub(crate) fn has_digest(&self, digest: &str) -> bool {
        constant_time::verify_slices_are_equal(self.digest().as_bytes(), digest.as_bytes()).is_ok()
    }
}

fn parse_uuid(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    identifiers::is_uuid(text).then(|| text.to_owned())
}
