//! Texts that must not be printed by mistake, and that are compared without telling how much of a guess was right.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// A token, a code or a random text: at least one of the characters that a cookie's value can have.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// `None` for an empty text, and for one with characters that no cookie's value can have (RFC 6265, 4.1.1).
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
        (!text.is_empty() && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// These bytes in base64url.
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is this text. Digests are compared, whose common beginning says nothing of the texts'.
    pub fn matches(&self, text: &str) -> bool {
        self.digest() == <[u8; 32]>::from(Sha256::digest(text.as_bytes()))
    }

    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn it_has_only_what_a_cookie_can_hold() {
        assert!(Secret::parse("eyJ.a-b_c~!#$%&'()*+/:<=>?@[]^`{|}").is_some());
        for bad in [
            "",
            "a b",
            "a;b",
            "a,b",
            "a\"b",
            "a\\b",
            "a\nb",
            "a\r\nSet-Cookie: x",
            "é",
            "\u{7f}",
        ] {
            assert!(Secret::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn only_the_same_text_matches() {
        let secret = Secret::parse("abc").unwrap();
        assert!(secret.matches("abc"));
        for other in ["", "ab", "abcd", "ABC", "abd"] {
            assert!(!secret.matches(other), "{other}");
        }
    }

    #[test]
    fn it_never_shows_in_debug_text() {
        assert_eq!(format!("{:?}", Secret::parse("abc")), "Some(Secret(..))");
    }
}
