//! Authorization codes: each is worth one sign-in, once, for minutes.

use aws_lc_rs::constant_time;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{
    limits::{CODE_SECONDS, MAX_CODES},
    short_lived::ShortLived,
};

/// What a code was given for.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    /// The PKCE challenge, method S256.
    pub(crate) challenge: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) scope: String,
    pub(crate) sub: String,
    /// The hash of the password that was given: a changed one makes the code void.
    pub(crate) password_hash: String,
    pub(crate) auth_time: u64,
    /// The family that the code begins. It has its name beforehand so that a replay knows what to revoke.
    pub(crate) origin_jti: String,
}

impl Code {
    /// Whether the application that brings the code is the one that asked for it. A verifier without a challenge is as
    /// wrong as none with one (RFC 9700, 2.1.1).
    pub(crate) fn belongs_to(&self, client_id: &str, redirect_uri: &str, verifier: Option<&str>) -> bool {
        let verified = match (&self.challenge, verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => {
                let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
                constant_time::verify_slices_are_equal(digest.as_bytes(), challenge.as_bytes()).is_ok()
            }
            _ => false,
        };
        verified && self.client_id == client_id && self.redirect_uri == redirect_uri
    }
}

/// What becomes of a code that is brought.
pub(crate) enum Presented {
    First(Code),
    /// It was brought before; the tokens that it gave may be in the wrong hands.
    Again(Code),
    Unknown,
}

/// All codes of the last minutes, the spent ones too.
pub(crate) struct Codes(ShortLived<Issued>);

struct Issued {
    code: Code,
    times_presented: u32,
}

impl Codes {
    pub(crate) fn new() -> Self {
        Self(ShortLived::new(CODE_SECONDS, MAX_CODES))
    }

    pub(crate) fn issue(&mut self, code: Code, now: u64) -> String {
        self.0.keep(
            Issued {
                code,
                times_presented: 0,
            },
            now,
        )
    }

    /// A code is spent by being brought, whether or not the rest of the request is right.
    pub(crate) fn present(&mut self, text: &str, now: u64) -> Presented {
        let Some(issued) = self.0.find_mut(text, now) else {
            return Presented::Unknown;
        };
        issued.times_presented = issued.times_presented.saturating_add(1);
        let code = issued.code.clone();
        match issued.times_presented {
            1 => Presented::First(code),
            _ => Presented::Again(code),
        }
    }

    /// Whether the code was brought again while its tokens were made.
    pub(crate) fn was_replayed(&self, text: &str, now: u64) -> bool {
        self.0.find(text, now).is_some_and(|issued| issued.times_presented > 1)
    }
}
