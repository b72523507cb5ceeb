//! What must be found in no log and no error (LOG-02): noted where tests use it, looked for wherever something is told.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{TestResult, failure};

/// Shorter texts are words that a log may have for other reasons (bytes).
const MIN_BYTES: usize = 12;
/// How every JWT begins: `{"` in base64.
const JWT: &str = "eyJ";
/// Bytes of a piece of one that is noticed. An id of API Gateway's has 16 letters, which may be these by chance.
const JWT_MIN_BYTES: usize = 20;

static NOTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Notes a secret: a credential, or what somebody said. What is too short to be told from other words is not noted.
pub(crate) fn note(secret: &str) {
    if secret.len() >= MIN_BYTES {
        noted().insert(secret.to_owned());
    }
}

/// The first secret that a text holds: a noted one, a JWT, or an e-mail address.
pub(crate) fn found_in(text: &str) -> Option<String> {
    let is_noted = noted().iter().find(|secret| text.contains(secret.as_str())).cloned();
    is_noted.or_else(|| jwt_in(text)).or_else(|| address_in(text))
}

/// A refusal tells whoever is refused no secret.
///
/// # Errors
/// It does, and here is which.
pub(crate) fn refused_without(text: &str) -> TestResult {
    match found_in(text) {
        Some(secret) => Err(failure(format!("log_02: an error holds {secret:?}: {text}"))),
        None => Ok(()),
    }
}

fn jwt_in(text: &str) -> Option<String> {
    text.match_indices(JWT)
        .map(|(start, _)| word(&text[start..]))
        .find(|word| word.len() >= JWT_MIN_BYTES)
        .map(str::to_owned)
}

fn word(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter));
    &text[..end.unwrap_or(text.len())]
}

/// `name@host.tld`, but not a version of a package such as `a/b@1.2`.
fn address_in(text: &str) -> Option<String> {
    text.match_indices('@').find_map(|(at, _)| {
        let host = word(&text[at + 1..]).trim_end_matches('.');
        let name = text[..at].chars().next_back()?;
        let is_host = host
            .rsplit_once('.')
            .is_some_and(|(_, end)| end.len() >= 2 && end.chars().all(|letter| letter.is_ascii_alphabetic()));
        (name.is_ascii_alphanumeric() && is_host).then(|| format!("{name}@{host}"))
    })
}

fn noted() -> MutexGuard<'static, BTreeSet<String>> {
    NOTED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_02_what_was_noted_tokens_and_addresses_are_found() {
        note("a secret of some length");
        note("short");
        for (text, expected) in [
            ("x a secret of some length y", Some("a secret of some length")),
            ("short", None),
            (
                "token eyJhbGciOiJSUzI1NiJ9.eyJz, and",
                Some("eyJhbGciOiJSUzI1NiJ9.eyJz"),
            ),
            ("the beginning eyJhbGciOiJSUzI1NiJ9 alone", Some("eyJhbGciOiJSUzI1NiJ9")),
            ("the word eyJ itself, and an id: eyJC5UE5GJj7C0=", None),
            ("to ada@mail.example.org.", Some("a@mail.example.org")),
            ("/@connections/x and node_modules/a@1.2.3/b", None),
        ] {
            assert_eq!(found_in(text).as_deref(), expected, "{text}");
        }
    }
}
