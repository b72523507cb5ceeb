//! Passwords: what the policy asks of one, and how one is kept and compared.

use argon2::{
    Argon2,
    password_hash::{self, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use super::{
    errors::{CognitoError, ErrorType},
    limits::MAX_PASSWORD_CHARS,
    settings::PasswordPolicy,
};

/// The characters that count as symbols, from "Password requirements" of the Cognito developer guide. A space counts
/// too; at either end it is refused.
const SYMBOLS: &str = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= ";

/// Refuses a password that cannot be one, or that the pool's policy does not accept.
pub(crate) fn check_policy(policy: &PasswordPolicy, password: &str) -> Result<(), CognitoError> {
    check_form(password)?;
    match unmet(policy, password) {
        None => Ok(()),
        Some(unmet) => Err(CognitoError::new(
            ErrorType::InvalidPassword,
            format!("Password did not conform with policy: {}", unmet.text),
        )),
    }
}

/// A requirement that a password does not meet.
struct Unmet {
    /// In Cognito's words.
    text: &'static str,
    /// For a person.
    words: &'static str,
}

/// The first requirement that is not met.
fn unmet(policy: &PasswordPolicy, password: &str) -> Option<Unmet> {
    let lacks = |of: fn(char) -> bool| !password.chars().any(of);
    let (text, words) = if password.chars().count() < policy.minimum_length {
        ("Password not long enough", "it is too short")
    } else if policy.require_uppercase && lacks(|c| c.is_ascii_uppercase()) {
        ("Password must have uppercase characters", "it has no upper-case letter")
    } else if policy.require_lowercase && lacks(|c| c.is_ascii_lowercase()) {
        ("Password must have lowercase characters", "it has no lower-case letter")
    } else if policy.require_numbers && lacks(|c| c.is_ascii_digit()) {
        ("Password must have numeric characters", "it has no digit")
    } else if policy.require_symbols && lacks(|c| SYMBOLS.contains(c)) {
        ("Password must have symbol characters", "it has no symbol")
    } else {
        return None;
    };
    Some(Unmet { text, words })
}

/// The policy as a person is told it before choosing.
pub(crate) fn in_words(policy: &PasswordPolicy) -> String {
    let kinds: Vec<&str> = [
        (policy.require_lowercase, "a lower-case letter"),
        (policy.require_uppercase, "an upper-case letter"),
        (policy.require_numbers, "a digit"),
        (policy.require_symbols, "a symbol"),
    ]
    .into_iter()
    .filter_map(|(required, kind)| required.then_some(kind))
    .collect();
    let length = format!("At least {} characters", policy.minimum_length);
    match kinds.as_slice() {
        [] => format!("{length}."),
        [only] => format!("{length}, with {only}."),
        [some @ .., last] => format!("{length}, with {} and {last}.", some.join(", ")),
    }
}

/// What a person is told whose password is refused.
pub(crate) fn refused_in_words(policy: &PasswordPolicy, password: &str) -> String {
    let why = if password.chars().count() > MAX_PASSWORD_CHARS {
        "it is too long"
    } else if password.trim() != password {
        "it begins or ends with a space"
    } else {
        unmet(policy, password).map_or("it is empty", |unmet| unmet.words)
    };
    format!("Choose another password: {why}.")
}

fn check_form(password: &str) -> Result<(), CognitoError> {
    if password.chars().count() > MAX_PASSWORD_CHARS {
        return Err(CognitoError::too_long("password", MAX_PASSWORD_CHARS));
    }
    if password.is_empty() || password.trim() != password {
        return Err(CognitoError::invalid_value(
            "password",
            r"Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$",
        ));
    }
    Ok(())
}

/// Hashes with Argon2id at the crate's defaults, which are OWASP's least: 19 MiB, two passes, one lane.
pub(crate) fn hash(password: &str) -> Result<String, password_hash::Error> {
    let hashed: PasswordHash = Argon2::default().hash_password(password.as_bytes())?;
    Ok(hashed.to_string())
}

/// Whether the password is the one that was hashed.
pub(crate) fn verify(password: &str, hashed: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hashed).is_ok()
}

/// Whether the text is a hash that [`verify`] can use.
pub(crate) fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| hash.hash.is_some())
}

/// A password that nobody knows.
pub(crate) fn unknowable() -> String {
    format!("{:032x}", rand::random::<u128>())
}
